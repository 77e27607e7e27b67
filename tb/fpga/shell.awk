# shell.awk - a module with the name, the parameters and the ports of ioat_engine around something else.
#
#   awk -v BODY=file -f shell.awk rtl/ioat_engine.v >engine.sv
#
# The rest of the module is BODY. In it a line "@ports@" stands for all connections by name, without a comma
# behind the last.

function trimmed(text) { sub(/ *\/\/.*/, "", text); sub(/ *,? *$/, "", text); sub(/^ */, "", text); return text }

/^module ioat_engine/ { within = 1 }
!within               { next }
                      { print }
/^ *(input|output) /  {
    name = trimmed($0)
    sub(/.*[ \]]/, "", name)
    ports[++n] = name
}
/^\);/ {
    while ((getline line <BODY) > 0)
        if (line ~ /@ports@/)
            for (i = 1; i <= n; i++)
                print "        ." ports[i] "(" ports[i] ")" (i < n ? "," : "")
        else
            print line
    exit
}
