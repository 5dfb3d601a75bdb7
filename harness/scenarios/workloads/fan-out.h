/* Fan-out: one writer, the lead, sends on a channel that many read; the first reader wins each
 * value and thinks after it. One operation is one value sent, received and thought about: at the
 * end of the window the writer waits for the readers, since a large buffer would hide their part
 * otherwise. Nothing forces the path. */
/* SPDX-License-Identifier: MIT */
static int fan_out_setup(struct bench *b)
{
    return loop_makechan(b, 0, b->params.elem, b->params.capacity);
}

static void fan_out_lead(struct worker *w, uint64_t ops)
{
    hchan *c = w->bench->chan[0];
    for (uint64_t i = 0; i < ops; i++)
        loop_send(w, c, w->elem);
    store_rlx(&w->ops, load_rlx(&w->ops) + ops); /* only we write it */
}

/* Each reader counts for itself. */
static uint64_t fan_out_taken(const struct bench *b)
{
    uint64_t taken = 0;
    for (uint64_t i = 1; i < b->params.threads; i++)
        taken += load_rlx(&b->worker[i]->ops); /* counts; they publish nothing */
    return taken;
}

/* Some of the readers are always on the writer's PU, so it always yields. */
static void fan_out_settle(struct worker *w, uint64_t behind)
{
    while (fan_out_taken(w->bench) + behind < load_rlx(&w->ops)) /* its own */
        gosched();
}

static void fan_out_serve(struct worker *w)
{
    struct bench *b = w->bench;
    for (uint64_t taken = 1; loop_recv(w, b->chan[0], w->elem); taken++) {
        bench_work(b->work_turns);
        store_rlx(&w->ops, taken); /* a count; publishes nothing */
    }
}

static void fan_out_finish(struct bench *b)
{
    loop_close(b->chan[0]);
}

static bool fan_out_check(const struct bench *b, uint64_t ops)
{
    return fan_out_taken(b) == ops;
}

static const struct scenario scenario_fan_out = {
    .name = "fan-out",
    .summary = "one writer on a channel, many readers: the first one wins each value",
    .op = "value received",
    .capacity = {0, 0, 1000000},
    .elem = {8, 0, 65535},
    .threads = {4, 2, THREADS_MAX},
    .work = {0, 0, 1000000},
    .sides = {1, SIDE_MANY, 0},
    .group = "workloads",
    .mix = true,
    .places = true,
    .setup = fan_out_setup,
    .lead = fan_out_lead,
    .serve = fan_out_serve,
    .settle = fan_out_settle,
    .finish = fan_out_finish,
    .check = fan_out_check,
};
