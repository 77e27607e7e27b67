# shell.awk - ioat_shell: the parameters and the ports of ioat_engine, around something else.
#
#   awk -v BODY=file -f shell.awk rtl/ioat_engine.v >shell.sv
#
# The rest of the module is BODY. A line "@ports@" in it stands for all connections by name.

function trimmed(text) { sub(/ *\/\/.*/, "", text); sub(/ *,? *$/, "", text); sub(/^ */, "", text); return text }

/^module ioat_engine/ { within = 1; sub(/ioat_engine/, "ioat_shell") }
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
