# reached.awk - the mutated engine, with a watch on which mutants would make a difference.
#
#   awk -f reached.awk mutants.v >mutants.sv
#
# yosys selects a mutant as `assign OUT = SELECT ? MUTATED : ORIGINAL`. In a run without a mutant that is watched, every
# mutant whose two sides differ at an edge of the clock is told of, and whether in reset. A run in which they never do
# would be the same with that mutant.

/^  assign _[0-9]+_ = mutant == / { number[$2] = $NF; sub(/;$/, "", number[$2]); sub(/.*'h/, "", number[$2]) }
/^  assign .* = _[0-9]+_ \? / {
    sides = $0
    sub(/^.* = /, "", sides); sub(/;$/, "", sides)
    select = sides; sub(/ .*/, "", select)
    if (select in number) {
        sub(/^[^?]*\? /, "", sides); sub(/ : /, ") != (", sides)
        number_of[++watches] = number[select]
        differ[watches] = sides ~ /\(clk$/ ? "1" : "(" sides ")"      # at an edge a clock is what it is not else
    }
}
/^endmodule/ {
    print "  import \"DPI-C\" function int mutant_watched();"
    print "  import \"DPI-C\" function void mutant_reached(input int number, input int in_reset);"
    print "  reg watched;"
    print "  reg [" watches ":1] reached;"
    print "  initial watched = mutant_watched() != 0;"
    print "  initial reached = 0;"
    print "  always @(posedge clk) if (watched) begin"
    for (n = 1; n <= watches; n++)
        print "    if (!reached[" n "] && " differ[n] ") begin reached[" n "] <= !rst; mutant_reached('h" number_of[n] ", rst); end"
    print "  end"
}
{ print }
