# c.awk - lines and branches of C, by directory.
#
#   awk -v OUT=DIR -f c.awk c.info
#
# Writes OUT/c.txt, "directory kind hit all", and OUT/c.missing, the lines that were not reached.

BEGIN { FS = "[:,]" }

/^SF:/ {
    file = $0
    sub(/^SF:/, "", file)
    sub(/^.*\/(sim|driver)\//, "&\001", file)
    match(file, /(sim|driver)\/\001/)
    dir = substr(file, RSTART, RLENGTH - 2)
    file = dir "/" substr(file, RSTART + RLENGTH)
}

function tally(kind, hit) {
    all[dir " " kind]++
    good[dir " " kind] += hit
}

/^DA:/ {
    tally("line", $3 > 0)
    if ($3 == 0)
        print file ":" $2 >(OUT "/c.missing")
}

/^BRDA:/ { tally("branch", $5 != "-" && $5 > 0) }

END {
    for (key in all)
        print key, good[key], all[key] >(OUT "/c.txt")
}
