# harness.awk - the engine between two shift registers, for place and route on a part with few pins.
#
#   awk -f harness.awk rtl/ioat_engine.v >harness.v
#
# Each input but clk is a bit of a register that shifts, each output is caught in another: so all paths of the
# engine begin and end in a flip-flop, and none at a pin.

function trimmed(text) { sub(/ *\/\/.*/, "", text); sub(/ *,? *$/, "", text); sub(/^ */, "", text); return text }

/^module ioat_engine/ { within = 1; print "module ioat_harness #("; next }
!within               { next }
/^ *parameter /       { parameters[++p] = $2 }
/^ *(input|output) /  {
    port = trimmed($0)
    name = port
    sub(/.*[ \]]/, "", name)
    bits = match(port, /\[.*:0\]/) ? "(" substr(port, RSTART + 1, RLENGTH - 4) ") + 1" : "1"
    ports[++n] = name
    if (name == "clk") { given[name] = name; next }
    to = port ~ /^input/ ? "from" : "to"
    given[name] = to "[" (total[to] ? total[to] : "0") " +: " bits "]"
    total[to] = total[to] (total[to] ? " + " : "") bits
    next
}
/^\) \(/              { print ") (\n    input wire clk,\n    input wire serial,\n    input wire load,\n    output wire result\n);"; next }
/^\);/                { exit }
!n                    { print }

END {
    print "    reg  [" total["from"] " - 1:0] from;"
    print "    reg  [" total["to"] " - 1:0] caught;"
    print "    wire [" total["to"] " - 1:0] to;"
    print "    assign result = caught[0];"
    print "    always @(posedge clk) begin"
    print "        from   <= {from, serial};"
    print "        caught <= load ? to : caught >> 1;"
    print "    end"
    print "    ioat_engine #("
    for (i = 1; i <= p; i++)
        print "        ." parameters[i] "(" parameters[i] ")" (i < p ? "," : "")
    print "    ) engine ("
    for (i = 1; i <= n; i++)
        print "        ." ports[i] "(" given[ports[i]] ")" (i < n ? "," : "")
    print "    );\nendmodule"
}
