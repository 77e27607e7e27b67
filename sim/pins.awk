# pins.awk - a top module for the simulator around ioat_engine, from its header.
#
#   awk [-v ENGINE=module] -f pins.awk ioat_engine.v >ioat_pins.v
#
# ENGINE is another module of the same parameters and ports, which takes its place.
# Same parameters and ports. Each input but clk goes through a register that takes it
# with the rising edge, like the output of a real master, or with `load`. So what hangs
# on inputs is evaluated once a clock, together with what hangs on the engine's state.

function trimmed(text) { sub(/ *\/\/.*/, "", text); sub(/ *,? *$/, "", text); sub(/^ */, "", text); return text }

/^module ioat_engine/ { within = 1; print "module ioat_pins #("; next }
!within               { next }
/^ *parameter /       { parameters[++p] = $2 }
/^ *(input|output) /  {
    port = trimmed($0)
    name = port
    sub(/.*[ \]]/, "", name)
    ports[++n] = name
    if (port ~ /^input/ && name != "clk") {
        register = port
        sub(/^input *wire/, "reg ", register)
        sub(/[a-z0-9_]*$/, "engine_&", register)
        registers[++r] = register
        taken[name] = 1
    }
}
/^\) \(/              { print; print "    input  wire                load,"; next }
/^\);/                { print; exit }
                      { print }

END {
    for (i = 1; i <= r; i++)
        print "    " registers[i] ";"
    print "    always @(posedge clk or posedge load) begin"
    for (i = 1; i <= n; i++)
        if (ports[i] in taken)
            print "        engine_" ports[i] " <= " ports[i] ";"
    print "    end"
    print "    " (ENGINE ? ENGINE : "ioat_engine") " #("
    for (i = 1; i <= p; i++)
        print "        ." parameters[i] "(" parameters[i] ")" (i < p ? "," : "")
    print "    ) ioat_engine ("
    for (i = 1; i <= n; i++)
        print "        ." ports[i] "(" (ports[i] in taken ? "engine_" : "") ports[i] ")" (i < n ? "," : "")
    print "    );"
    print "endmodule"
}
