/* What Go's BenchmarkSelectAsyncContended measures: all parties share two channels that hold one
 * value for each party; a party's select receives a value from either, and a send puts it into the
 * other. No party ever parks: each of the others holds at most one value, so at least one is in a
 * buffer. One operation is Go's iteration: a select of two cases and a send. With several parties
 * it is, as in Go, the wall time over the iterations of all. */
/* SPDX-License-Identifier: MIT */
static int go_select_async_contended_setup(struct bench *b)
{
    int error = loop_makechan(b, 0, b->params.elem, b->params.threads);
    return error ? error : loop_makechan(b, 1, b->params.elem, b->params.threads);
}

static void go_select_async_contended_crowd(struct worker *w)
{
    struct bench *b = w->bench;
    uint64_t done = 0;
    bool received;
    hchan *first = b->chan[0], *second = b->chan[1];
    void *into = loop_second_elem(w);
    const struct scase cases[] = {{SCASE_RECV, first, {into}}, {SCASE_RECV, second, {into}}};
    loop_send(w, first, w->elem);
    do {
        int chosen = loop_select(w, cases, 2, &received);
        loop_send(w, chosen == 0 ? second : first, w->elem);
    } while (crowd_goes_on(w, ++done));
}

/* Each party's value is still there. */
static bool go_select_async_contended_check(const struct bench *b, uint64_t ops)
{
    return ops > 0 && bench_values_left(b) == b->params.threads;
}

static const struct scenario scenario_go_select_async_contended = {
    .name = "go-select-async-contended",
    .summary = "Go's SelectAsyncContended: all parties move their values between two channels",
    .op = "select of two receives, and a send",
    .elem = {8, 0, 1024},
    .threads = {2, 1, THREADS_MAX},
    .group = "go-bench",
    .places = true,
    .pure_outcomes = PURE(SEND_BUFFER) | PURE(RECV_BUFFER),
    .pure_per_op = 2,
    .setup = go_select_async_contended_setup,
    .crowd = go_select_async_contended_crowd,
    .check = go_select_async_contended_check,
};
