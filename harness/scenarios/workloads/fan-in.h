/* Fan-in: many writers send to one channel, and one reader, the lead, drains it. A writer thinks
 * before each send. One operation is one value received. Nothing forces the path: which one is
 * taken shows whether the writers wait for the reader or the reader for them. */
/* SPDX-License-Identifier: MIT */
static int fan_in_setup(struct bench *b)
{
    return loop_makechan(b, 0, b->params.elem, b->params.capacity);
}

static void fan_in_lead(struct worker *w, uint64_t ops)
{
    hchan *c = w->bench->chan[0];
    for (uint64_t i = 0; i < ops; i++)
        loop_recv(w, c, w->elem);
}

static void fan_in_serve(struct worker *w)
{
    struct bench *b = w->bench;
    uint64_t sent = 0;
    while (!load_rlx(&b->stop)) { /* a flag, and a count: both publish nothing */
        bench_work(b->work_turns);
        loop_send(w, b->chan[0], w->elem);
        store_rlx(&w->ops, ++sent);
    }
    fadd_rlx(&b->sent, sent); /* read when all have ended */
    if (bench_leave(b, b->params.threads - 1))
        loop_close(b->chan[0]);
}

/* Goes on receiving until the last value is out, so that none is left behind in a send. */
static void fan_in_finish(struct bench *b)
{
    uint64_t left = 0;
    store_rlx(&b->stop, 1); /* a flag; publishes nothing */
    while (loop_recv(b->lead, b->chan[0], b->lead->elem))
        left++;
    store_rlx(&b->taken, left); /* read when all have ended */
}

static bool fan_in_check(const struct bench *b, uint64_t ops)
{
    return load_rlx(&b->sent) == ops + load_rlx(&b->taken); /* all have ended */
}

static const struct scenario scenario_fan_in = {
    .name = "fan-in",
    .summary = "many writers on one channel, one reader",
    .op = "value received",
    .capacity = {0, 0, 1000000},
    .elem = {8, 0, 65535},
    .threads = {4, 2, THREADS_MAX},
    .work = {0, 0, 1000000},
    .sides = {SIDE_MANY, 1, 0},
    .group = "workloads",
    .mix = true,
    .places = true,
    .setup = fan_in_setup,
    .feeds = true,
    .lead = fan_in_lead,
    .serve = fan_in_serve,
    .finish = fan_in_finish,
    .check = fan_in_check,
};
