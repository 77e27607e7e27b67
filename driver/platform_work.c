/* platform_work.c - interrupts, deferred calls, timers and the time they need. */
#include "platform_priv.h"

#include <stdio.h>

enum {
    PAUSE_MIN_NS = 200,          /* a few register reads */
    PAUSE_MAX_NS = 10000,
};

/* ---- deferred calls ---- */

void kernel_dpc_init(struct kernel_dpc *dpc, const char *name, void (*fn)(void *ctx), void *ctx)
{
    *dpc = (struct kernel_dpc){.fn = fn, .ctx = ctx, .name = name};
}

bool kernel_dpc_queue(struct kernel *kernel, struct kernel_dpc *dpc, unsigned cpu)
{
    if (dpc->queued)
        return false;
    dpc->cpu = cpu < kernel->config.cpus ? cpu : 0;
    dpc->queued = true;
    dpc->next = NULL;

    struct kernel_queue *queue = &kernel->dpc[dpc->cpu];
    if (queue->last)
        queue->last->next = dpc;
    else
        queue->first = dpc;
    queue->last = dpc;
    return true;
}

bool kernel_dpc_remove(struct kernel *kernel, struct kernel_dpc *dpc)
{
    if (!dpc->queued)
        return false;
    struct kernel_queue *queue = &kernel->dpc[dpc->cpu];
    struct kernel_dpc *before = NULL, *walk = queue->first;
    while (walk && walk != dpc) {
        before = walk;
        walk = walk->next;
    }
    if (!walk)
        return false;
    if (before)
        before->next = dpc->next;
    else
        queue->first = dpc->next;
    if (queue->last == dpc)
        queue->last = before;
    dpc->queued = false;
    return true;
}

static bool deliver_dpc(struct kernel *kernel)
{
    for (unsigned cpu = 0; cpu < kernel->config.cpus; cpu++) {
        struct kernel_dpc *dpc = kernel->dpc[cpu].first;
        if (!dpc)
            continue;
        /* Off the queue first: it may queue itself again, or be freed. */
        kernel_dpc_remove(kernel, dpc);
        const char *name = dpc->name;
        unsigned old_cpu = kernel->cpu;
        enum kernel_irql old = kernel_raise(kernel, KERNEL_DISPATCH);
        kernel->cpu = cpu;
        struct kernel_mark mark = kernel_mark(kernel);
        dpc->fn(dpc->ctx);
        kernel_check(kernel, mark, name);
        kernel->cpu = old_cpu;
        kernel_lower(kernel, old);
        return true;
    }
    return false;
}

/* ---- timers ---- */

void kernel_timer_cancel(struct kernel *kernel, struct kernel_timer *timer)
{
    if (!timer->set)
        return;
    for (struct kernel_timer **at = &kernel->timers; *at; at = &(*at)->next)
        if (*at == timer) {
            *at = timer->next;
            break;
        }
    timer->set = false;
}

void kernel_timer_set(struct kernel *kernel, struct kernel_timer *timer, uint64_t due_ns,
                      struct kernel_dpc *dpc)
{
    struct kernel_timer **at = &kernel->timers;

    if (!kernel_require(kernel, "kernel_timer_set", KERNEL_PASSIVE, KERNEL_DISPATCH))
        return;
    kernel_timer_cancel(kernel, timer);
    while (*at && (*at)->due_ns <= due_ns)
        at = &(*at)->next;
    *timer = (struct kernel_timer){.dpc = dpc, .due_ns = due_ns, .next = *at, .set = true};
    *at = timer;
}

static void expire_timers(struct kernel *kernel)
{
    uint64_t now = kernel_now(kernel);

    while (kernel->timers && kernel->timers->due_ns <= now) {
        struct kernel_timer *timer = kernel->timers;
        kernel->timers = timer->next;
        timer->set = false;
        kernel_dpc_queue(kernel, timer->dpc, timer->dpc->cpu);
    }
}

/* ---- interrupts ---- */

void kernel_interrupt_connect(struct kernel *kernel, struct kernel_interrupt *interrupt)
{
    (void)kernel;
    interrupt->next = NULL;
    interrupt->pending = false;
    interrupt->connected = true;
}

void kernel_interrupt_disconnect(struct kernel *kernel, struct kernel_interrupt *interrupt)
{
    struct kernel_interrupt *before = NULL;

    for (struct kernel_interrupt *walk = kernel->intr_first; walk; walk = walk->next) {
        if (walk == interrupt) {
            if (before)
                before->next = walk->next;
            else
                kernel->intr_first = walk->next;
            if (kernel->intr_last == walk)
                kernel->intr_last = before;
            break;
        }
        before = walk;
    }
    interrupt->pending = false;
    interrupt->connected = false;
}

void kernel_interrupt_raise(struct kernel *kernel, struct kernel_interrupt *interrupt)
{
    if (!interrupt->connected || interrupt->pending)
        return;
    interrupt->pending = true;
    interrupt->next = NULL;
    if (kernel->intr_last)
        kernel->intr_last->next = interrupt;
    else
        kernel->intr_first = interrupt;
    kernel->intr_last = interrupt;
}

static bool deliver_interrupt(struct kernel *kernel)
{
    struct kernel_interrupt *interrupt = kernel->intr_first;

    if (!interrupt)
        return false;
    kernel->intr_first = interrupt->next;
    if (!kernel->intr_first)
        kernel->intr_last = NULL;
    interrupt->pending = false;

    const char *name = interrupt->name;
    unsigned old_cpu = kernel->cpu;
    enum kernel_irql old = kernel_raise(kernel, KERNEL_DIRQL);
    kernel_set_cpu(kernel, interrupt->cpu);
    struct kernel_mark mark = kernel_mark(kernel);
    interrupt->isr(interrupt->ctx);
    kernel_check(kernel, mark, name);
    kernel->cpu = old_cpu;
    kernel_lower(kernel, old);
    return true;
}

/* ---- time ---- */

uint64_t kernel_now(const struct kernel *kernel)
{
    return kernel->has_device ? kernel->device.clock->now_ns(kernel->device.clock_ctx)
                              : kernel->now_ns;
}

enum ioat_status kernel_on_time(struct kernel *kernel, void (*fn)(void *ctx, uint64_t now_ns),
                                void *ctx)
{
    if (kernel->hooks == KERNEL_TIME_HOOKS_MAX)
        return IOAT_EFULL;
    kernel->hook[kernel->hooks].fn = fn;
    kernel->hook[kernel->hooks].ctx = ctx;
    kernel->hooks++;
    return IOAT_OK;
}

void kernel_off_time(struct kernel *kernel, void (*fn)(void *ctx, uint64_t now_ns), void *ctx)
{
    for (unsigned n = 0; n < kernel->hooks; n++)
        if (kernel->hook[n].fn == fn && kernel->hook[n].ctx == ctx) {
            kernel->hooks--;
            for (; n < kernel->hooks; n++)
                kernel->hook[n] = kernel->hook[n + 1];
            return;
        }
}

static void note_long(struct kernel *kernel, uint64_t ns)
{
    char text[160];

    if (kernel->irql < KERNEL_DISPATCH)
        return;
    kernel->raised_ns += ns;
    if (kernel->raised_ns <= kernel->config.dispatch_limit_ns || kernel->long_reported)
        return;
    kernel->long_reported = true;
    snprintf(text, sizeof text, "more than %llu ns spent waiting at %s in one go",
             (unsigned long long)kernel->config.dispatch_limit_ns,
             kernel_irql_name(kernel->irql));
    kernel_report(kernel, KERNEL_RULE_LONG, "kernel_stall", text);
}

enum ioat_status kernel_stall(struct kernel *kernel, uint64_t ns)
{
    enum ioat_status status = IOAT_OK;

    if (kernel->has_device)
        status = kernel->device.clock->delay_ns(kernel->device.clock_ctx, ns);
    else
        kernel->now_ns += ns;
    for (unsigned n = 0; n < kernel->hooks; n++)
        kernel->hook[n].fn(kernel->hook[n].ctx, kernel_now(kernel));
    note_long(kernel, ns);
    /* An ISR that asks for itself again comes at the next chance. */
    unsigned waiting = 0;
    for (struct kernel_interrupt *walk = kernel->intr_first; walk; walk = walk->next)
        waiting++;
    while (waiting-- && kernel->irql < KERNEL_DIRQL)
        deliver_interrupt(kernel);
    return status;
}

unsigned kernel_run(struct kernel *kernel)
{
    unsigned ran = 0;

    if (!kernel_require(kernel, "kernel_run", KERNEL_PASSIVE, KERNEL_PASSIVE))
        return 0;
    while (ran < KERNEL_RUN_MAX) {
        expire_timers(kernel);
        if (!deliver_interrupt(kernel) && !deliver_dpc(kernel))
            break;
        ran++;
    }
    return ran;
}

enum ioat_status kernel_wait(struct kernel *kernel, bool (*cond)(void *ctx), void *ctx,
                             uint64_t timeout_ns)
{
    uint64_t start = kernel_now(kernel), slept = 0;

    if (!kernel_require(kernel, "kernel_wait", KERNEL_PASSIVE, KERNEL_PASSIVE))
        return IOAT_ESTATE;
    if (cond && cond(ctx))
        return IOAT_OK;
    for (;;) {
        kernel_run(kernel);
        if (cond && cond(ctx))
            return IOAT_OK;

        /* The sum of the pauses bounds the wait even if the clock stands still. */
        uint64_t spent = kernel_now(kernel) - start;
        if (spent < slept)
            spent = slept;
        if (spent >= timeout_ns)
            return cond ? IOAT_ETIME : IOAT_OK;
        uint64_t pause = spent / 4;
        if (pause < PAUSE_MIN_NS)
            pause = PAUSE_MIN_NS;
        if (pause > PAUSE_MAX_NS)
            pause = PAUSE_MAX_NS;
        if (pause > timeout_ns - spent)
            pause = timeout_ns - spent;
        slept += pause;
        enum ioat_status status = kernel_stall(kernel, pause);
        if (status)
            return status;
    }
}
