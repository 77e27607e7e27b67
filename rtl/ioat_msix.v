// ioat_msix - MSI-X table, pending bits, and the messages.
//
//   fire[n] --> pending[n] --(unmasked)--> message --> m_w ==> memory ==> s_b
//       \----------------------------------^
//
// A vector that is masked, by itself or by the function, keeps its pending bit. One
// message is under way at a time. busy[n] covers a message from leaving the pending
// bit to its answer, whatever the answer is.
// Source: PCI Local Bus 3.0, 6.8.2; the I/OAT sheet, section 4.7.5; K-52 to K-55.

`default_nettype none
`include "ioat_regs.vh"

module ioat_msix #(
    parameter ADDR_W = 64,                   // bits
    parameter CHAN_N = 4
) (
    input  wire              clk,
    input  wire              rst,
    input  wire              wipe,           // function-level reset: a message on the bus is finished
    input  wire              bme,
    input  wire              enable,
    input  wire              mask,           // function mask
    input  wire [CHAN_N-1:0] fire,
    input  wire [CHAN_N-1:0] withdraw,       // RESET of a channel
    input  wire [CHAN_N-1:0] settled,        // re-armed, no further event
    output wire [CHAN_N-1:0] busy,

    input  wire              wr_en,          // for the table
    input  wire [11:3]       wr_word,
    input  wire [63:0]       wr_data,
    input  wire [7:0]        wr_strb,
    input  wire [11:3]       rd_word,
    output wire [63:0]       rd_table,
    output wire [63:0]       rd_pba,

    output wire              m_w_valid,      // one beat, 4 bytes
    input  wire              m_w_gnt,
    input  wire              m_w_ready,
    output wire [3:0]        m_w_vector,
    output wire [ADDR_W-1:0] m_w_addr,
    output wire [31:0]       m_w_data,
    input  wire              s_b_valid
);
    localparam IDX_W = CHAN_N > 1 ? $clog2(CHAN_N) : 1;

    reg [63:2]       addr [0:CHAN_N-1];
    reg [31:0]       data [0:CHAN_N-1];
    reg [CHAN_N-1:0] masked, pending;

    // ---- table ----

    wire [31:0] wr_vector = {24'd0, wr_word[11:4]};
    wire [31:0] rd_vector = {24'd0, rd_word[11:4]};
    wire [IDX_W-1:0] wr_idx = wr_vector[IDX_W-1:0];
    wire [IDX_W-1:0] rd_idx = rd_vector[IDX_W-1:0];
    integer    b, v;

    assign rd_table = rd_vector >= CHAN_N ? 64'd0 :
                      rd_word[3]          ? {31'd0, masked[rd_idx], data[rd_idx]} : {addr[rd_idx], 2'b00};
    assign rd_pba   = {{(64-CHAN_N){1'b0}}, pending};

    // ---- the message under way ----

    reg              asking, shown, awaiting;
    reg [ADDR_W-1:2] message_addr;
    reg [31:0]       message_data;
    reg [IDX_W-1:0]  vector;
    wire             any;
    wire [IDX_W-1:0] pick;
    wire             take   = any && bme && !asking && !awaiting;
    wire             recall = asking && !shown && !bme;
    wire [CHAN_N-1:0] fired = fire & {CHAN_N{enable}};

    ioat_arb #(.N(CHAN_N), .PRIO_W(1), .IDX_W(IDX_W)) arb (
        .clk(clk),
        .req((pending | fired) & ~masked & {CHAN_N{enable && !mask}} & ~withdraw),
        .prio({CHAN_N{1'b0}}), .take(take), .any(any), .idx(pick));

    assign m_w_valid  = asking && (shown || bme);
    assign m_w_vector = {{(4-IDX_W){1'b0}}, vector};
    assign m_w_addr   = {message_addr, 2'b00};
    assign m_w_data   = message_data;
    assign busy       = {{(CHAN_N-1){1'b0}}, asking || awaiting} << vector;

    always @(posedge clk) begin
        for (b = 0; b < 4; b = b + 1)
            if (wr_en && wr_vector < CHAN_N && wr_word[3] && wr_strb[b])
                data[wr_idx][8*b +: 8] <= wr_data[8*b +: 8];
        if (wr_en && wr_vector < CHAN_N && !wr_word[3]) begin
            if (wr_strb[0])
                addr[wr_idx][7:2] <= wr_data[7:2];
            for (b = 1; b < 8; b = b + 1)
                if (wr_strb[b])
                    addr[wr_idx][8*b +: 8] <= wr_data[8*b +: 8];
        end
        if (wr_en && wr_vector < CHAN_N && wr_word[3] && wr_strb[4])
            masked[wr_idx] <= wr_data[32 + `IOAT_MSIX_CTRL_MASKED_LSB];

        if (m_w_valid && m_w_gnt) begin
            shown <= !m_w_ready;
            if (m_w_ready) begin
                asking   <= 1'b0;
                awaiting <= 1'b1;
            end
        end
        if (awaiting && s_b_valid)
            awaiting <= 1'b0;

        for (v = 0; v < CHAN_N; v = v + 1)
            if (settled[v] && (masked[v] || mask || !bme))
                pending[v] <= 1'b0;
        if (take) begin
            asking          <= 1'b1;
            vector          <= pick;
            message_addr    <= addr[pick][ADDR_W-1:2];
            message_data    <= data[pick];
        end
        if (recall) begin
            asking          <= 1'b0;
            pending[vector] <= 1'b1;
        end
        for (v = 0; v < CHAN_N; v = v + 1)
            if (take && {{(32-IDX_W){1'b0}}, pick} == v)
                pending[v] <= pending[v] && fired[v];
            else if (fired[v])
                pending[v] <= 1'b1;

        for (v = 0; v < CHAN_N; v = v + 1)
            if (withdraw[v])
                pending[v] <= 1'b0;
        if (rst) begin
            asking   <= 1'b0;
            shown    <= 1'b0;
            awaiting <= 1'b0;
        end
        if (rst || wipe) begin
            pending <= {CHAN_N{1'b0}};
            masked  <= {CHAN_N{1'b1}};
            for (v = 0; v < CHAN_N; v = v + 1) begin
                addr[v] <= 62'd0;
                data[v] <= 32'd0;
            end
        end
    end
endmodule

`default_nettype wire
