# points.awk - the functional points of all runs, added up.
#
#   awk -F '\t' -v OUT=DIR -f points.awk exclusions.txt RUN.points...
#
# Writes OUT/points.txt, "hit all excluded group", and OUT/points.missing. Exit status 1: an
# exclusion excludes nothing that is missing.

# point | group | pattern of row and column, ": " between | reason
FILENAME ~ /\.txt$/ {
    if ($0 ~ /^point *\|/) {
        split($0, cell, / +\| +/)
        x++
        x_group[x] = cell[2]; x_pattern[x] = "^(" cell[3] ")$"; x_text[x] = $0
    }
    next
}

{
    key = $2 "\t" $3 ": " $4
    hits[key] += $1
}

function excluded(group, what,    i) {
    for (i = 1; i <= x; i++)
        if (x_group[i] == group && what ~ x_pattern[i]) {
            x_used[i] = 1
            return 1
        }
    return 0
}

END {
    printf "" >(OUT "/points.missing")
    for (key in hits) {
        split(key, part, "\t")
        if (!hits[key] && excluded(part[1], part[2])) {
            out[part[1]]++
            continue
        }
        all[part[1]]++
        if (hits[key])
            good[part[1]]++
        else
            print key >(OUT "/points.missing")
    }
    for (group in all)
        print good[group] + 0, all[group], out[group] + 0, group >(OUT "/points.txt")
    for (i = 1; i <= x; i++)
        if (!(i in x_used)) {
            print "coverage: excludes nothing that is missing: " x_text[i] >"/dev/stderr"
            stale = 1
        }
    exit stale
}
