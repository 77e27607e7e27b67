# Timing of ioat_top for Vivado. The clock is constrained by the bridge's IP; everything else is synchronous to it.

# ioat_reset: asserted without the clock, released through ASYNC_REG flip-flops.
set_false_path -to [get_pins -hierarchical -filter {NAME =~ *reset/released_reg[*]/CLR}]

# ioat_cfg_sync, there with CFG_ASYNC = 1: levels of another clock, each through two flip-flops.
set_false_path -quiet -to [get_pins -quiet -hierarchical -filter {NAME =~ *crossed.sync/first_reg[*]/D}]
