/* act.c - the driver side of a scenario. */
#include "act.h"

#include "judge.h"
#include "plan.h"

#define IN(state) (1u << IOAT_CHANSTS_STATE_##state)

/* ---- waiting ---- */

static void wait_command(struct world *world, struct lane *lane, uint8_t bits)
{
    world_free_run(world);
    for (uint64_t waited = 0; RD(world, lane, CHANCMD) & bits; waited += 20) {
        if (waited > WAIT_CLOCKS)
            world_fail(world, "hang", "channel %u: command %#x is never done", lane->n, bits);
        world_step(world, 20);
    }
}

/* Until the channel rests; its state then. */
static unsigned wait_rest(struct world *world, struct lane *lane)
{
    unsigned state;

    world_free_run(world);
    for (uint64_t waited = 0; (state = judge_status(world, lane)) == IOAT_CHANSTS_STATE_ACTIVE;
         waited += 40) {
        if (waited > WAIT_CLOCKS)
            world_fail(world, "hang", "channel %u: ACTIVE for ever, place %d of %u completed", lane->n,
                       lane->now.done, lane->now.n);
        world_step(world, 40);
    }
    return state;
}

static void expect_state(struct world *world, const struct lane *lane, unsigned state, unsigned set)
{
    if (!(set >> state & 1))
        world_fail(world, "state", "channel %u: state %u, allowed are the bits of %#x", lane->n, state, set);
}

/* ---- commands that stop ---- */

static void abort_lane(struct world *world, struct lane *lane)
{
    const bool running = lane->phase == RUN || lane->phase == SUSPENDING;

    POST(world, lane, CHANCMD, IOAT_CHANCMD_ABORT);
    wait_command(world, lane, IOAT_CHANCMD_ABORT);
    expect_state(world, lane, judge_status(world, lane), IN(HALTED));
    judge_halted(world, lane, true, running);
}

static void reset_lane(struct world *world, struct lane *lane)
{
    const bool running = lane->phase == RUN || lane->phase == SUSPENDING;

    POST(world, lane, CHANCMD, IOAT_CHANCMD_RESET);
    wait_command(world, lane, IOAT_CHANCMD_RESET);
    judge_words(world, lane);
    if (RD(world, lane, CHANSTS) != IOAT_CHANSTS_STATE_HALTED || RD(world, lane, CHAINADDR) != 0 ||
        RD(world, lane, DMACOUNT) != 0 || RD(world, lane, CHANCMP) != 0)
        world_fail(world, "reset", "channel %u: a register is not at its reset value", lane->n);
    judge_halted(world, lane, true, running);
    judge_lost(world, lane, running);
}

/* ---- chains ---- */

static void arm(struct world *world, struct lane *lane)
{
    POST(world, lane, CHANCTRL, lane->chanctrl | IOAT_CHANCTRL_INT_DISABLE);
    judge_armed(lane);
}

static void set_up(struct world *world, struct lane *lane)
{
    struct rng *rng = &lane->rng;

    if (lane->cmp)
        *world_word(world, lane) = NO_WORD;
    lane->chanctrl = (uint16_t)((rng_percent(rng, 75) ? IOAT_CHANCTRL_ERR_COMPLETION_EN : 0) |
                                (rng_percent(rng, 50) ? IOAT_CHANCTRL_ANY_ERR_ABORT_EN : 0) |
                                (rng_percent(rng, 50) ? IOAT_CHANCTRL_ERR_INT_EN : 0) |
                                (rng_percent(rng, 20) ? IOAT_CHANCTRL_FETCH_NO_SNOOP : 0) |
                                IOAT_FIELD_PUT(CHANCTRL, PRIORITY, rng_below(rng, 4)));
    lane->cmp = world->words.bus + lane->n * WORD_BYTES + 8 * rng_below(rng, WORD_BYTES / 8);
    if (world_has(world, SOAK_BAD) && rng_percent(rng, 2))
        lane->cmp += 4;
    *world_word(world, lane) = NO_WORD;
    arm(world, lane);
    POST(world, lane, CHANCMP, lane->cmp);
    lane->set_up = true;
}

static void write_chainaddr(struct world *world, struct lane *lane)
{
    const unsigned order = rng_below(&lane->rng, 4);
    const uint64_t first = lane->now.first;

    if (order > 1) {
        POST(world, lane, CHAINADDR, first);
        return;
    }
    for (unsigned i = 0; i < 2; i++) {
        const unsigned high = i ^ order;

        world_post(world, lane, IOAT_CHAINADDR + 4 * high, 32, (uint32_t)(first >> 32 * high));
    }
}

/* Tells the engine how far the chain goes; begin: for the first time. */
static void kick(struct world *world, struct lane *lane, bool begin)
{
    if (!lane->now.list)
        POST(world, lane, DMACOUNT, (uint16_t)lane->now.n);
    else
        POST(world, lane, CHANCMD, begin ? IOAT_CHANCMD_START : IOAT_CHANCMD_APPEND);
}

static unsigned batch(struct world *world, struct lane *lane)
{
    const unsigned n = 1 + rng_below(&lane->rng, rng_percent(&lane->rng, 30) ? 60 : 14);

    return n > world->limits->batch ? world->limits->batch : n;
}

/* A fresh chain in lane->now. False: no room for it. */
static bool build(struct world *world, struct lane *lane)
{
    plan_chain(world, lane, &lane->now);
    return plan_places(world, lane, &lane->now, batch(world, lane)) > 0;
}

static void launch(struct world *world, struct lane *lane)
{
    write_chainaddr(world, lane);
    world_step(world, rng_percent(&lane->rng, 30) ? rng_below(&lane->rng, 30) : 0);
    kick(world, lane, true);
    lane->phase = RUN;
}

static void start(struct world *world, struct lane *lane)
{
    if (world->full)
        return;
    if (world_has(world, SOAK_RESET) && rng_percent(&lane->rng, 20))
        reset_lane(world, lane);
    if (!lane->set_up || rng_percent(&lane->rng, 20))
        set_up(world, lane);
    if (build(world, lane))
        launch(world, lane);
}

static void append(struct world *world, struct lane *lane)
{
    const unsigned first = lane->now.n;

    judge_words(world, lane);    /* before a slot is used again */
    if (world->full || plan_places(world, lane, &lane->now, batch(world, lane)) == 0)
        return;
    if (lane->now.list || lane->phase == SUSPENDED)
        plan_link(world, &lane->now, first - 1);
    kick(world, lane, false);
}

/* Another chain while this one runs, or while it is suspended. */
static void replace(struct world *world, struct lane *lane)
{
    const struct chain before = lane->now;

    if (lane->old.n || world->full)
        return;
    if (lane->phase == RUN && judge_status(world, lane) == IOAT_CHANSTS_STATE_HALTED) {
        judge_halted(world, lane, false, true);
        return;
    }
    if (lane->phase == SUSPENDED) {
        plan_forget(world, &lane->now, (unsigned)(lane->now.done + 1));
        lane->phase = OFF;
        if (build(world, lane))
            launch(world, lane);
        return;
    }
    lane->old = lane->now;
    if (!build(world, lane)) {
        lane->now = before;
        lane->old.n = 0;
        return;
    }
    for (unsigned place = (unsigned)(lane->old.done + 1); place < lane->old.n; place++)
        lane->stale |= plan_job(world, &lane->old, place)->cause |
                       plan_job(world, &lane->old, place)->may;
    lane->stale |= lane->may | (lane->cmp % 8 ? IOAT_CHANERR_CMP_ADDR : 0);
    launch(world, lane);
}

/* ---- SUSPEND ---- */

static void confirm_suspend(struct world *world, struct lane *lane)
{
    unsigned state;

    wait_command(world, lane, IOAT_CHANCMD_SUSPEND);
    state = wait_rest(world, lane);
    /* An error of a chain that was replaced ends a SUSPEND behind it, and the next chain runs. */
    expect_state(world, lane, state, IN(SUSPENDED) | IN(HALTED) | (lane->stale ? IN(IDLE) : 0));
    if (state == IOAT_CHANSTS_STATE_IDLE) {
        lane->phase = RUN;
        judge_idle(world, lane);
        return;
    }
    if (state == IOAT_CHANSTS_STATE_HALTED) {
        judge_halted(world, lane, false, true);
        return;
    }
    judge_suspended(world, lane);
    lane->phase = SUSPENDED;
}

/* R-SUS, H-N06: what has not started becomes something else. In count mode the number of
 * places stays: the engine knows it. */
static void edit(struct world *world, struct lane *lane)
{
    struct chain *now = &lane->now;
    const unsigned from = (unsigned)(now->done + 1), had = now->n - from;
    unsigned want = had;

    if (world->full || (from == 0 && now->first != now->slot[0]))   /* CHAINADDR stays */
        return;
    if (now->list)
        want = batch(world, lane) - (from > 0 && rng_percent(&lane->rng, 30));
    plan_forget(world, now, from);
    plan_move(world, lane, now, from);
    if (from > 0)
        world_put_next(world, now->slot[(from - 1) % now->ring],
                       now->list ? 0 : now->slot[from % now->ring]);
    while (now->n - from < want) {
        const unsigned first = now->n;

        if (plan_places(world, lane, now, want - (first - from)) == 0)
            break;
        if (first > 0)
            plan_link(world, now, first - 1);
    }
    if (now->n == 0 || (!now->list && now->n - from < had))   /* no room: the rest is never to run */
        abort_lane(world, lane);
}

static void resume(struct world *world, struct lane *lane)
{
    POST(world, lane, CHANCMD, IOAT_CHANCMD_RESUME);
    lane->phase = RUN;
}

/* ---- errors of software ---- */

/* H-E05: not executed; HALTED if it was running. Only where nothing else can go wrong. */
static void two_commands(struct world *world, struct lane *lane)
{
    const unsigned one = rng_below(&lane->rng, 6), other = (one + 1 + rng_below(&lane->rng, 5)) % 6;
    unsigned state;

    for (unsigned place = (unsigned)(lane->now.done + 1); place < lane->now.n; place++)
        if (plan_job(world, &lane->now, place)->cause | plan_job(world, &lane->now, place)->may)
            return;
    if (lane->may || lane->stale || lane->old.n || lane->cmp % 8)
        return;
    POST(world, lane, CHANCMD, 1u << one | 1u << other);
    lane->may |= IOAT_CHANERR_CHANCMD;
    state = wait_rest(world, lane);
    if (RD(world, lane, CHANERR) != IOAT_CHANERR_CHANCMD)
        world_fail(world, "chanerr", "channel %u: two commands in one write set no error", lane->n);
    expect_state(world, lane, state, IN(IDLE) | IN(HALTED));
    if (state == IOAT_CHANSTS_STATE_HALTED)
        judge_halted(world, lane, false, true);
    else
        judge_idle(world, lane);
    lane->may &= (uint32_t)~IOAT_CHANERR_CHANCMD;
}

/* ---- moves ---- */

static void look(struct world *world, struct lane *lane)
{
    const unsigned state = judge_status(world, lane);

    if (lane->phase == RUN)
        expect_state(world, lane, state, IN(ACTIVE) | IN(IDLE) | IN(HALTED));
    if (state == IOAT_CHANSTS_STATE_HALTED)
        judge_halted(world, lane, false, true);
    else if (state == IOAT_CHANSTS_STATE_IDLE && lane->phase == RUN)
        judge_idle(world, lane);
}

static void rearm(struct world *world, struct lane *lane)
{
    if (lane->set_up)
        arm(world, lane);
}

static void move_running(struct world *world, struct lane *lane)
{
    const unsigned dice = rng_below(&lane->rng, 1000);

    if (dice < 60 && world_has(world, SOAK_SUSPEND)) {
        POST(world, lane, CHANCMD, IOAT_CHANCMD_SUSPEND);
        lane->phase = SUSPENDING;
    } else if (dice < 80 && world_has(world, SOAK_ABORT)) {
        abort_lane(world, lane);
    } else if (dice < 100 && world_has(world, SOAK_RESET)) {
        reset_lane(world, lane);
    } else if (dice < 130 && world_has(world, SOAK_SWITCH)) {
        replace(world, lane);
    } else if (dice < 140 && world_has(world, SOAK_DOUBLE)) {
        two_commands(world, lane);
    } else if (dice < 200) {
        rearm(world, lane);
    } else if (dice < 300) {
        look(world, lane);
    } else if (dice < 360) {
        act_settle(world, lane);
    } else {
        append(world, lane);
    }
}

static void move_suspended(struct world *world, struct lane *lane)
{
    const unsigned dice = rng_below(&lane->rng, 100);

    if (dice < 5 && world_has(world, SOAK_ABORT)) {
        abort_lane(world, lane);
        return;
    }
    if (dice < 10 && world_has(world, SOAK_RESET)) {
        reset_lane(world, lane);
        return;
    }
    if (dice < 20 && world_has(world, SOAK_SWITCH)) {
        replace(world, lane);
        return;
    }
    if (dice < 60 && world_has(world, SOAK_EDIT))
        edit(world, lane);
    else if (dice < 75)
        append(world, lane);
    if (lane->phase == SUSPENDED && dice % 4)
        resume(world, lane);
}

void act_lane(struct world *world, struct lane *lane)
{
    judge_words(world, lane);
    switch (lane->phase) {
    case OFF:
        start(world, lane);
        break;
    case RUN:
        move_running(world, lane);
        break;
    case SUSPENDING:
        if (rng_percent(&lane->rng, 20))
            append(world, lane);
        else if (rng_percent(&lane->rng, 5) && world_has(world, SOAK_ABORT))
            abort_lane(world, lane);
        else if (rng_percent(&lane->rng, 5) && world_has(world, SOAK_RESET))
            reset_lane(world, lane);
        else
            confirm_suspend(world, lane);
        break;
    case SUSPENDED:
        move_suspended(world, lane);
        break;
    }
}

void act_settle(struct world *world, struct lane *lane)
{
    unsigned state;

    if (lane->phase == SUSPENDING)
        confirm_suspend(world, lane);
    if (lane->phase == SUSPENDED)
        resume(world, lane);
    if (lane->phase == OFF)
        return;
    state = wait_rest(world, lane);
    expect_state(world, lane, state, IN(IDLE) | IN(HALTED));
    if (state == IOAT_CHANSTS_STATE_HALTED)
        judge_halted(world, lane, false, true);
    else
        judge_idle(world, lane);
}

/* ---- the whole function ---- */

static void hold(struct world *world)
{
    const struct region *const target[] = { &world->dst, &world->words, &world->src, &world->desc };
    const unsigned which = rng_below(&world->rng, 4);

    world_tell(world, NULL, "withhold", which, 0);
    world->held |= world_fault(world, which < 2 ? IOAT_SIM_FAULT_WRITE : IOAT_SIM_FAULT_READ,
                               IOAT_SIM_HOLD, target[which]->bus, target[which]->bytes,
                               1 + rng_below(&world->rng, 100), 1 + rng_below(&world->rng, 20));
}

static void function_reset(struct world *world)
{
    world_tell(world, NULL, "function-level reset", 0, 0);
    world_free_run(world);
    world->forgotten = true;     /* CHANERR tells nothing about what a word is about */
    world_flr(world);
    for (unsigned ch = 0; ch < world->build->channels; ch++) {
        struct lane *lane = &world->lane[ch];

        judge_words(world, lane);
        lane->events += 2;       /* an error that nobody saw may have interrupted, on either chain */
        if (RD(world, lane, CHANSTS) != IOAT_CHANSTS_STATE_HALTED ||
            RD(world, lane, CHANERR) != 0 || RD(world, lane, CHAINADDR) != 0)
            world_fail(world, "reset", "channel %u: a register is not at its power-on value", ch);
        judge_lost(world, lane, lane->phase == RUN || lane->phase == SUSPENDING);
    }
    world->forgotten = false;
}

static void post_global(struct world *world, uint32_t offset, unsigned bits, uint64_t value)
{
    world_tell(world, NULL, "write", offset, value);
    world_ok(world, ioat_sim_bar_write(world->sim, offset, bits / 8, value), "BAR write");
}

static void interrupts(struct world *world)
{
    struct rng *rng = &world->rng;
    const unsigned v = rng_below(rng, world->build->channels);
    uint64_t ignored;

    switch (rng_below(rng, 4)) {
    case 0:
        post_global(world, IOAT_INTRDELAY, IOAT_INTRDELAY_BITS, rng_below(rng, 4));
        break;
    case 1:
        post_global(world, IOAT_VECTOR(v, MSIX_CTRL), IOAT_MSIX_CTRL_BITS,
                    rng_below(rng, 2) ? IOAT_MSIX_CTRL_MASKED : 0);
        break;
    case 2:
        world_ok(world, ioat_sim_bar_read(world->sim, IOAT_ATTNSTATUS, IOAT_ATTNSTATUS_BITS / 8,
                                          &ignored), "BAR read");
        world_tell(world, NULL, "read ", IOAT_ATTNSTATUS, ignored);
        break;
    default:
        rearm(world, &world->lane[v]);
        break;
    }
}

void act_world(struct world *world)
{
    const unsigned dice = rng_below(&world->rng, 1000);

    if (world->held && rng_percent(&world->rng, 20))
        world_calm(world);
    if (world->master_off && rng_percent(&world->rng, 25))
        world_bus_master(world, true);
    if (world->armed > FAULTS_MAX - 4)
        world_calm(world);
    if (dice < 15 && (world_has(world, SOAK_LATENCY) || world_has(world, SOAK_STALLS))) {
        const struct ioat_sim_timing timing = world_timing(world);

        world_ok(world, ioat_sim_set_timing(world->sim, &timing), "timing");
    } else if (dice < 35 && world_has(world, SOAK_HOLDS)) {
        hold(world);
    } else if (dice < 55 && world_has(world, SOAK_MASTER)) {
        world_bus_master(world, false);
    } else if (dice < 60 && world_has(world, SOAK_FLR)) {
        function_reset(world);
    } else if (dice < 110 && world_has(world, SOAK_INTERRUPTS)) {
        interrupts(world);
    }
}

/* H-I02: every event is signalled when all is open and the channel is armed again. */
void act_interrupts(struct world *world)
{
    post_global(world, IOAT_INTRDELAY, IOAT_INTRDELAY_BITS, 0);
    world_vectors(world);
    for (unsigned ch = 0; ch < world->build->channels; ch++) {
        struct lane *lane = &world->lane[ch];
        unsigned before;

        world_step(world, 300);
        world_wait_quiet(world);
        if (lane->due > 0 && lane->since == 0 && lane->set_up && !world->message_faults)
            world_fail(world, "interrupts", "channel %u: %u events since the last re-arm, and no message",
                       ch, lane->due);
        for (unsigned turn = 0; turn < 64; turn++) {
            before = lane->messages;
            rearm(world, lane);
            world_step(world, 300);
            world_wait_quiet(world);
            if (lane->messages == before)
                break;
        }
        if (lane->messages > lane->events)
            world_fail(world, "interrupts", "channel %u: %u messages, and %u events at most", ch,
                       lane->messages, lane->events);
    }
}
