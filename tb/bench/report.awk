# report.awk - docs/performance.md from the CSV files of the benchmark.
#
#   awk -f tb/bench/report.awk build/bench/*.csv docs/performance/area.csv tb/bench/floor.csv
#
# A file is known by its header. Configurations come in the order of their files.

BEGIN {
    FS = ","
    latencies = "1 13 100 250"
    grid_n = 0
    aim_of["size"] = "aligned, contiguous"
    aim_of["align"] = "unaligned, contiguous"
    aim_of["channels"] = "four channels"
    aim_of["trouble"] = "beside a channel in trouble"
    goal = 0.99                # of the bound
    reads_goal = 1.1           # descriptor reads for each transfer
}

FNR == 1 {
    delete col
    for (n = 1; n <= NF; n++)
        col[$n] = n
    kind = "table" in col ? "case" : "step" in col ? "launch" : "page" in col ? "page" : "area"
    floor = FILENAME ~ /floor\.csv$/
    next
}

kind == "case" && floor {
    floor_of[$col["size"], $col["latency"], $col["chain"], $col["list"], plain($1)] = $col["used"]
    next
}

kind == "case" { take_case() }
kind == "launch" { take_launch() }
kind == "page" && $1 ~ /^w[0-9]*c1-/ { page_row[page_n++] = $0 }
kind == "area" { area[areas++] = $0 }

END {
    intro()
    targets()
    sizes()
    unaligned()
    chains()
    answers()
    reports()
    channels()
    launches()
    pages()
    speeds()
    areas_table()
}

# ---- what the files hold ----

function width_of(config) {
    sub(/^w/, "", config)
    return config + 0
}

# For columns: parameters are listed once.
function short(config) {
    return plain(config) (config ~ /-/ ? "-tuned" : "")
}

# Without its parameters.
function plain(config) {
    sub(/-.*/, "", config)
    return config
}

# Rows of a table and configuration in their order, without the latency.
function take_case(    row, key) {
    if (!($1 in known)) {
        known[$1] = 1
        configs[config_n++] = $1
    }
    row = $col["size"] SUBSEP $col["align"] SUBSEP $col["chain"] SUBSEP $col["list"] SUBSEP \
          $col["channels"] SUBSEP $col["report"] SUBSEP $col["trouble"]
    if (!(($1, $2, row) in seen)) {
        seen[$1, $2, row] = 1
        rows[$1, $2, row_n[$1, $2]++] = row
    }
    key = $1 SUBSEP $2 SUBSEP row SUBSEP $col["latency"]
    used[key] = $col["used"]
    bound[key] = $col["bound"]
    exact[key] = $col["exact"]
    of_bound[key] = $col["of_bound"]
    reads[key] = $col["reads"]
    words[key] = $col["words"]
    messages[key] = $col["messages"]
    share[key] = sprintf("%.3f .. %.3f", $col["share_min"], $col["share_max"])
    worst_share($col["share_min"], $col["share_max"], describe(row) ", L = " $col["latency"])
    note_worst($1, $2, row, $col["latency"], $col["of_bound"], $col["of_exact"])
}

function worst_share(least, most, where,    off) {
    off = 1 - least > most - 1 ? 1 - least : most - 1
    if ($col["channels"] > 1 && off >= share_off) {
        share_off = off
        share_at = where
    }
}

function note_worst(config, table, row, latency, part, exactly) {
    if (!((config, table) in worst_exact) || exactly < worst_exact[config, table])
        worst_exact[config, table] = exactly
    if (!((config, table) in worst) || part < worst[config, table]) {
        worst[config, table] = part
        worst_at[config, table] = describe(row) ", L = " latency
    }
}

function take_launch(    step) {
    step = $col["step"]
    if (!(step in limit))
        steps[step_n++] = step
    limit[step] = $col["limit"]
    if (!(($1, step) in launch) || $col["clocks"] > launch[$1, step])
        launch[$1, step] = $col["clocks"]
    if (!($1 in launched)) {
        launched[$1] = 1
        launch_configs[launch_n++] = $1
    }
}

# ---- words ----

function bytes(size) {
    if (size >= 1048576)
        return size / 1048576 " MiB"
    return size >= 1024 ? size / 1024 " KiB" : size " B"
}

function describe(row,    part, text) {
    split(row, part, SUBSEP)
    text = bytes(part[1])
    if (part[2] != "aligned")
        text = text ", " side(part[2])
    if (part[3] != "contiguous")
        text = text ", " part[3]
    if (part[4] == "null")
        text = text ", NULL-terminated"
    if (part[6] != "silent")
        text = text ", " part[6] " each"
    if (part[7] != "well")
        text = text ", one channel " part[7]
    return text
}

function side(align) {
    return align == "aligned" ? "aligned" : "unaligned " (align == "src" ? "source" : \
           align == "dst" ? "destination" : "source and destination")
}

# w64c1d-PREFETCH64: in words.
function title(config,    part, n, i, text) {
    n = split(config, part, "-")
    text = width_of(config) " bit, " substr(part[1], index(part[1], "c") + 1) + 0 " channel"
    if (substr(part[1], index(part[1], "c") + 1) + 0 > 1)
        text = text "s"
    if (part[1] ~ /d$/)
        text = text ", descriptor port"
    text = text (n == 1 ? ", default parameters" : ",")
    for (i = 2; i <= n; i++) {
        match(part[i], /[0-9]+$/)
        text = text " " substr(part[i], 1, RSTART - 1) "=" substr(part[i], RSTART)
    }
    return text
}

function percent(part) {
    return sprintf("%.1f", 100 * part)
}

# Short of the goal: what part of the bound it is.
function cell(key) {
    if (!(key in used))
        return ""
    if (used[key] == "failed")
        return "**failed**"
    if (of_bound[key] + 0 >= goal)
        return percent(used[key])
    return percent(used[key]) " (" sprintf("%.0f", 100 * of_bound[key]) ")"
}

# ---- tables with aligned columns ----

function row_begin() { fields = 0 }
function field(text) {
    grid[grid_n, ++fields] = text
    if (length(text) > width[fields])
        width[fields] = length(text)
}
function row_end() { grid_fields = fields; grid_n++ }

function head(text,    part, n, i) {
    n = split(text, part, "|")
    row_begin()
    for (i = 1; i <= n; i++)
        field(part[i])
    row_end()
}

function grid_print(    r, f, line, rule) {
    for (r = 0; r < grid_n; r++) {
        line = "|"
        rule = "|"
        for (f = 1; f <= grid_fields; f++) {
            line = line sprintf(" %-" width[f] "s |", grid[r, f])
            rule = rule sprintf("%" width[f] + 2 "s|", "")
        }
        gsub(/ /, "-", rule)
        print line
        if (r == 0)
            print rule
    }
    print ""
    grid_n = 0
    delete grid
    delete width
}

function latency_head(before, after,    part, n, i, text) {
    n = split(latencies, part, " ")
    text = before
    for (i = 1; i <= n; i++)
        text = text "|L = " part[i]
    head(text after)
}

function latency_cells(key,    part, n, i) {
    n = split(latencies, part, " ")
    for (i = 1; i <= n; i++)
        field(cell(key SUBSEP part[i]))
}

function last_latency(key,    part, n) {
    n = split(latencies, part, " ")
    while (n > 1 && (!((key SUBSEP part[n]) in used) || used[key, part[n]] == "failed"))
        n--
    return part[n]
}

# ---- the document ----

function intro() {
    print "# Performance"
    print ""
    print "Generated by `make bench`; the plots and the area table too. Cycle counts do not depend on the"
    print "machine: anyone gets these digits. `make sim` compares a part of them with `tb/bench/baseline.txt`."
    print ""
    print "**Utilisation** is payload bytes / (bus bytes x clocks) on the write-data channel, in steady state."
    print "The window opens 2000 + 8 L clocks after the doorbell, or up to 8 rounds later while descriptors are"
    print "read ever further ahead, and closes at least 32768 clocks and two rounds after that. Both ends are"
    print "the W beat that completes a transfer; a round is 64 transfers, or 1 of a large size. The chain goes"
    print "on for 2048 descriptors, so nothing drains inside. Every byte is compared, guard bytes around each"
    print "destination included."
    print ""
    print "**Memory**: AR, AW and W always ready, R in order and one beat a clock, the first L clocks after its"
    print "AR. B comes L clocks after the last W beat. No limit on what is outstanding. `tb/test_bench.c`"
    print "checks each answer against this."
    print ""
    print "**Bound**: what an engine reaches that loses no beat: with n bytes, W bytes of bus, s and d beats of"
    print "source and destination, n / (W x max(64/W + s, d + w)); w are the beats of words and messages. With"
    print "a descriptor port, n / (W x max(s, d + w, 64/W)). 64/W is at least 1. Unaligned offsets always cost"
    print "their extra beat."
    print ""
    print "The targets are set against the bound. `exact` is the bound with the beats that this engine reads of a"
    print "descriptor: the 48 bytes it uses, instead of all 64."
    print ""
    print "A cell is per cent of the bus. Where it is below 99 % of the bound, the part of the bound follows in"
    print "parentheses. Alone: `build/w64c1/measure --help`."
    print ""
}

function verdict(met) { return met ? "met" : "**missed**" }

function targets(    c, config, n, names, i) {
    print "## Targets"
    print ""
    print "The worst case of each table below. A build is named by data width, channels, d for a descriptor"
    print "port of its own; tuned ones have the parameters that stand over their table."
    print ""
    head("build|what|target|worst|of exact|where|")
    for (c = 0; c < config_n; c++) {
        config = configs[c]
        n = split("size align channels trouble", names, " ")
        for (i = 1; i <= n; i++)
            if ((config, names[i]) in worst)
                target_row(short(config), aim_of[names[i]], ">= 99 % of the bound",
                           sprintf("%.1f %%", 100 * worst[config, names[i]]),
                           sprintf("%.1f %%", 100 * worst_exact[config, names[i]]),
                           worst_at[config, names[i]], worst[config, names[i]] + 0 >= goal)
        chain_targets(config)
        if (row_n[config, "report"])
            report_target(config)
    }
    if (share_off != "")
        target_row("all", "share of a channel", "equal within 1 %", sprintf("%.2f %% off", 100 * share_off), "",
                   share_at, share_off <= 0.01)
    for (i = 0; i < step_n; i++)
        launch_target(steps[i])
    grid_print()
}

# Descriptors read, and what is less than without speculation.
function chain_targets(config,    t, names, r, n, l, lat, row, part, at, key, below_n, of, kind, most, most_at, where) {
    n = split(latencies, lat, " ")
    for (t = 1; t <= split("chain list", names, " "); t++)
        for (r = 0; r < row_n[config, names[t]]; r++) {
            row = rows[config, names[t], r]
            split(row, part, SUBSEP)
            for (l = 1; l <= n; l++) {
                key = config SUBSEP names[t] SUBSEP row SUBSEP lat[l]
                at = part[1] SUBSEP lat[l] SUBSEP part[3] SUBSEP part[4] SUBSEP plain(config)
                of += at in floor_of
                if (below(part, lat[l], config, used[key]) != "") {
                    below_n++
                    where = describe(row) ", L = " lat[l]
                }
                kind = part[3] == "alternating"
                if (reads[key] > most[kind]) {
                    most[kind] = reads[key]
                    most_at[kind] = describe(row) ", L = " lat[l]
                }
            }
        }
    if (!(0 in most))
        return
    target_row(short(config), "descriptor reads, shuffled", "<= 1.1 a transfer", sprintf("%.3f", most[0]), "",
               most_at[0], most[0] <= reads_goal)
    target_row(short(config), "descriptor reads, alternating", "reported", sprintf("%.3f", most[1]), "",
               most_at[1], 1)
    target_row(short(config), "shuffled and alternating", "never below the floor",
               below_n + 0 " of " of " below", "", where, !below_n)
}

# Clocks that a word or message adds to a transfer, less the beats of its own.
function report_target(config,    r, n, l, lat, row, part, silent, key, more, worst_more, where, seen_any) {
    n = split(latencies, lat, " ")
    for (r = 0; r < row_n[config, "report"]; r++) {
        row = rows[config, "report", r]
        split(row, part, SUBSEP)
        for (l = 1; l <= n; l++) {
            key = config SUBSEP "report" SUBSEP row SUBSEP lat[l]
            silent = config SUBSEP "size" SUBSEP part[1] SUBSEP part[2] SUBSEP part[3] SUBSEP part[4] SUBSEP \
                     part[5] SUBSEP "silent" SUBSEP part[7] SUBSEP lat[l]
            if (!(silent in used) || used[silent] == "failed" || used[key] == "failed")
                continue
            more = part[1] * 8 / width_of(config) * (1 / used[key] - 1 / used[silent]) - words[key] - messages[key]
            if (!seen_any || more > worst_more) {
                worst_more = more
                where = describe(row) ", L = " lat[l]
            }
            seen_any = 1
        }
    }
    target_row(short(config), "word or interrupt each", "no clock beyond its beats",
               sprintf("%.2f more", (worst_more > 0 ? worst_more : 0)), "", where, worst_more <= 0.01)
}

function launch_target(step,    c, most, where) {
    for (c = 0; c < launch_n; c++)
        if (launch[launch_configs[c], step] + 0 > most) {
            most = launch[launch_configs[c], step] + 0
            where = short(launch_configs[c])
        }
    target_row("all", step, "<= " limit[step] (limit[step] == 1 ? " clock" : " clocks"), most, "",
               (most > limit[step] ? where : ""), most <= limit[step])
}

function target_row(build, what, aim, is, exactly, where, met) {
    row_begin()
    field(build)
    field(what)
    field(aim)
    field(is)
    field(exactly)
    field(where)
    field(aim == "reported" ? "" : verdict(met))
    row_end()
}

function has(table,    c) {
    for (c = 0; c < config_n; c++)
        if (row_n[configs[c], table])
            return 1
    return 0
}

function sizes(    c, r, config, row, part, key) {
    print "## By size"
    print ""
    for (c = 0; c < config_n; c++) {
        config = configs[c]
        if (!row_n[config, "size"])
            continue
        print "**" short(config) "**: " title(config) ". Aligned, contiguous chain, counted."
        print ""
        print "![utilisation by size](performance/" short(config) ".svg)"
        print ""
        latency_head("size", "|bound|exact")
        for (r = 0; r < row_n[config, "size"]; r++) {
            row = rows[config, "size", r]
            split(row, part, SUBSEP)
            key = config SUBSEP "size" SUBSEP row
            row_begin()
            field(bytes(part[1]))
            latency_cells(key)
            field(percent(bound[key, last_latency(key)]))
            field(percent(exact[key, last_latency(key)]))
            row_end()
        }
        grid_print()
    }
}

# A table with a row for each case, all configurations below one another.
function by_case(name, heading, text,    c, r, config, row, key) {
    if (!has(name))
        return
    print "## " heading
    print ""
    print text
    print ""
    latency_head("build|case", "|bound|exact")
    for (c = 0; c < config_n; c++)
        for (r = 0; r < row_n[configs[c], name]; r++) {
            row = rows[configs[c], name, r]
            key = configs[c] SUBSEP name SUBSEP row
            row_begin()
            field(short(configs[c]))
            field(describe(row))
            latency_cells(key)
            field(percent(bound[key, last_latency(key)]))
            field(percent(exact[key, last_latency(key)]))
            row_end()
        }
    grid_print()
}

function unaligned() {
    by_case("align", "Unaligned", "The source begins 5 bytes, the destination 3 bytes before a bus word ends.")
}

function answers() {
    by_case("answer", "Write responses after one clock",
            "L concerns reads only; B follows one clock after the last W beat.")
}

function chains(    c, t, r, config, row, key, part, names, l, lat, n, most) {
    print "## Shuffled and alternating chains"
    print ""
    print "Shuffled: each descriptor lies anywhere. Alternating: 64 contiguous ones, then 64 shuffled ones."
    print "`reads` is the most descriptors read for a transfer, of all L. `floor` is what the engine did before"
    print "it read ahead by guess, when it read all 64 bytes (tb/bench/floor.csv), in the order of L; a cell below"
    print "it is marked `<`."
    print ""
    latency_head("build|case", "|bound|exact|reads|floor")
    n = split(latencies, lat, " ")
    for (c = 0; c < config_n; c++)
        for (t = 1; t <= split("chain list", names, " "); t++)
            for (r = 0; r < row_n[configs[c], names[t]]; r++) {
                config = configs[c]
                row = rows[config, names[t], r]
                key = config SUBSEP names[t] SUBSEP row
                split(row, part, SUBSEP)
                row_begin()
                field(short(config))
                field(describe(row))
                most = 0
                for (l = 1; l <= n; l++) {
                    field(cell(key SUBSEP lat[l]) below(part, lat[l], config, used[key, lat[l]]))
                    if (reads[key, lat[l]] > most)
                        most = reads[key, lat[l]]
                }
                field(percent(bound[key, last_latency(key)]))
                field(percent(exact[key, last_latency(key)]))
                field(sprintf("%.2f", most))
                field(floors(part, plain(config), lat, n))
                row_end()
            }
    grid_print()
}

# A mark where the engine with guesses does less than without.
function below(part, latency, config, now,    at) {
    at = part[1] SUBSEP latency SUBSEP part[3] SUBSEP part[4] SUBSEP plain(config)
    return now != "failed" && at in floor_of && now < floor_of[at] - 0.00005 ? " <" : ""
}

function floors(part, build, lat, n,    l, text) {
    for (l = 1; l <= n; l++)
        if ((part[1], lat[l], part[3], part[4], build) in floor_of)
            text = text (text == "" ? "" : " ") \
                   percent(floor_of[part[1], lat[l], part[3], part[4], build])
    return text
}

function reports(    c, r, row, key, l) {
    if (!has("report"))
        return
    print "## A completion word or an interrupt for each descriptor"
    print ""
    print "The bound counts the beats of the words and messages that were written. Words are merged while one"
    print "is unanswered, and an interrupt waits for its re-arm, which the benchmark writes as soon as the"
    print "message is in."
    print ""
    latency_head("build|case", "|bound|exact|words, irqs a transfer at L = 1|at L = 100")
    for (c = 0; c < config_n; c++)
        for (r = 0; r < row_n[configs[c], "report"]; r++) {
            row = rows[configs[c], "report", r]
            key = configs[c] SUBSEP "report" SUBSEP row
            row_begin()
            field(short(configs[c]))
            field(describe(row))
            latency_cells(key)
            field(percent(bound[key, last_latency(key)]))
            field(percent(exact[key, last_latency(key)]))
            field(sprintf("%.2f, %.2f", words[key, 1], messages[key, 1]))
            field(sprintf("%.2f, %.2f", words[key, 100], messages[key, 100]))
            row_end()
        }
    grid_print()
}

function channels(    c, r, t, names, row, key) {
    if (!has("channels"))
        return
    print "## Four channels of equal priority"
    print ""
    print "`share` is the least and the largest payload of a channel in the window, 1 being an equal part."
    print "Held: the last channel's source data never comes. Failing: its first read is answered with an error."
    print "The other three are measured."
    print ""
    latency_head("build|case", "|bound|exact|share at L = 1|at L = 100")
    for (c = 0; c < config_n; c++)
        for (t = 1; t <= split("channels trouble", names, " "); t++)
            for (r = 0; r < row_n[configs[c], names[t]]; r++) {
                row = rows[configs[c], names[t], r]
                key = configs[c] SUBSEP names[t] SUBSEP row
                row_begin()
                field(short(configs[c]))
                field(describe(row))
                latency_cells(key)
                field(percent(bound[key, last_latency(key)]))
                field(percent(exact[key, last_latency(key)]))
                field(share[key, 1])
                field(share[key, 100])
                row_end()
            }
    grid_print()
}

function launches(    c, i, text) {
    if (!launch_n)
        return
    print "## Launch"
    print ""
    print "Clocks between handshakes for one copy on an engine at rest; the largest of L = 1, 13, 100, 250 and"
    print "of both doorbells."
    print ""
    text = "step|target"
    for (c = 0; c < launch_n; c++)
        text = text "|" short(launch_configs[c])
    head(text)
    for (i = 0; i < step_n; i++) {
        row_begin()
        field(steps[i])
        field("<= " limit[steps[i]])
        for (c = 0; c < launch_n; c++)
            field(launch[launch_configs[c], steps[i]] \
                  (launch[launch_configs[c], steps[i]] > limit[steps[i]] ? " **missed**" : ""))
        row_end()
    }
    grid_print()
}

function pages(    n, i, part) {
    if (!page_n)
        return
    print "## Why very small copies at a high latency miss the bound"
    print ""
    print "A guess never leaves the 4 KiB page of a known descriptor (design ruling 4), so the first request for a"
    print "page waits for the pointer in the last of the 64 descriptors of the page before. A page takes at least L clocks"
    print "and two, and the beats of its descriptors. That is more than its copies take when they are very"
    print "small and L is large, and no depth of reading ahead changes it. Clocks of a chain of 8-byte copies"
    print "that has settled (`build/w64c1/measure --pages`):"
    print ""
    head("build|L|page|first AR|last AR|first R beat|last R beat")
    for (n = 0; n < page_n; n++) {
        split(page_row[n], part, ",")
        row_begin()
        field(short(part[1]))
        for (i = 2; i <= 7; i++)
            field(part[i])
        row_end()
    }
    grid_print()
}

function speeds(    line, any) {
    while ((getline line < speed_file) > 0) {
        if (!any++) {
            print "## Simulated clocks a second"
            print ""
            print "These depend on the machine; their ratio hardly does. Live is the simulator with memory, checkers and"
            print "contract model, as `make sim` runs it; bare the eval() loop alone on the recorded pins; ratio is bare"
            print "to live."
            print ""
        }
        print "    " line
    }
    if (any)
        print ""
}

function areas_table(    n, i, part) {
    if (!areas)
        return
    print "## Area"
    print ""
    print "yosys `synth_xilinx -family xc7`, by `make bench-area` (slow, so not part of `make bench`). LUTs"
    print "that hold memory are counted apart. The target is 3000 LUT and 3000 FF for one 64-bit channel; the"
    print "performance counters can be left out (PERF = 0)."
    print ""
    head("parameters|LUT|FF|LUTs as memory|block RAM, 18 Kbit|CARRY4|")
    for (n = 0; n < areas; n++) {
        split(area[n], part, ",")
        row_begin()
        for (i = 1; i <= 6; i++)
            field(part[i])
        field(part[1] ~ /^DATA_W=64 CHAN_N=1 PERF=0$/ ? verdict(part[2] <= 3000 && part[3] <= 3000) : "")
        row_end()
    }
    grid_print()
}
