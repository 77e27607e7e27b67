// ioat_usr_irq - interrupt requests of the engine, held as an AMD bridge wants them.
//
//   irq_msix pulses, irq_intx level --> req ... ack [... ack]
//
// A request stays up until it is acknowledged. In MSI-X mode each pulse is one request of its vector, and one that
// comes meanwhile is kept. Otherwise bit 0 follows the INTx level: up until it is acknowledged and the level is
// gone, and, where INTx messages are sent, not up again before the acknowledgement of the second message
// (AMD PG194, usr_irq_req and intx_msi_request).

`default_nettype none

module ioat_usr_irq #(
    parameter N = 4                          // vectors
) (
    input  wire         clk,
    input  wire         rst,                 // synchronous, active high
    input  wire         msix,                // MSI-X is enabled
    input  wire         msi,                 // MSI is: one acknowledgement a request
    input  wire [N-1:0] irq_msix,
    input  wire         irq_intx,
    output reg  [N-1:0] req,
    input  wire [N-1:0] ack
);
    reg [N-1:0] kept;                        // pulses that are not requested yet
    reg         sent;                        // INTx: the request is acknowledged
    reg         leaving;                     // INTx: the message of its end is not

    wire [N-1:0] due = kept | irq_msix;

    always @(posedge clk) begin
        if (msix) begin
            kept    <= due & req;
            req     <= (due | req) & ~(req & ack);
            sent    <= 1'b0;
            leaving <= 1'b0;
        end else begin
            kept <= {N{1'b0}};
            req  <= {N{1'b0}};
            if (req[0]) begin
                sent    <= sent || ack[0];
                leaving <= !msi;
                req[0]  <= irq_intx || !(sent || ack[0]);
            end else begin
                sent    <= 1'b0;
                leaving <= leaving && !ack[0] && !msi;
                req[0]  <= irq_intx && (!leaving || ack[0] || msi);
            end
        end

        if (rst) begin
            kept    <= {N{1'b0}};
            req     <= {N{1'b0}};
            sent    <= 1'b0;
            leaving <= 1'b0;
        end
    end
endmodule

`default_nettype wire
