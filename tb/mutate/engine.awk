# engine.awk - a module of the name and the ports of ioat_engine around the mutated one.
#
#   awk -v BITS=n -f engine.awk rtl/ioat_engine.v >engine.sv
#
# Which mutant is alive is asked once, before the first clock.

function trimmed(text) { sub(/ *\/\/.*/, "", text); sub(/ *,? *$/, "", text); sub(/^ */, "", text); return text }

/^module ioat_engine/ { within = 1 }
!within               { next }
                      { print }
/^ *(input|output) /  {
    name = trimmed($0)
    sub(/.*[ \]]/, "", name)
    ports = ports ", ." name "(" name ")"
}
/^\);/ {
    print "    import \"DPI-C\" function int mutant_selected();"
    print "    reg [" BITS - 1 ":0] selected;"
    print "    initial selected = mutant_selected();"
    print "    mutated_engine mutated (.mutant(selected)" ports ");"
    print "endmodule"
    exit
}
