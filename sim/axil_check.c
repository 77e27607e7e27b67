/* axil_check.c - the register port answers each access once, with OKAY. */
#include "axil_check.h"

#include <stdio.h>
#include <string.h>

void axil_check_init(struct axil_check *check, axi_violate_fn *violate, void *ctx)
{
    memset(check, 0, sizeof *check);
    check->violate = violate;
    check->ctx = ctx;
    check->was_reset = true;
}

static void check_held(struct axil_check *check, uint64_t clock, const struct axil *now)
{
    const struct axil *before = &check->before;

    if ((before->bvalid && !now->bvalid) || (before->rvalid && !now->rvalid))
        check->violate(check->ctx, clock, "AXIL-VALID", "BAR: an answer is withdrawn before READY");
    else if ((before->bvalid && before->bresp != now->bresp)
             || (before->rvalid && (before->rresp != now->rresp || before->rdata != now->rdata)))
        check->violate(check->ctx, clock, "AXIL-STABLE", "BAR: an answer changes before READY");
    check->before = *now;
    check->before.bvalid = now->bvalid && !now->bready;
    check->before.rvalid = now->rvalid && !now->rready;
}

static void check_answers(struct axil_check *check, uint64_t clock, const struct axil *now)
{
    if ((now->bvalid && (check->aw == 0 || check->w == 0)) || (now->rvalid && check->ar == 0)) {
        check->violate(check->ctx, clock, "AXIL-ORPHAN",
                       now->bvalid && (check->aw == 0 || check->w == 0)
                           ? "BAR: B answers no write" : "BAR: R answers no read");
        return;
    }
    if ((now->bvalid && now->bresp != AXI_OKAY) || (now->rvalid && now->rresp != AXI_OKAY))
        check->violate(check->ctx, clock, "AXIL-RESP", "BAR: an answer is not OKAY");
    if (now->bvalid && now->bready) {
        check->aw--;
        check->w--;
    }
    if (now->rvalid && now->rready)
        check->ar--;
}

void axil_check_clock(struct axil_check *check, uint64_t clock, const struct pins *pins)
{
    const struct axil *now = &pins->bar;
    bool awaited;

    if (pins->rst) {
        axil_check_init(check, check->violate, check->ctx);
        return;
    }
    if (check->was_reset && (now->bvalid || now->rvalid))
        check->violate(check->ctx, clock, "AXIL-RESET", "BAR: an answer right after reset");
    check->was_reset = false;
    if (!check->busy && !now->awvalid && !now->wvalid && !now->arvalid && !now->bvalid
        && !now->rvalid)
        return;

    check_held(check, clock, now);
    check_answers(check, clock, now);
    check->aw += now->awvalid && now->awready;
    check->w += now->wvalid && now->wready;
    check->ar += now->arvalid && now->arready;

    awaited = now->awvalid || now->wvalid || now->arvalid || check->aw || check->w || check->ar;
    check->busy = awaited || check->before.bvalid || check->before.rvalid;
    check->stuck = awaited && !now->bvalid && !now->rvalid ? check->stuck + 1 : 0;
    if (check->stuck > AXIL_PATIENCE) {
        char text[80];

        snprintf(text, sizeof text, "BAR: the access at 0x%04x is not answered",
                 now->arvalid || check->ar ? now->araddr : now->awaddr);
        check->violate(check->ctx, clock, "AXIL-STUCK", text);
    }
}
