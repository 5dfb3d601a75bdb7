/* Cancellation: writers and a reader that all select on a done channel as well as on their own
 * operation, as in `select { case c <- v: case <-done: return }`. The lead reads, and closes done
 * at the end, upon which all return. A writer thinks before each send. One operation is one value
 * through two such selects: compared with fan-in, which is the same without done, it shows what
 * being cancellable costs. close-wake has the cost of the close itself. Nothing forces the path. */
/* SPDX-License-Identifier: MIT */
static int cancel_setup(struct bench *b)
{
    int error = loop_makechan(b, 0, b->params.elem, b->params.capacity);
    return error ? error : loop_makechan(b, 1, 0, 0);
}

static void cancel_lead(struct worker *w, uint64_t ops)
{
    hchan *const *c = w->bench->chan;
    const struct scase cases[] = {{SCASE_RECV, c[0], {w->elem}}, {SCASE_RECV, c[1], {NULL}}};
    bool received;
    for (uint64_t i = 0; i < ops; i++)
        loop_select(w, cases, 2, &received);
}

static void cancel_serve(struct worker *w)
{
    struct bench *b = w->bench;
    const struct scase cases[] = {{SCASE_SEND, b->chan[0], {w->elem}},
                                  {SCASE_RECV, b->chan[1], {NULL}}};
    uint64_t sent = 0;
    bool received;
    bench_work(b->work_turns);
    while (loop_select(w, cases, 2, &received) == 0) {
        store_rlx(&w->ops, ++sent); /* a count; publishes nothing */
        bench_work(b->work_turns);
    }
    fadd_rlx(&b->sent, sent); /* read when all have ended */
}

static void cancel_finish(struct bench *b)
{
    loop_close(b->chan[1]);
}

static bool cancel_check(const struct bench *b, uint64_t ops)
{
    return load_rlx(&b->sent) == ops + bench_values_left(b); /* all have ended */
}

static const struct scenario scenario_cancel = {
    .name = "cancel",
    .summary = "fan-in whose sends and receives all select on a done channel",
    .op = "value through two selects",
    .capacity = {0, 0, 1000000},
    .elem = {8, 0, 65535},
    .threads = {4, 2, THREADS_MAX},
    .work = {0, 0, 1000000},
    .sides = {SIDE_MANY, 1, 0},
    .group = "workloads",
    .mix = true,
    .places = true,
    .setup = cancel_setup,
    .feeds = true,
    .lead = cancel_lead,
    .serve = cancel_serve,
    .finish = cancel_finish,
    .check = cancel_check,
};
