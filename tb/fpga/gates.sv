    // The simulator hears of broken streams through this; a netlist has no streams to watch.
    import "DPI-C" context function void ioat_stream_broken(input string rule, input string stream);

    ioat_netlist netlist (
@ports@
    );
endmodule
