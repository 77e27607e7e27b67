# Builds the engine's model, the driver and the tests, and runs them.
#
#   rtl/*.v --verilator--> build/w64c4/model/ --+
#   sim/*.cpp ----------> build/w64c4/sim/ -----+--> build/w64c4/tb_all, demo, ...
#   sim/ driver/ tb/ *.c ---> build/obj/ -------+
#
# A configuration is data width, channels and, with a final d, a descriptor port of
# its own: w64c4, w512c1, w64c4d. C is compiled once, the model for each of them.

# ---- what to build: set on the command line ----

WIDTH     ?= 64#     AXI data, bits
CHANNELS  ?= 4#      DMA channels
DESC_PORT ?= 0#      1: descriptors are read through an AXI port of their own
PARAMS    ?=#        further parameters of rtl/ioat_engine.v, decimal: "PREFETCH=8 CLK_MHZ=125"
LATENCY   ?=#        demo: clocks from a read request to its first data; empty: its default
SEED      ?=#        demo, sim, test, fuzz: seed of everything random; empty: their default
FILES     ?=#        demo: files to copy through the engine
ALSO      ?=#        bench: further data widths to measure, "128 256"
TABLES    ?=#        bench-config: only these tables, "size,align"; empty: all
T         ?=#        test: a suite, a case or a test function
SEEDS     ?= 1..300# soak: seeds A..B, or one; sweep: A..B, 1..10000
DESCRIPTORS ?=#      soak: instead, seeds from the first of SEEDS on until so many descriptors are checked
MINUTES   ?=#        soak, mutate, sweep: begin nothing after so many minutes
LIMITS    ?=#        soak, sweep: part of each seed; build/*/soak --help
WAVE      ?=#        soak: 1: record the one seed in waves/soak.fst
CHUNK     ?= 250#    sweep: seeds of a job
ENGINE    ?=#        sweep: slurm or parallel; empty: Slurm where it answers
SSH       ?=#        sweep: a file of machines for GNU parallel, one a line
COVERAGE  ?=#        sweep: 1: count what is reached, too
TIME      ?= 60#     fuzz: seconds, of all fuzzers together
AGAIN     ?=#        fuzz: an input that was kept
COSIM     ?= standard# cosim: standard, or all: also the builds that a driver can tell apart
ROUNDS    ?= 1#      cosim: times the standard number of transfers
MUTANTS   ?= 1200# mutate: mutants to make
V         ?=#        1: show the commands

WIDTHS     := 64 128 256 512
CHANNEL_NS := 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16

# The regression: every suite on SIM_FULL, but on SIM_BOTH, wide and of many channels, without the
# long ones that see each of that by itself on others; on SIM_SMOKE those whose result may depend
# on data width or descriptor port. The longest runs come first: two cores finish together.
SIM_FULL  := w512c4 w64c4 w512c1 w64c1
SIM_BOTH   = $(filter w512c4,$(SIM_FULL))
SIM_SMOKE := w64c4d w128c2 w256c2
SUITES    := $(patsubst tb/test_%.c,%,$(wildcard tb/test_*.c))
LONG      := ahead bench bringup conformance engine_pcie irqrace race sweep
BOTH      := $(filter-out $(LONG) driver_rtl,$(SUITES))
SMOKE     := $(filter attr bus data fence fill flow null page word,$(SUITES))
# The sanitizers see one configuration and what is not long in it; make asan runs all.
SANITIZED := $(filter-out $(LONG) chansts coalesce faulttable soak,$(SUITES))
# Their cycle counts are compared with tb/bench/baseline.txt and tb/soak/clocks.txt.
BASELINE  := w64c1 w512c1 w64c4

# ---- checks, before anything is built ----

# $(call one_of,NAME,VALUES,the values in words): NAME holds exactly one of VALUES.
one_of = $(if $(filter-out 1,$(words $($1)))$(filter-out $2,$($1)),$(error $1=$($1): allowed are $3))
$(call one_of,WIDTH,$(WIDTHS),$(WIDTHS))
$(call one_of,CHANNELS,$(CHANNEL_NS),1 to 16)
$(call one_of,DESC_PORT,0 1,0 and 1)

# $(call number,NAME): NAME is empty or a decimal number.
digits = $(subst 9,,$(subst 8,,$(subst 7,,$(subst 6,,$(subst 5,,$(subst 4,,$(subst 3,,$(subst 2,,$(subst 1,,$(subst 0,,$1))))))))))
number = $(if $(filter-out 0 1,$(words $($1)))$(strip $(call digits,$($1))),$(error $1=$($1): allowed is a decimal number))
$(call number,LATENCY)
$(call number,SEED)
$(if $(filter-out $(WIDTHS),$(ALSO)),$(error ALSO=$(ALSO): allowed are $(WIDTHS)))
$(call number,ROUNDS)
$(call number,DESCRIPTORS)
$(call number,MINUTES)
$(call number,TIME)
$(call number,MUTANTS)
$(if $(filter-out 1,$(COVERAGE)),$(error COVERAGE=$(COVERAGE): allowed is 1))
$(call one_of,COSIM,standard all,standard and all)

# ---- tools and flags ----

B        := build#            everything that is built
Q        := $(if $(V),,@)
JOBS     := $(shell nproc 2>/dev/null || echo 2)
CFLAGS    = -std=c11 -D_GNU_SOURCE -O2 -g -Wall -Wextra -Wpedantic -Wshadow -Wconversion \
            -Wno-sign-conversion $(WERROR)
CXXFLAGS  = -std=c++17 -D_GNU_SOURCE -O2 -g -Wall -Wextra $(WERROR)
# Warnings stop the build where the code is known to have none: gcc 12 of Debian 12.
WERROR    = $(if $(filter 12,$(shell $(CC) -dumpversion)),-Werror)
INCLUDES := -Idriver -Isim -Isim/cosim -Itb -Icli
LDLIBS   := -lcrypto -lz -lm -pthread -latomic
# how the suites are run
TEST_ENV  = $(if $(SEED),TB_SEED=$(SEED))

# make sim and make asan call this Makefile again with SANITIZE=1. The model is Verilator's
# code: memory errors are looked for there too, undefined behaviour is not.
ifdef SANITIZE
B            := build/asan
SIM_FULL     :=
SIM_SMOKE    := w64c1
SMOKE        := $(SANITIZED)
SANITIZE_ALL := -O1 -fno-omit-frame-pointer -fsanitize=address
SANITIZE_OUR := $(SANITIZE_ALL) -fsanitize=undefined -fno-sanitize-recover=all
TEST_ENV     += CK_TIMEOUT_MULTIPLIER=20
endif

# make install calls this Makefile again with PIC=1: objects for libraries, through the
# variables that carry a flag to every compiler.
ifdef PIC
B            := build/pic
SANITIZE_ALL := -fPIC -fno-gnu-unique
SANITIZE_OUR := -fPIC
CXXFLAGS     += -fno-gnu-unique
endif

# make fuzz calls it with FUZZ=1: clang, and edges counted for libFuzzer.
ifdef FUZZ
B            := build/fuzz
CC           := clang
CXX          := clang++
SANITIZE     := 1
SANITIZE_ALL := -O1 -fno-omit-frame-pointer -fsanitize=address,fuzzer-no-link
SANITIZE_OUR := $(SANITIZE_ALL) -fsanitize=undefined -fno-sanitize-recover=all -Wno-unused-command-line-argument
endif

# make coverage calls it with COVERAGE=1: gcc counts lines and branches of sim/ and driver/, Verilator lines and
# toggles of the RTL; points.sv counts functional points, counters.cpp gathers what each simulator counted.
# Registers start at 0 there: a bit that a random start value changed would count as a toggle. Toggles take
# long: without them is COVERAGE_LINES.
COVERAGE_LINES := w64c1
ifdef COVERAGE
B            := build/coverage/build
COVER_SV     := tb/coverage/points.sv
COVER_MODEL   = --coverage-line $(if $(filter $(COVERAGE_LINES),$1),,--coverage-toggle) tb/coverage/rtl_only.vlt
LDLIBS       += --coverage -Wl,--wrap=_ZN5Vioat5finalEv \
                -Wl,--wrap=_Z36Vioat___024root___configure_coverageP15Vioat___024rootb
$(B)/obj/sim/%.o $(B)/obj/driver/%.o: private CFLAGS += --coverage -O1
extra_object  = $(B)/$1/coverage/counters.o
endif

# make mutate calls it with MUTATE=1: the engine is the one with all mutants in it, of which MUTANT selects one.
ifdef MUTATE
B            := build/mutate/build
MODEL_V      := build/mutate/engine.sv build/mutate/mutants.sv
LDLIBS       += -Wl,--wrap=_ck_assert_failed
extra_object  = $(B)/obj/tb/mutate/mutant.o
endif

# make gates calls it with GATES=1, make boards with BRIDGE: what is in SHELL_SV takes the engine's place. GATES: the
# netlist that yosys makes of the engine, in xc7 cells, with yosys's models of these; block RAM has none, so buffers are
# LUT RAM here. BRIDGE: the engine behind the wrapper of a PCIe bridge.
ifdef GATES
SHELL_SV     := tb/fpga/gates.sv
XC7_CELLS    := $(patsubst %/bin/yosys,%/share/yosys,$(shell command -v yosys))/xilinx/cells_sim.v
XC7_SYNTH    := synth_xilinx -family xc7 -flatten -nobram -noiopad -noclkbuf
MODEL_V       = $(B)/$(CONFIG)/shell.sv $(B)/$(CONFIG)/netlist.v $(XC7_CELLS)
endif
ifdef BRIDGE
SHELL_SV     := tb/fpga/$(BRIDGE).sv
MODEL_V       = $(B)/$(CONFIG)/shell.sv $(RTL) $(FPGA_V) $(SIM_SV)
endif

# The simulator's C is small functions in many files: gcc joins them when it links, or once before.
LTO := $(if $(SANITIZE)$(PIC)$(COVERAGE),,$(if $(findstring Free Software,$(shell $(CC) --version 2>/dev/null)),-flto=auto -O3))
$(B)/obj/sim/%.o: private CFLAGS += $(LTO)

# As fast as Verilator gets with waves compiled in; registers without a reset value
# start at random when the simulator asks for it. Style is for make lint to judge.
VERILATOR := verilator --cc --trace-fst --default-language 1364-2005 --prefix Vioat -O3 --flatten \
             --x-assign fast --x-initial $(if $(COVERAGE),0,unique) -Wno-lint -Wno-style $(if $(MUTATE)$(GATES),-Wno-UNOPTFLAT -Wno-INITIALDLY) -Irtl +1800-2017ext+sv
MODEL_OPT := OPT_FAST="$(if $(COVERAGE),-O1,-O3) $(SANITIZE_ALL)" \
             OPT_SLOW="$(if $(COVERAGE),-O0,-O1) $(SANITIZE_ALL)" OPT_GLOBAL="-O2 $(SANITIZE_ALL)"
MODEL_OPT += $(if $(FUZZ),CXX=$(CXX) LINK=$(CXX))
MODEL_CXX  = -isystem $$(verilator --getenv VERILATOR_ROOT)/include \
             -isystem $$(verilator --getenv VERILATOR_ROOT)/include/vltstd \
             -DVM_COVERAGE=$(if $(COVERAGE),1,0) -DVM_SC=0 -DVM_TRACE=1 -DVM_TRACE_FST=1 -DVM_TRACE_VCD=0

# Configurations do not depend on each other. A -j of the caller, or of a make that
# runs this one, prevails.
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(JOBS)
endif
MAKEFLAGS += --no-print-directory

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SECONDARY:
.SUFFIXES:
.PHONY: help demo sim test soak faults fuzz cosim breaks coverage mutate formal lint synth regs diagrams timing trace asan clean FORCE \
        bench bench-config bench-baseline bench-area sweep test-sweep tidy

help: ## list the targets
	@echo "make demo | sim | test T=name | ... [WIDTH=$(WIDTH) CHANNELS=$(CHANNELS) DESC_PORT=$(DESC_PORT)]"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' Makefile
	@echo "Variables: see the head of the Makefile."

# ---- sources ----

RTL      := $(wildcard rtl/*.v)
RTL_ALL  := $(RTL) $(wildcard rtl/*.vh)
FPGA_V   := $(wildcard rtl/fpga/*.v)
FPGA_TOPS := ioat_top ioat_axi_pcie3 ioat_xdma
SIM_CPP  := $(wildcard sim/*.cpp)
SIM_SV   := $(wildcard sim/*.sv) $(COVER_SV)
MODEL_V  ?= $(RTL) $(SIM_SV)
LIB_C    := $(wildcard driver/*.c sim/*.c) $(filter-out sim/cosim/main.c,$(wildcard sim/cosim/*.c))
TB_C     := $(wildcard tb/*.c)
BENCH_C  := $(wildcard tb/bench/*.c)
BENCH_LIB := $(filter-out tb/bench/main.c tb/bench/speed.c,$(BENCH_C))
SOAK_C   := $(wildcard tb/soak/*.c)
SOAK_LIB := $(filter-out tb/soak/soak.c,$(SOAK_C))
FUZZ_C   := $(wildcard tb/fuzz/*.c)
READERS_C := $(wildcard tb/fuzz/readers/*.c)
CLI_C    := $(filter-out cli/netdma.c,$(wildcard cli/*.c))
# What others link: the simulator, the driver, NetDMA.
LIBRARY_C := $(filter-out sim/cosim/%,$(LIB_C))
VERSION  := $(shell awk '/^#define NETDMA_VERSION_(MAJOR|MINOR|PATCH) / { v = v dot $$3; dot = "." } END { print v }' \
              driver/netdma_version.h)
SONAME   := libnetdma.so.$(firstword $(subst ., ,$(VERSION)))
BRINGUP_C := driver/tools/bringup.c $(filter-out driver/bar_sim.c driver/provider% driver/netdma% driver/platform%,\
             $(wildcard driver/*.c))
PROGRAMS := $(filter-out driver/tools/gen_regs.c,$(wildcard driver/tools/*.c driver/examples/*.c))
ALL_C    := $(LIB_C) $(PROGRAMS) sim/cosim/main.c driver/tools/gen_regs.c $(CLI_C) \
             cli/netdma.c $(TB_C) $(BENCH_C) $(SOAK_C) $(FUZZ_C) $(READERS_C) $(wildcard tb/fpga/*.c)

objects   = $(patsubst %.c,$(B)/obj/%.o,$1)
SIM_O    := $(call objects,$(filter sim/%,$(LIB_C)))
JOINED   := $(if $(LTO),$(B)/obj/sim.o,$(SIM_O))

# ---- C, once for all configurations ----

$(B)/obj/%.o: %.c Makefile | need-build
	@echo "CC $<"; mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(SANITIZE_OUR) $(INCLUDES) -I$(B)/obj/tb -MMD -MP -c -o $@ $<

$(B)/obj/sim.o: $(SIM_O)
	@echo "LINK $@"
	$(Q)$(CC) $(LTO) -g -r -flinker-output=nolto-rel -nostdlib -o $@ $^

# The reader of waves comes with Verilator.
$(B)/obj/cli/fst.o: private CFLAGS += -isystem $$(verilator --getenv VERILATOR_ROOT)/include

# Readers that belong to one program come with all of its header.
$(B)/obj/tb/fuzz/%.o: private CFLAGS += -Wno-unused-function

# The list of suites for tb/main.c, rewritten only when it changes.
$(B)/obj/tb/main.o: $(B)/obj/tb/suites.inc
$(B)/obj/tb/suites.inc: FORCE
	@mkdir -p $(@D)
	@printf 'SUITE(%s)\n' $(SUITES) >$@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

-include $(patsubst %.o,%.d,$(call objects,$(LIB_C) $(TB_C) $(BENCH_C) $(SOAK_C) $(FUZZ_C) $(READERS_C) $(CLI_C) $(PROGRAMS) cli/netdma.c sim/cosim/main.c))

# ---- Verilator's run-time library: also the same for all configurations ----

# Verilator writes the list of its objects into the makefile of a model; an empty
# model with a call into C serves. objects.mk names them in a way that all versions understand.
$(B)/runtime/libverilated.a: Makefile | need-build
	@echo "CXX Verilator's run-time library"; mkdir -p $(@D)
	$(Q)printf '%s\n' 'module empty;' 'import "DPI-C" function void call();' 'initial call();' endmodule >$(@D)/empty.sv
	$(Q)$(VERILATOR) $(if $(COVERAGE),--coverage-line) --top-module empty --Mdir $(@D) $(@D)/empty.sv
	$(Q)printf '%s\n' 'include Vioat.mk' 'all-objects: $$(VK_GLOBAL_OBJS)' >$(@D)/objects.mk
	$(Q)+$(MAKE) -C $(@D) -f objects.mk $(MODEL_OPT) all-objects >$(@D)/log 2>&1 || { cat $(@D)/log; exit 1; }
	$(Q)rm -f $@ && ar rcs $@ $(@D)/verilated*.o

# ---- SystemC: the module and its programs, once for all configurations ----

SYSTEMC_CPP := $(wildcard sim/systemc/*.cpp)
SYSTEMC_LIB := $(patsubst %.cpp,$(B)/obj/%.o,$(filter-out %/platform.cpp %/scenarios.cpp %/rules.cpp,$(SYSTEMC_CPP)))

$(B)/obj/sim/systemc/%.o: sim/systemc/%.cpp Makefile | need-build need-systemc
	@echo "CXX $<"; mkdir -p $(@D)
	$(Q)$(CXX) $(CXXFLAGS) $(SANITIZE_OUR) $(INCLUDES) -MMD -MP -c -o $@ $<

-include $(patsubst %.cpp,$(B)/obj/%.d,$(SYSTEMC_CPP))

# ---- one configuration ----

space     := $() $()
comma     := ,
CONFIG    := w$(WIDTH)c$(CHANNELS)$(patsubst 1,d,$(filter 1,$(DESC_PORT)))$(if $(PARAMS),-$(subst $(space),-,$(subst =,,$(strip $(PARAMS)))))$(if $(GATES),-xc7)$(if $(BRIDGE),-$(BRIDGE))

# w64c4d-PREFETCH8: its plain part, width, channels, port, parameters.
plain     = $(firstword $(subst -, ,$1))
width     = $(patsubst w%,%,$(firstword $(subst c, ,$(call plain,$1))))
channels  = $(patsubst %d,%,$(lastword $(subst c, ,$(call plain,$1))))
desc_port = $(if $(filter %d,$(call plain,$1)),1,0)
params    = DATA_W=$(call width,$1) CHAN_N=$(call channels,$1) DESC_PORT=$(call desc_port,$1) $(if $(findstring -,$1),$(PARAMS))

# $(eval $(call configuration,w64c4)): its model, its simulator, its programs.
define configuration
$(B)/$1/model/Vioat.mk: $(RTL_ALL) $(MODEL_V) sim/pins.awk Makefile | need-build
	@echo "VERILATE $1"; mkdir -p $$(@D)
	$(Q)awk $(if $(SHELL_SV),-v ENGINE=ioat_shell) -f sim/pins.awk rtl/ioat_engine.v >$$(@D)/ioat_pins.v
	$(Q)$(VERILATOR) $(COVER_MODEL) --top-module ioat_pins --Mdir $$(@D) $(addprefix -G,$(call params,$1)) \
	    $$(@D)/ioat_pins.v $(MODEL_V) >$$(@D)/log 2>&1 || { grep -m 1 _must_be_ $$(@D)/log || cat $$(@D)/log; exit 1; }
	@touch $$@

$(B)/$1/model/Vioat__ALL.a: $(B)/$1/model/Vioat.mk
	@echo "CXX model of $1"
	$(Q)+$$(MAKE) -C $$(@D) -f Vioat.mk $$(MODEL_OPT) Vioat__ALL.a >$$(@D)/log 2>&1 || { cat $$(@D)/log; exit 1; }
	@touch $$@

$(B)/$1/sim/%.o: sim/%.cpp $(B)/$1/model/Vioat.mk Makefile | need-build
	@echo "CXX $$< for $1"; mkdir -p $$(@D)
	$(Q)$$(CXX) $$(CXXFLAGS) $(SANITIZE_OUR) $(INCLUDES) $(addprefix -DIOAT_,$(call params,$1)) \
	    $(if $(findstring -,$1),'-DIOAT_PARAMETERS="$(strip $(PARAMS))"') -isystem $(B)/$1/model $$(MODEL_CXX) -MMD -MP -c -o $$@ $$<

-include $(patsubst sim/%.cpp,$(B)/$1/sim/%.d,$(SIM_CPP))

$(B)/$1/coverage/%.o: tb/coverage/%.cpp $(B)/$1/model/Vioat.mk Makefile | need-build
	@echo "CXX $$< for $1"; mkdir -p $$(@D)
	$(Q)$$(CXX) $$(CXXFLAGS) $(INCLUDES) -isystem $(B)/$1/model $$(MODEL_CXX) -MMD -MP -c -o $$@ $$<

-include $(B)/$1/coverage/counters.d

MODEL_$1 := $(patsubst sim/%.cpp,$(B)/$1/sim/%.o,$(SIM_CPP)) $(call extra_object,$1) \
            $(B)/$1/model/Vioat__ALL.a $(B)/runtime/libverilated.a
# What is linked at once, and what is a few per cent faster and takes seconds.
LINK_$1  := $(call objects,$(filter driver/%,$(LIB_C))) $(JOINED) $$(MODEL_$1)
FAST_$1  := $(call objects,$(LIB_C)) $$(MODEL_$1)

$(B)/$1/tb_all: $(call objects,$(TB_C) $(BENCH_LIB) $(CLI_C) $(SOAK_LIB)) $$(LINK_$1)
	@echo "LINK $$@"
	$(Q)$(CXX) $(SANITIZE_OUR) -o $$@ $$^ $$$$(pkg-config --libs check) $(LDLIBS)

$(B)/$1/soak: $(call objects,$(SOAK_C) $(BENCH_LIB)) $$(FAST_$1)
	@echo "LINK $$@"
	$(Q)$(CXX) $(SANITIZE_OUR) -o $$@ $$^ $(LDLIBS)

$(B)/$1/fuzz_options: $(call objects,$(READERS_C))
$(B)/$1/fuzz_%: $(B)/obj/tb/fuzz/%.o $(call objects,$(BENCH_LIB) $(SOAK_LIB) $(CLI_C)) $$(LINK_$1)
	@echo "LINK $$@"
	$(Q)$(CXX) $(SANITIZE_OUR) -fsanitize=fuzzer -o $$@ $$(filter-out $$(if $$(filter guest,$$*),%/sim/cosim/session.o),$$^) $$(if $$(filter options,$$*),-Wl$$(comma)--wrap=exit) $(LDLIBS)

$(B)/$1/measure: $(call objects,$(BENCH_LIB) tb/bench/main.c) $$(FAST_$1)
	@echo "LINK $$@"
	$(Q)$(CXX) $(SANITIZE_OUR) -o $$@ $$^ $(LDLIBS)

$(B)/$1/netdma: $(call objects,$(CLI_C) $(BENCH_LIB) cli/netdma.c) $$(FAST_$1)
	@echo "LINK $$@"
	$(Q)$(CXX) $(SANITIZE_OUR) -o $$@ $$^ $(LDLIBS)

$(B)/$1/systemc/%: $(B)/obj/sim/systemc/%.o $(SYSTEMC_LIB) $(call objects,$(CLI_C) $(BENCH_LIB)) $$(LINK_$1)
	@echo "LINK $$@"; mkdir -p $$(@D)
	$(Q)$(CXX) $(SANITIZE_OUR) -o $$@ $$^ -lsystemc $(LDLIBS)

# The library as one object, in which only what the public headers declare is visible.
$(B)/$1/libnetdma.o: $(call objects,$(LIBRARY_C)) $(patsubst sim/%.cpp,$(B)/$1/sim/%.o,$(SIM_CPP)) \
                     $(B)/$1/model/Vioat__ALL.a $(B)/runtime/libverilated.a $(B)/exports
	@echo "LINK $$@"
	$(Q)ld -r --force-group-allocation -o $$@ --whole-archive $$(filter %.o %.a,$$^)
	$(Q)objcopy --keep-global-symbols=$(B)/exports $$@

$(B)/$1/libnetdma.a: $(B)/$1/libnetdma.o
	$(Q)rm -f $$@ && ar rcs $$@ $$<

$(B)/$1/libnetdma.so: $(B)/$1/libnetdma.o
	@echo "LINK $$@"
	$(Q)$(CXX) -shared -Wl,-z,defs -Wl,-soname,$(SONAME) -o $$@ $$< -lz -lm -latomic -pthread

$(B)/$1/%: $(B)/obj/driver/examples/%.o $$(LINK_$1)
	@echo "LINK $$@"
	$(Q)$(CXX) $(SANITIZE_OUR) -o $$@ $$^ $(LDLIBS)

$(B)/$1/%: $(B)/obj/driver/tools/%.o $$(LINK_$1)
	@echo "LINK $$@"
	$(Q)$(CXX) $(SANITIZE_OUR) -o $$@ $$^ $(LDLIBS)

$(B)/$1/bench/replay.o: tb/bench/replay.cpp $(B)/$1/model/Vioat.mk Makefile | need-build
	@echo "CXX $$< for $1"; mkdir -p $$(@D)
	$(Q)$$(CXX) $$(CXXFLAGS) $(SANITIZE_OUR) $(INCLUDES) $(addprefix -DIOAT_,$(call params,$1)) \
	    -isystem $(B)/$1/model $$(MODEL_CXX) -MMD -MP -c -o $$@ $$<

-include $(B)/$1/bench/replay.d

# The bench sees each clock on its way to the model.
$(B)/$1/speed: $(B)/obj/tb/bench/speed.o $(B)/$1/bench/replay.o $$(FAST_$1)
	@echo "LINK $$@"
	$(Q)$(CXX) $(SANITIZE_OUR) -Wl,--wrap=model_rise -o $$@ $$^ $(LDLIBS)

.PHONY: baseline-$1
baseline-$1: $(B)/$1/measure $(B)/$1/soak
	@tb/tools/run-tests baseline $(B)/$1 tb/bench/baseline.txt tb/soak/clocks.txt
$(B)/$1/cosim: $(B)/obj/sim/cosim/main.o $$(FAST_$1)
	@echo "LINK $$@"
	$(Q)$(CXX) $(SANITIZE_OUR) -o $$@ $$^ $(LDLIBS)

.PHONY: run-$1
run-$1: $(B)/$1/tb_all
	@$$(TEST_ENV) tb/tools/run-tests regression $(B)/$1 $(if $(filter $1,$(SIM_SMOKE)),$(SMOKE),$(if $(filter $1,$(SIM_BOTH)),$(BOTH)))
endef

$(foreach c,$(sort $(SIM_FULL) $(SIM_SMOKE) $(CONFIG)),$(eval $(call configuration,$c)))

# ---- run ----

PROGRAM_NAMES := $(notdir $(basename $(PROGRAMS)))

demo: $(addprefix $(B)/$(CONFIG)/,$(PROGRAM_NAMES)) ## copy FILES (or built-in data) through the simulated engine
	@$(B)/$(CONFIG)/demo $(if $(LATENCY),--latency $(LATENCY)) $(if $(SEED),--seed $(SEED)) $(FILES)

sim: $(addprefix run-,$(SIM_FULL) $(SIM_SMOKE)) $(addprefix baseline-,$(BASELINE)) sim-install sim-docs sim-systemc sim-asan sim-fpga ## run the whole regression
	@tb/tools/run-tests total $(addprefix $(B)/,$(SIM_FULL) $(SIM_SMOKE) $(addsuffix /baseline,$(BASELINE)) install docs systemc asan/w64c1 asan/systemc fpga/parts)

.PHONY: netdma
netdma: $(B)/netdma ## build/netdma, the command line: docs/netdma.md
$(B)/netdma: $(B)/$(CONFIG)/netdma FORCE
	@ln -sfr $< $@

test: $(B)/$(CONFIG)/tb_all ## run one suite, case or test: make test T=name
	@$(TEST_ENV) tb/tools/run-tests one $(B)/$(CONFIG) '$(T)'

soak: $(B)/$(CONFIG)/soak ## random scenarios from SEEDS, on all processors; a failure is made small
	@$(if $(WAVE),mkdir -p waves)
	@$< --seeds $(SEEDS) --jobs $(JOBS) $(if $(DESCRIPTORS),--descriptors $(DESCRIPTORS)) \
	    $(if $(MINUTES),--seconds $$(($(MINUTES) * 60))) $(if $(LIMITS),--limits '$(LIMITS)') \
	    $(if $(WAVE),--wave waves/soak.fst --tell)

sweep: $(B)/$(CONFIG)/soak ## random scenarios by the thousand, on a Slurm cluster or with GNU parallel: docs/sweep.md
	@tb/tools/sweep --seeds $(if $(filter file,$(origin SEEDS)),1..10000,$(SEEDS)) --chunk '$(CHUNK)' --limits '$(LIMITS)' \
	    --engine '$(ENGINE)' --ssh '$(SSH)' $(if $(filter command,$(firstword $(origin JOBS))),--jobs $(JOBS)) \
	    $(if $(MINUTES),--minutes $(MINUTES)) $(if $(COVERAGE),--coverage yes) $<

test-sweep: $(B)/w64c1/soak need-test-sweep ## kill jobs of make sweep in all ways, on a Slurm cluster of this machine, too
	@$(MAKE) COVERAGE=1 build/coverage/build/w64c1/soak
	@tb/tools/test-sweep $(B)/sweep-test $< build/coverage/build/w64c1/soak

# One fuzzer a file of tb/fuzz.
FUZZERS := $(patsubst tb/fuzz/%.c,$(B)/$(CONFIG)/fuzz_%,$(FUZZ_C))
.PHONY: fuzz-run fuzz-corpus fuzz-least

fuzz: need-fuzz ## fuzz for TIME seconds, with sanitizers; AGAIN=input plays one that was kept
	@$(MAKE) FUZZ=1 fuzz-run

fuzz-run: $(FUZZERS)
	@tb/tools/fuzz $(B)/$(CONFIG) $(if $(AGAIN),again '$(AGAIN)',$(TIME) $(SEED))

fuzz-corpus: need-fuzz
	@$(MAKE) FUZZ=1 fuzz-least

fuzz-least: $(FUZZERS)
	@tb/tools/fuzz $(B)/$(CONFIG) corpus

.PHONY: bench-speed
bench-speed: $(B)/w64c1/speed
	@$<

# ---- install ----

prefix      ?= /usr/local#  install: where
DESTDIR     ?=#             install: a folder that stands for /, for makers of packages
exec_prefix ?= $(prefix)
bindir      ?= $(exec_prefix)/bin
libdir      ?= $(exec_prefix)/lib
includedir  ?= $(prefix)/include
datarootdir ?= $(prefix)/share
mandir      ?= $(datarootdir)/man
bashcompdir ?= $(datarootdir)/bash-completion/completions

# What other programs include; the library exports what is declared there.
PUBLIC_H := $(addprefix driver/,bar.h bar_mmap.h ioat.h ioat_regs.def ioat_regs.h ioat_status.h netdma.h \
              netdma_client.h netdma_interface.h netdma_platform.h netdma_version.h provider.h provider_sim.h) \
            sim/ioat_sim.h
AT       := $(DESTDIR)
INSTALL  := install -D -m 644

.PHONY: install library systemc test-install test-systemc test-docs sim-install sim-systemc sim-docs
$(B)/exports: $(PUBLIC_H) Makefile
	@mkdir -p $(@D)
	$(Q)for each in $(notdir $(filter %.h,$(PUBLIC_H))); do echo "#include \"$$each\""; done >$@.c
	$(Q)CCACHE_DISABLE=1 $(CC) -std=c11 $(INCLUDES) -aux-info $@.functions -fsyntax-only $@.c
	$(Q){ sed -nE 's|^/\* (driver\|sim)/[^ ]* \*/ extern [^(]*[ *](\w+) \(.*|\2|p' $@.functions; \
	    sed -nE 's/^extern .* (\w+)\[\];.*/\1/p' $(filter %.h,$(PUBLIC_H)); } | sort -u >$@

library: $(B)/$(CONFIG)/libnetdma.a $(B)/$(CONFIG)/libnetdma.so

install: $(B)/$(CONFIG)/netdma ## headers, libraries, program, manual: prefix, DESTDIR
	$(if $(filter /%,$(prefix)),,$(error prefix=$(prefix): a full path is needed))
	@$(MAKE) PIC=1 library
	@echo "INSTALL $(AT)$(prefix)"
	$(Q)install -D -t $(AT)$(bindir) $<
	$(Q)$(INSTALL) -t $(AT)$(includedir)/netdma $(PUBLIC_H)
	$(Q)$(INSTALL) -t $(AT)$(libdir) $(B)/pic/$(CONFIG)/libnetdma.a
	$(Q)install -D $(B)/pic/$(CONFIG)/libnetdma.so $(AT)$(libdir)/libnetdma.so.$(VERSION)
	$(Q)ln -sf libnetdma.so.$(VERSION) $(AT)$(libdir)/$(SONAME)
	$(Q)ln -sf $(SONAME) $(AT)$(libdir)/libnetdma.so
	$(Q)sed $(foreach v,prefix includedir libdir,-e 's|@$v@|$($v)|') -e 's|@config@|$(CONFIG)|' \
	    -e 's|@version@|$(VERSION)|' driver/netdma.pc.in >$(B)/netdma.pc
	$(Q)$(INSTALL) -t $(AT)$(libdir)/pkgconfig $(B)/netdma.pc
	$(Q)$(INSTALL) -t $(AT)$(datarootdir)/netdma/waves $(wildcard waves/*.filter waves/*.scenario)
	$(Q)$< --man >$(B)/netdma.1 && $(INSTALL) -t $(AT)$(mandir)/man1 $(B)/netdma.1
	$(Q)$< --completion >$(B)/completion && $(INSTALL) $(B)/completion $(AT)$(bashcompdir)/netdma

# The same for make sim, where a failure counts and does not end anything.
counted = $(if $(filter sim-%,$@),|| true)

test-install: ## install below build/, build examples/outside against it, look at every part
test-docs: ## run or look at every command in the documentation
test-systemc: ## what make systemc looks at, on the standard build

# It calls make on what this make may be building: that is done first.
test-install sim-install: $(B)/w64c1/netdma
	+@tb/tools/test-install $(B)/install $(counted)

SYSTEMC := platform scenarios rules
test-systemc sim-systemc: $(addprefix $(B)/w64c4/systemc/,$(SYSTEMC))
	@tb/tools/test-systemc $(<D) $(B)/systemc $(counted)

systemc: $(addprefix $(B)/$(CONFIG)/systemc/,$(SYSTEMC)) ## a virtual platform, and the scenarios through it
	@tb/tools/test-systemc $(<D) $(B)/systemc

# Its commands are about the plain build.
test-docs sim-docs: $(addprefix $(B)/w64c4/,netdma measure tb_all $(addprefix systemc/,$(SYSTEMC)) $(PROGRAM_NAMES))
	@ln -sfr $(B)/w64c4/netdma $(B)/netdma
	+@tb/tools/test-docs $(B)/docs $(counted)

SCENARIOS := $(basename $(notdir $(wildcard waves/*.scenario)))
.PHONY: waves wave-pictures $(addprefix wave-,$(SCENARIOS))

waves: $(addprefix wave-,$(if $(filter all,$(T)),$(SCENARIOS),$(T))) ## record scenario T, or all, with its GTKWave view
	@$(if $(T),,for each in $(SCENARIOS); do \
	    printf '  make waves T=%-14s %s\n' $$each "$$(sed -n 's/^title  *//p' waves/$$each.scenario)"; done)

$(addprefix wave-,$(SCENARIOS)): wave-%: $(B)/netdma
	@mkdir -p $(B)/waves
	@$< run waves/$*.scenario --wave $(B)/waves/$*.fst

wave-%:
	$(error T=$*: allowed are all $(SCENARIOS))

wave-pictures: need-pictures ## open each view in GTKWave, keep the pictures in docs/waves
	@$(MAKE) waves T=all
	@tb/tools/wave-pictures $(B)/waves docs/waves $(SCENARIOS)

.PHONY: sim-asan
sim-asan:
	@$(MAKE) SANITIZE=1 CHANNELS=1 run-w64c1 systemc

asan: ## run every suite with the address and undefined-behaviour sanitizers
	@$(MAKE) SANITIZE=1 SMOKE= run-$(CONFIG)
	@tb/tools/run-tests total build/asan/$(CONFIG)

# Counting toggles takes long. So lines and points are counted in all suites but the longest, toggles in
# those that move data or visit every state, on a narrow bus and on a wide one.
COVERAGE_ALL   := $(filter-out bench timing soak,$(SUITES))
COVERAGE_64    := abort address attr bus error fault fence flags flow irq list null phase random regfx regs reject \
                  state stop storm suspend word
COVERAGE_512   := address attr data error fault fence fill flags flow null page phase random reject state word
coverage_run    = $1:$(subst $(space),$(comma),$(strip $2))

coverage: need-coverage ## what the suites reach: lines, toggles, functional points; rewrites docs/verification.md
	@$(MAKE) COVERAGE=1 $(patsubst %,build/coverage/build/%/tb_all,w64c1 w64c4 w512c1)
	@tb/tools/coverage $(call coverage_run,w64c4,$(COVERAGE_64)) $(call coverage_run,w512c1,$(COVERAGE_512)) \
	    $(call coverage_run,w64c1,$(COVERAGE_ALL))

# ---- speed and size ----

# The parameters that are to reach 99 % of the bound at L = 250 (docs/performance.md).
BENCH_64   := PREFETCH=64 TRANSFERS=128 READ_BEATS=512
BENCH_512  := PREFETCH=512 TRANSFERS=1024 READ_BEATS=512
BENCH_OUT  := $(B)/bench
BENCH_HERE := $(BENCH_OUT)/$(CONFIG)

# One after the other: they share objects, and each takes all processors.
bench: $(B)/w64c1/speed ## measure speed, rewrite docs/performance.md
	@rm -rf $(BENCH_OUT)
	@$(MAKE) bench-config WIDTH=64 CHANNELS=1 DESC_PORT=0 PARAMS=
	@$(MAKE) bench-config WIDTH=64 CHANNELS=1 DESC_PORT=0 PARAMS='$(BENCH_64)'
	@$(MAKE) bench-config WIDTH=64 CHANNELS=1 DESC_PORT=1 PARAMS='$(BENCH_64)'
	@$(MAKE) bench-config WIDTH=512 CHANNELS=1 DESC_PORT=0 PARAMS=
	@$(MAKE) bench-config WIDTH=512 CHANNELS=1 DESC_PORT=0 PARAMS='$(BENCH_512)'
	@$(MAKE) bench-config WIDTH=512 CHANNELS=1 DESC_PORT=1 PARAMS='$(BENCH_512)'
	@set -e; for width in $(ALSO); do \
	    $(MAKE) bench-config WIDTH=$$width CHANNELS=1 DESC_PORT=0 PARAMS='$(BENCH_512)'; done
	@$(MAKE) bench-config WIDTH=64 CHANNELS=4 DESC_PORT=0 PARAMS= TABLES=channels,trouble
	@$< >$(BENCH_OUT)/speed.txt
	@tb/bench/report $(BENCH_OUT)
	@if [ -e $(BENCH_OUT)/failed ]; then echo "bench: cases failed in" $$(cat $(BENCH_OUT)/failed); exit 1; fi

bench-config: $(B)/$(CONFIG)/measure ## the figures of one configuration, as CSV in build/bench
	@echo "BENCH $(CONFIG)"; mkdir -p $(BENCH_OUT)
	$(Q)$< --name $(CONFIG) --jobs $(JOBS) --csv $(if $(TABLES),--tables $(TABLES)) >$(BENCH_HERE).csv || \
	    echo $(CONFIG) >>$(BENCH_OUT)/failed
	$(Q)$< --name $(CONFIG) --launch --csv >$(BENCH_HERE).launch.csv
	$(Q)$< --name $(CONFIG) --pages --csv >$(BENCH_HERE).pages.csv
	@echo $(CONFIG) >>$(BENCH_OUT)/order

bench-baseline: $(foreach c,$(BASELINE),$(addprefix $(B)/$c/,measure soak)) ## rewrite the cycle counts that make sim compares
	@set -e; for c in $(BASELINE); do $(B)/$$c/measure --record --jobs $(JOBS); done >$(B)/baseline.txt
	@set -e; for c in $(BASELINE); do \
	    $(B)/$$c/soak --seeds 1..$$([ $$c = w64c1 ] && echo 320 || echo 100) --record-clocks --jobs $(JOBS); done >$(B)/clocks.txt
	@mv $(B)/baseline.txt tb/bench/baseline.txt; sort -V $(B)/clocks.txt >tb/soak/clocks.txt
	@git diff --stat -- tb/bench/baseline.txt tb/soak/clocks.txt || true

bench-area: need-synth ## measure what each parameter costs, with yosys (slow)
	@tb/bench/area docs/performance/area.csv $(RTL)
# ---- Linux drives the RTL, in a guest ----

# Kernel and initramfs of the guest; dmatest is compiled on the way.
$(B)/guest/initrd.gz: sim/cosim/make-guest sim/cosim/guest-init $(B)/bringup | need-cosim
	@echo "GUEST $@"
	$(Q)sim/cosim/make-guest $(@D) sim/cosim/guest-init $(B)/bringup

# The bring-up self-test as it goes to a board: one static program.
$(B)/bringup: $(call objects,$(BRINGUP_C)) | need-cosim
	@echo "LINK $@"
	$(Q)$(CC) -static -o $@ $^

# Standard: one configuration. All: the configurations that a driver can tell apart.
COSIM_STEPS  := probe,interrupt,polled,long,rebind,readerror,writeerror,descerror,intx,underload,wave,bringup
COSIM_LIMIT   = $(shell echo $$((300 + 240 * $(ROUNDS))))
COSIM_OTHERS := 'CHANNELS=1' 'PARAMS=CBVER=48' 'PARAMS=CBVER=51' 'WIDTH=512'

cosim: $(B)/$(CONFIG)/cosim $(B)/guest/initrd.gz ## Linux's own driver, in a QEMU guest, drives the RTL (COSIM=all: more builds)
	@mkdir -p waves
	@nice -n 5 timeout -k 10 $(COSIM_LIMIT) $< --kernel $(B)/guest/vmlinuz --initrd $(B)/guest/initrd.gz \
	    --steps $(COSIM_STEPS) --rounds $(ROUNDS) --transfers $$(($(ROUNDS) * 2500 * $(if $(filter 1 2 3,$(CHANNELS)),$(CHANNELS),4))) \
	    --limit $$(($(COSIM_LIMIT) - 20)) --log $(B)/$(CONFIG)/cosim.log --wave waves/linux-$(CONFIG).fst \
	    $(if $(SEED),--seed $(SEED)) $(if $(LATENCY),--latency $(LATENCY))
	@$(if $(filter all,$(COSIM)),for set in $(COSIM_OTHERS); do $(MAKE) cosim COSIM=standard "$$set" || exit 1; done)

# ---- checks ----

# $(call yosys_read,CONFIG): the commands that load a configuration.
yosys_read = read_verilog -Irtl $(RTL); hierarchy -check -top ioat_engine \
             $(foreach p,$(call params,$1),-chparam $(subst =, ,$p))

LINT_RTL := $(addprefix lint-,$(sort $(SIM_FULL) $(SIM_SMOKE) $(CONFIG)))
.PHONY: $(LINT_RTL) lint-fpga lint-fpga-size lint-c lint-generated lint-diagrams lint-timing lint-trace

lint: $(LINT_RTL) lint-fpga lint-fpga-size lint-c lint-generated lint-diagrams lint-timing lint-trace ## check RTL, C, generated files and requirements
	@echo "lint: clean"

# Three readers of Verilog-2005: each rejects something that the others let pass.
$(LINT_RTL): lint-%: need-lint
	@echo "LINT $*"; mkdir -p $(B)
	$(Q)verilator --lint-only -Wall --default-language 1364-2005 -Irtl --top-module ioat_engine \
	    $(addprefix -G,$(call params,$*)) $(RTL)
	$(Q)iverilog -g2005 -Wall -tnull -Irtl -s ioat_engine \
	    $(addprefix -Pioat_engine.,$(call params,$*)) $(RTL) 2>&1 | tee $(B)/$@.log; test ! -s $(B)/$@.log
	$(Q)yosys -q -p '$(call yosys_read,$*); proc; check -assert; select -assert-none t:$$dlatch'

# The tops for an FPGA, each in the narrowest and the widest bus of its bridge.
lint-fpga: need-lint
	@echo "LINT rtl/fpga"; mkdir -p $(B)
	$(Q)set -e; for top in $(FPGA_TOPS); do for width in 64 512; do \
	    verilator --lint-only -Wall --default-language 1364-2005 -Irtl --top-module $$top -GDATA_W=$$width \
	        $(RTL) $(FPGA_V); \
	    iverilog -g2005 -Wall -tnull -Irtl -s $$top -P$$top.DATA_W=$$width $(RTL) $(FPGA_V) 2>&1 | \
	        tee $(B)/$@.log; test ! -s $(B)/$@.log; done; \
	    yosys -q -p "read_verilog -Irtl $(RTL) $(FPGA_V); hierarchy -check -top $$top; proc; check -assert; \
	        select -assert-none t:\$$dlatch"; done

lint-c: need-lint
	@echo "LINT C"
	$(Q)cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr -j$(JOBS) $(INCLUDES) \
	    --enable=warning,performance,portability --library=tb/tools/cppcheck.cfg $(ALL_C)

# Each file by itself: among several the analyzer takes a va_list of one for that of another.
tidy: need-build need-tidy $(B)/obj/tb/suites.inc ## clang-tidy reads the C, by the rules of .clang-tidy; takes minutes
	@printf '%s\n' $(ALL_C) | xargs -P $(JOBS) -I {} clang-tidy --quiet --warnings-as-errors='*' {} -- \
	    -std=c11 -D_GNU_SOURCE $(INCLUDES) -I$(B)/obj/tb -isystem $$(verilator --getenv VERILATOR_ROOT)/include 2>$(B)/tidy.log
	@echo "tidy: clean"

lint-trace:
	@tb/tools/trace --check
	@tb/tools/faults --check

faults: $(B)/$(CONFIG)/tb_all ## fill in the table of faults in docs/verification.md
	@tb/tools/faults $(B)/$(CONFIG)

# Area on a Xilinx UltraScale+ part, in the words of yosys.
synth: need-synth ## synthesize CONFIG with yosys and print its size
	@echo "SYNTH $(CONFIG): $(B)/$(CONFIG)/synth.log"; mkdir -p $(B)/$(CONFIG)
	$(Q)yosys -q -l $(B)/$(CONFIG)/synth.log \
	    -p '$(call yosys_read,$(CONFIG)); synth_xilinx -family xcup -flatten; tee -o $(B)/$(CONFIG)/synth.txt stat'
	@cat $(B)/$(CONFIG)/synth.txt

# ---- generated files, committed ----

# What gen_regs prints into each.
GENERATED := rtl/ioat_regs.vh docs/registers.md waves/chansts_state.filter \
             waves/control_op.filter waves/chancmd.filter waves/chanerr.filter
from_rtl/ioat_regs.vh            := verilog
from_docs/registers.md           := markdown
from_waves/chansts_state.filter  := gtkwave CHANSTS.STATE
from_waves/control_op.filter     := gtkwave CONTROL.OP
from_waves/chancmd.filter        := gtkwave CHANCMD
from_waves/chanerr.filter        := gtkwave CHANERR

# The phases of a channel are a matter of the RTL alone.
PHASES := awk '/localparam \[2:0\] PH_/ { sub(/.*d/, "", $$5); sub(/;.*/, "", $$5); print $$5, substr($$3, 4) }' \
          rtl/ioat_control.v

GEN_REGS := $(B)/gen_regs
$(GEN_REGS): driver/tools/gen_regs.c driver/ioat_regs.def Makefile | need-regs
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -Idriver -o $@ $<

regs: $(GEN_REGS) ## regenerate what is made from driver/ioat_regs.def
	$(Q)$(foreach f,$(GENERATED),$(GEN_REGS) $(from_$f) >$f &&) $(PHASES) >waves/phase.filter

lint-generated: $(GEN_REGS)
	@$(foreach f,$(GENERATED),$(GEN_REGS) $(from_$f) | cmp -s - $f || { echo "$f is stale: run make regs"; exit 1; };)
	@$(PHASES) | cmp -s - waves/phase.filter || { echo "waves/phase.filter is stale: run make regs"; exit 1; }

# Drawn from runs of one build of the engine: a change of the RTL may change them.
DIAGRAMS := $(B)/w64c1/netdma_diagrams

diagrams: $(DIAGRAMS) $(B)/w64c4/netdma timing ## draw docs/sequences.md, docs/timing and samples in docs from runs
	$(Q)$< >$(B)/sequences.md && cp $(B)/sequences.md docs/sequences.md
	@$(MAKE) WIDTH=64 CHANNELS=4 waves T=chain >/dev/null
	@tb/tools/test-docs --update

lint-diagrams: $(DIAGRAMS)
	@$< | cmp -s - docs/sequences.md || { echo "docs/sequences.md is stale: run make diagrams"; exit 1; }
	@! grep '^| D[0-9]' docs/programming.md | grep -vxFf docs/sequences.md || \
	    { echo "docs/programming.md: a descriptor that docs/sequences.md does not have"; exit 1; }

timing: $(B)/w64c1/netdma ## draw docs/timing from runs of the simulated engine
	@tb/tools/timing $< $(B)/timing docs/timing

lint-timing: $(B)/w64c1/netdma
	@tb/tools/timing $< $(B)/timing $(B)/timing/drawn
	@diff -rq $(B)/timing/drawn docs/timing --exclude="*.scenario" >/dev/null || \
	    { echo "docs/timing is stale: run make timing"; exit 1; }

trace: ## fill in the tests in docs/requirements.md
	@tb/tools/trace

breaks: $(B)/w64c4/tb_all ## break one rule of the RTL at a time: every one must be seen
	@tb/tools/breaks '$(T)'

formal: need-formal ## prove the promises of the RTL: tb/formal/proofs.txt, or the lines of it that contain T
	@tb/tools/formal '$(T)'

# All mutants in one module: each is a multiplexer that the input `mutant` switches. What cannot be seen, such as the upper
# bits of a choice that the language makes 32 wide, is taken away before: a mutant of it would be the engine itself.
# In single bits there are no false loops, which Verilator would walk through again and again.
# Memory cells have ports that yosys cannot break; the wires on both sides of them are broken.
MUTATE_DIR  := build/mutate
MUTANT_BITS := 14
mutant_read  = $(call yosys_read,w64c1); proc; flatten; opt -nodffe -nosdff; wreduce; opt -nodffe -nosdff -fine; memory_collect; opt_clean -purge

$(MUTATE_DIR)/list.ys: $(RTL_ALL) | need-mutate
	@echo "MUTANTS $(MUTANTS)"; mkdir -p $(@D); rm -f $(addprefix $(@D)/,verdicts proofs tries)
	$(Q)yosys -q -p '$(mutant_read); select * t:$$mem_v2 %d' \
	    -p 'mutate -list $(MUTANTS) -seed $(or $(SEED),1) -ctrl mutant $(MUTANT_BITS) 1 -o $@'

$(MUTATE_DIR)/mutants.v: $(MUTATE_DIR)/list.ys
	@echo "MUTATE"
	$(Q)yosys -q -p '$(mutant_read); script $<; splitnets; clean; rename ioat_engine mutated_engine; write_verilog -noattr $@'

$(MUTATE_DIR)/mutants.sv: $(MUTATE_DIR)/mutants.v tb/mutate/reached.awk
	$(Q)awk -f tb/mutate/reached.awk $< >$@

# The same as gates, in AIGER; registers start at their values in reset.
$(MUTATE_DIR)/engine.aag: $(MUTATE_DIR)/list.ys tb/mutate/memory.v
	$(Q)yosys -q -p '$(mutant_read); script $<; read_verilog -lib tb/mutate/memory.v; techmap -map tb/mutate/memory.v' \
	    -p 'select -assert-none t:$$mem_v2; hierarchy -top ioat_engine; expose -evert t:memory_in t:memory_out' \
	    -p 'sim -clock clk -reset rst -rstlen 20 -n 5 -w; techmap; dffunmap; setundef -zero; opt_clean; opt_expr; opt_merge' \
	    -p 'aigmap; clean; write_aiger -ascii -symbols $@'

$(MUTATE_DIR)/equal: tb/mutate/equal.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -o $@ $<

$(MUTATE_DIR)/engine.sv: rtl/ioat_engine.v tb/mutate/engine.awk
	@mkdir -p $(@D)
	$(Q)awk -v BITS=$(MUTANT_BITS) -f tb/mutate/engine.awk rtl/ioat_engine.v >$@

mutate: need-mutate ## break the RTL in MUTANTS places, one at a time; for MINUTES, then again; rewrites docs/verification.md
	@$(MAKE) MUTATE=1 $(addprefix build/mutate/build/w64c1/,tb_all soak measure) $(addprefix $(MUTATE_DIR)/,engine.aag equal)
	@tb/tools/mutate $(or $(MINUTES),0)

# ---- on an FPGA ----

netlist = $(call yosys_read,$(CONFIG)); $(XC7_SYNTH); rename -top ioat_netlist

$(B)/$(CONFIG)/netlist.v: $(RTL_ALL) Makefile
	@echo "SYNTH $(CONFIG)"; mkdir -p $(@D)
	$(Q)yosys -q -l $(@D)/synth.log \
	    -p '$(netlist); tee -q -o $(@D)/cells.txt stat; write_verilog -noattr $@'

$(B)/$(CONFIG)/shell.sv: rtl/ioat_engine.v tb/fpga/shell.awk $(SHELL_SV) tb/fpga/bar.svh
	@mkdir -p $(@D)
	$(Q)awk -v BODY=$(SHELL_SV) -f tb/fpga/shell.awk $< >$@

ROWS         := $(patsubst %,$(B)/fpga/%/row,xc7 ecp5 ice40)
.PHONY: fpga-table lint-fpga-size

$(ROWS): $(B)/fpga/%/row: $(RTL_ALL) rtl/fpga/synth | need-synth
	@echo "SYNTH w64c1 for $*"; mkdir -p $(@D)
	$(Q)rtl/fpga/synth $* '$(call yosys_read,w64c1)' $(@D) >$@

fpga-table: $(ROWS) ## LUT, FF, RAM and Fmax on FPGA families; rewrites the table in docs/fpga.md
	$(Q)cat $^ >$(B)/fpga/rows; rtl/fpga/synth table $(B)/fpga/rows docs/fpga.md

# What the guide says of size and speed still holds, in two families.
lint-fpga-size: $(wordlist 1,2,$(ROWS))
	$(Q)cat $^ >$(B)/fpga/rows; rtl/fpga/synth compare $(B)/fpga/rows docs/fpga.md

# The modules around the engine, each by itself. tb_all is what run-tests runs.
PARTS := $(B)/fpga/parts
PARTS_V := tb/fpga/parts.v $(addprefix rtl/fpga/ioat_,reset.v cfg_sync.v usr_irq.v bar.v)
.PHONY: test-fpga sim-fpga
test-fpga: ## what is around the engine on an FPGA, each part by itself

$(PARTS)/model/Vparts.mk: $(PARTS_V) Makefile | need-build
	@echo "VERILATE parts of rtl/fpga"; mkdir -p $(@D)
	$(Q)verilator --cc --default-language 1364-2005 --prefix Vparts -O3 --x-initial unique -Wno-lint -Wno-style \
	    --top-module parts --Mdir $(@D) $(PARTS_V) >$(@D)/log 2>&1 || { cat $(@D)/log; exit 1; }
	$(Q)+$(MAKE) -C $(@D) -f Vparts.mk Vparts__ALL.a >$(@D)/log 2>&1 || { cat $(@D)/log; exit 1; }

$(PARTS)/parts.o: tb/fpga/parts.cpp tb/fpga/parts.h $(PARTS)/model/Vparts.mk
	@echo "CXX $<"
	$(Q)$(CXX) $(CXXFLAGS) $(SANITIZE_OUR) $(MODEL_CXX) -isystem $(PARTS)/model -c -o $@ $<

$(PARTS)/tb_all: $(call objects,tb/fpga/test_parts.c) $(PARTS)/parts.o $(B)/runtime/libverilated.a
	@echo "LINK $@"
	$(Q)$(CXX) $(SANITIZE_OUR) -o $@ $(filter %.o,$^) $(PARTS)/model/Vparts__ALL.a $(lastword $^) \
	    $$(pkg-config --libs check) $(LDLIBS)

-include $(B)/obj/tb/fpga/test_parts.d

test-fpga sim-fpga: $(PARTS)/tb_all
	@tb/tools/run-tests regression $(PARTS) parts
	@$(if $(filter sim-%,$@),,tb/tools/run-tests total $(PARTS) >$(PARTS)/total)

# A netlist is simulated several times slower than the RTL: the suites that move every kind of descriptor and
# visit every state.
GATES_SUITES := regs state list count page fill suspend abort error word

# Behind a bridge a register is written some clocks after the simulator has written it, and config space is known
# later (top): suites and widths that judge by the clock are not for that. The bridge of ioat_xdma sends its own messages.
BOARDS       := top-w64c1 axi_pcie3-w512c2 xdma-w64c4
SUITES_top       := $(GATES_SUITES) data irq intx flow phase storm driver_rtl replay bringup
SUITES_axi_pcie3 := $(filter-out count,$(SUITES_top)) engine_pcie irqrace
SUITES_xdma      := regs state page fill abort word data flow flags

.PHONY: gates boards shell-run
gates: need-gates ## the netlist of yosys, in xc7 cells, simulated: a smoke set of the same tests
	@$(MAKE) GATES=1 WIDTH=64 CHANNELS=1 shell-run

boards: ## the engine in its FPGA top and behind the wrapper of each bridge, simulated: a smoke set of the same tests
	@set -e; for board in $(BOARDS); do $(MAKE) BRIDGE=$${board%-*} WIDTH=$$(expr $$board : '.*w\([0-9]*\)') \
	    CHANNELS=$${board##*c} shell-run; done
	@tb/tools/run-tests total $(foreach b,$(BOARDS),$(B)/$(lastword $(subst -, ,$b))-$(firstword $(subst -, ,$b)))

shell-run: $(B)/$(CONFIG)/tb_all
	@rm -f $(B)/$(CONFIG)/sim.count
	@CK_TIMEOUT_MULTIPLIER=10 timeout -k 10 1200 tb/tools/run-tests regression $(B)/$(CONFIG) $(or $(SUITES_$(BRIDGE)),$(GATES_SUITES))
	@tb/tools/run-tests total $(B)/$(CONFIG) >$(B)/$(CONFIG)/total || { cat $(B)/$(CONFIG)/total; exit 1; }

clean: ## remove build/
	rm -rf build

# Missing tools are installed, or named, before anything needs them.
.PHONY: need-build need-lint need-synth need-regs need-formal need-cosim need-pictures need-systemc need-fuzz need-coverage need-mutate \
        need-test-sweep need-tidy need-gates
need-build need-lint need-synth need-regs need-formal need-cosim need-pictures need-systemc need-fuzz need-coverage need-mutate \
need-test-sweep need-tidy need-gates: need-%:
	@tb/tools/need-packages $*
