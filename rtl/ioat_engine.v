// ioat_engine - the DMA engine: BAR0 in, bus requests out.
//
//   s_axil --> ioat_axil --> ioat_regs_global, ioat_msix
//                  |
//                  +--> ioat_channel [0..CHAN_N-1] --reads---> ioat_read_mux  --> m_axi AR, R
//                                                  --writes--> ioat_write_mux --> m_axi AW, W, B
//
// Parameters state a build; an impossible value stops elaboration.
// One clock, one synchronous reset. All AXI rules of AMBA AXI4 hold; reads carry
// the IDs and attributes of docs/decisions.md K-34, K-60, K-61.

`default_nettype none

module ioat_engine #(
    parameter DATA_W          = 64,          // AXI data, bits: 64, 128, 256, 512
    parameter ADDR_W          = 64,          // implemented bus address, bits: 32..64
    parameter CHAN_N          = 4,           // channels: 1..16
    parameter DESC_PORT       = 0,           // 1: descriptors have a read master of their own
    parameter READ_BEATS      = 128,         // payload read buffer of a channel, beats, power of two
    parameter READ_BYTES_MAX  = 512,         // longest read burst, bytes, power of two
    parameter WRITE_BYTES_MAX = 256,         // longest write burst, bytes, power of two
    parameter TRANSFERS       = 64,          // descriptors between start and completion, power of two
    parameter PREFETCH        = 4,           // descriptors held ahead of the data path, power of two
    parameter CLK_MHZ         = 250,         // clocks in a microsecond, for INTRDELAY
    parameter CBVER           = 8'h34,
    parameter DMACAPABILITY   = 32'h41,
    parameter XFERCAP_LOG2    = 20           // log2 of the largest transfer, bytes: 12..30
) (
    input  wire                clk,
    input  wire                rst,          // synchronous, active high

    // From the PCIe function's config space, synchronous to clk.
    input  wire                cfg_bme,      // bus master enable
    input  wire                cfg_msix_en,
    input  wire                cfg_msix_mask,// function mask
    input  wire                cfg_flr,      // function-level reset: hold until flr_done
    output wire                flr_done,     // every channel is drained, registers are at power-on values

    output wire                irq_intx,     // level, for a hard block that sends INTx
    output wire [CHAN_N-1:0]   irq_msix,     // one clock high: channel n signals

    // BAR0, AXI4-Lite, 64 bit. Offsets are bytes.
    input  wire                s_axil_awvalid,
    output wire                s_axil_awready,
    input  wire [13:0]         s_axil_awaddr,
    input  wire                s_axil_wvalid,
    output wire                s_axil_wready,
    input  wire [63:0]         s_axil_wdata,
    input  wire [7:0]          s_axil_wstrb,
    output wire                s_axil_bvalid,
    input  wire                s_axil_bready,
    output wire [1:0]          s_axil_bresp,
    input  wire                s_axil_arvalid,
    output wire                s_axil_arready,
    input  wire [13:0]         s_axil_araddr,
    output wire                s_axil_rvalid,
    input  wire                s_axil_rready,
    output wire [63:0]         s_axil_rdata,
    output wire [1:0]          s_axil_rresp,

    // Host memory, AXI4.
    output wire                m_axi_arvalid,
    input  wire                m_axi_arready,
    output wire [5:0]          m_axi_arid,
    output wire [ADDR_W-1:0]   m_axi_araddr,
    output wire [7:0]          m_axi_arlen,
    output wire [2:0]          m_axi_arsize,
    output wire [1:0]          m_axi_arburst,
    output wire [3:0]          m_axi_arcache,
    output wire [2:0]          m_axi_arprot,
    input  wire                m_axi_rvalid,
    output wire                m_axi_rready,
    input  wire [5:0]          m_axi_rid,
    input  wire [DATA_W-1:0]   m_axi_rdata,
    input  wire [1:0]          m_axi_rresp,
    input  wire                m_axi_rlast,
    output wire                m_axi_awvalid,
    input  wire                m_axi_awready,
    output wire [5:0]          m_axi_awid,
    output wire [ADDR_W-1:0]   m_axi_awaddr,
    output wire [7:0]          m_axi_awlen,
    output wire [2:0]          m_axi_awsize,
    output wire [1:0]          m_axi_awburst,
    output wire [3:0]          m_axi_awcache,
    output wire [2:0]          m_axi_awprot,
    output wire                m_axi_wvalid,
    input  wire                m_axi_wready,
    output wire [DATA_W-1:0]   m_axi_wdata,
    output wire [DATA_W/8-1:0] m_axi_wstrb,
    output wire                m_axi_wlast,
    input  wire                m_axi_bvalid,
    output wire                m_axi_bready,
    input  wire [5:0]          m_axi_bid,
    input  wire [1:0]          m_axi_bresp,

    // Descriptors, AXI4 read only. Idle when DESC_PORT is 0.
    output wire                m_axid_arvalid,
    input  wire                m_axid_arready,
    output wire [5:0]          m_axid_arid,
    output wire [ADDR_W-1:0]   m_axid_araddr,
    output wire [7:0]          m_axid_arlen,
    output wire [2:0]          m_axid_arsize,
    output wire [1:0]          m_axid_arburst,
    output wire [3:0]          m_axid_arcache,
    output wire [2:0]          m_axid_arprot,
    input  wire                m_axid_rvalid,
    output wire                m_axid_rready,
    input  wire [5:0]          m_axid_rid,
    input  wire [DATA_W-1:0]   m_axid_rdata,
    input  wire [1:0]          m_axid_rresp,
    input  wire                m_axid_rlast
);
endmodule

`default_nettype wire
