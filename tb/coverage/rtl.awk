# rtl.awk - from what Verilator counted to lines, branches and toggles of each module.
#
#   awk -f rtl.awk exclusions.txt MERGED.dat...
#
# Writes to the directory OUT: rtl.info for genhtml, rtl.txt, the table ("module kind hit all excluded"), and
# rtl.missing, what was not reached. A thing counts once for a module, in whatever instance and build it was
# reached. A line counts when everything on it was reached. A toggle is a bit of a signal that
# changed. Exit status 1: an exclusion excludes nothing that is missing, so it is out of date.

BEGIN { FS = "\001" }

function field(key,    i) {
    for (i = 2; i <= NF; i++)
        if (index($i, key "\002") == 1)
            return substr($i, length(key) + 2)
    return ""
}

function module(file) { sub(/.*\//, "", file); sub(/\.v$/, "", file); return file }

# line, branch | module | pattern of the source text | reason
# toggle | module | pattern of the signal | bits | reason
FILENAME ~ /\.txt$/ {
    if ($0 ~ /^(line|branch|toggle) *\|/) {
        split($0, cell, / +\| +/)
        x++
        x_kind[x] = cell[1]; x_module[x] = cell[2]; x_pattern[x] = "^(" cell[3] ")$"; x_text[x] = $0
        x_bits[x] = cell[1] == "toggle" ? cell[4] : "all"
    }
    next
}

# Whether a bit is in "all" or in a list of bits and ranges, "3,8-31"; "0-2/64": of every 64 bits the first three.
function within(bits, bit,    n, i, part, ends, of) {
    if (bits == "all")
        return 1
    if (split(bits, of, "/") == 2)
        bit %= of[2]
    n = split(of[1], part, ",")
    for (i = 1; i <= n; i++) {
        split(part[i] "-" part[i], ends, "-")
        if (bit >= ends[1] + 0 && bit <= ends[2] + 0)
            return 1
    }
    return 0
}

/^C / {
    count = $NF
    sub(/.*' /, "", count)
    sub(/' [0-9]+$/, "", $NF)
    file = field("f")
    page = field("page")
    line = field("l")
    what = field("o")
    if (page ~ /^v_toggle/)
        add("toggle", file, line, what, count)
    else {
        if (page ~ /^v_branch/)
            add("branch", file, line, text(file, line) " => " what, count)
        n = split(field("S"), spans, ",")
        for (i = 1; i <= n; i++) {
            split(spans[i] "-" spans[i], ends, "-")
            for (l = ends[1] + 0; l <= ends[2] + 0; l++)
                block(file, l, line " " what, count)
        }
    }
}

function add(kind, file, line, what, count,    key) {
    key = kind SUBSEP file SUBSEP line SUBSEP what
    if (!(key in hits)) {
        hits[key] = 0
        order[++keys] = key
    }
    hits[key] += count
}

# The text of a line, for exclusions and for the list of what is missing.
function text(file, line,    n, t) {
    if (!(file in read)) {
        while ((getline t < file) > 0)
            source[file, ++n] = t
        read[file] = 1
    }
    t = source[file, line]
    gsub(/^ +| +$/, "", t)
    return t
}

# A line is as often reached as the rarest of its blocks.
function block(file, line, what, count) {
    blocks[file SUBSEP line SUBSEP what] += count
}

function excluded(kind, m, what,    i, bit) {
    bit = -1
    if (kind == "toggle" && match(what, /\[[0-9]+\]$/)) {
        bit = substr(what, RSTART + 1, RLENGTH - 2) + 0
        what = substr(what, 1, RSTART - 1)
    }
    for (i = 1; i <= x; i++)
        if (x_kind[i] == kind && (x_module[i] == m || x_module[i] == "*") && what ~ x_pattern[i] && within(x_bits[i], bit)) {
            x_used[i] = 1
            return 1
        }
    return 0
}

function tally(kind, file, line, what, hit,    m) {
    m = module(file)
    if (!hit && excluded(kind, m, what)) {
        out[m, kind]++
        return
    }
    all[m, kind]++
    modules[m] = 1
    if (hit)
        good[m, kind]++
    else
        print kind "\t" m "\t" line "\t" what >(OUT "/rtl.missing")
}

END {
    for (key in blocks) {
        split(key, part, SUBSEP)
        at = part[1] SUBSEP part[2]
        if (!(at in lines) || blocks[key] < lines[at])
            lines[at] = blocks[key]
    }
    printf "" >(OUT "/rtl.missing")
    for (at in lines) {
        split(at, part, SUBSEP)
        tally("line", part[1], part[2], text(part[1], part[2]), lines[at] > 0)
        info[part[1]] = info[part[1]] "DA:" part[2] "," lines[at] "\n"
    }
    for (k = 1; k <= keys; k++) {
        split(order[k], part, SUBSEP)
        tally(part[1], part[2], part[3], part[4], hits[order[k]] > 0)
        if (part[1] == "branch")
            info[part[2]] = info[part[2]] "BRDA:" part[3] ",0," branch[part[2], part[3]]++ "," hits[order[k]] "\n"
    }
    for (file in info)
        printf "TN:\nSF:%s\n%send_of_record\n", file, info[file] >(OUT "/rtl.info")
    for (m in modules) {
        kinds = split("line branch toggle", kind, " ")
        for (k = 1; k <= kinds; k++)
            print m, kind[k], good[m, kind[k]] + 0, all[m, kind[k]] + 0, out[m, kind[k]] + 0 >(OUT "/rtl.txt")
    }
    for (i = 1; i <= x; i++)
        if (!(i in x_used)) {
            print "coverage: excludes nothing that is missing: " x_text[i] >"/dev/stderr"
            stale = 1
        }
    exit stale
}
