# report.awk - the table of what the suites reached, in Markdown.
#
#   awk -v RTL=COMMIT -f report.awk rtl.txt points.txt c.txt
#
# Exit status 1: a goal is missed.

function share(hit, all) { return all ? sprintf("%.1f %%", int(1000 * hit / all) / 10) : "" }
function figures(hit, all) { return all ? share(hit, all) " (" hit " of " all ")" : "" }

FILENAME ~ /rtl\.txt$/ {
    modules[$1] = 1
    hit[$1, $2] = $3; all[$1, $2] = $4
    hit["all", $2] += $3; all["all", $2] += $4; out[$2] += $5
}

FILENAME ~ /points\.txt$/ {
    group = $0
    sub(/^[0-9]+ [0-9]+ [0-9]+ /, "", group)
    groups[group] = figures($1, $2)
    points_hit += $1; points_all += $2; points_out += $3
}

FILENAME ~ /\/c\.txt$/ { c[$1, $2] = figures($3, $4); dirs[$1] = 1 }

function judge(name, goal, n, of, left_out) {
    printf "| %s | %s | %s | %d |\n", name, figures(n, of), goal ? "at least " goal " %" : "", left_out
    if (goal && 100 * n < goal * of)
        missed = 1
}

function sorted(set, list,    n, i, j, key, t) {
    for (key in set)
        list[++n] = key
    for (i = 2; i <= n; i++)
        for (j = i; j > 1 && list[j] < list[j-1]; j--) {
            t = list[j]; list[j] = list[j-1]; list[j-1] = t
        }
    return n
}

END {
    if (RTL != "")
        print "The RTL of commit " RTL ".\n"
    print "| of the RTL | reached | goal | excluded |"
    print "|---|---|---|---|"
    judge("lines", 98, hit["all", "line"], all["all", "line"], out["line"])
    judge("branches", 0, hit["all", "branch"], all["all", "branch"], out["branch"])
    judge("toggles", 90, hit["all", "toggle"], all["all", "toggle"], out["toggle"])
    judge("functional points", 100, points_hit, points_all, points_out)
    print ""
    print "| functional points | reached |"
    print "|---|---|"
    n = sorted(groups, list)
    for (i = 1; i <= n; i++)
        printf "| %s | %s |\n", list[i], groups[list[i]]
    print ""
    print "| module | lines | branches | toggles |"
    print "|---|---|---|---|"
    n = sorted(modules, list)
    for (i = 1; i <= n; i++) {
        m = list[i]
        printf "| `%s` | %s | %s | %s |\n", m, figures(hit[m, "line"], all[m, "line"]),
            figures(hit[m, "branch"], all[m, "branch"]), figures(hit[m, "toggle"], all[m, "toggle"])
    }
    print ""
    print "| C of | lines | branches |"
    print "|---|---|---|"
    n = sorted(dirs, list)
    for (i = 1; i <= n; i++)
        printf "| `%s/` | %s | %s |\n", list[i], c[list[i], "line"], c[list[i], "branch"]
    exit missed
}
