/* What Go's BenchmarkSelectUncontended measures: each party has two channels of capacity 1 and one
 * value; a select receives it from the channel that has it, and a send puts it into the other. One
 * operation is Go's iteration: a select of two cases, one of which is ready, and a send. With
 * several parties it is, as in Go, the wall time over the iterations of all. */
/* SPDX-License-Identifier: MIT */
static void go_select_uncontended_crowd(struct worker *w)
{
    struct bench *b = w->bench;
    uint64_t done = 0;
    bool received;
    hchan *first = loop_makechan_or_throw(b, 2 * (int)w->index, b->params.elem, 1);
    hchan *second = loop_makechan_or_throw(b, 2 * (int)w->index + 1, b->params.elem, 1);
    void *into = loop_second_elem(w);
    const struct scase cases[] = {{SCASE_RECV, first, {into}}, {SCASE_RECV, second, {into}}};
    loop_send(w, first, w->elem);
    do {
        int chosen = loop_select(w, cases, 2, &received);
        loop_send(w, chosen == 0 ? second : first, w->elem);
    } while (crowd_goes_on(w, ++done));
}

/* Each party's value is still there. */
static bool go_select_uncontended_check(const struct bench *b, uint64_t ops)
{
    return ops > 0 && bench_values_left(b) == b->params.threads;
}

static const struct scenario scenario_go_select_uncontended = {
    .name = "go-select-uncontended",
    .summary = "Go's SelectUncontended: each party moves a value between two channels of its own",
    .op = "select of two receives, and a send",
    .elem = {8, 0, 1024},
    .threads = {2, 1, THREADS_MAX},
    .group = "go-bench",
    .places = true,
    .pure_outcomes = PURE(SEND_BUFFER) | PURE(RECV_BUFFER),
    .pure_per_op = 2,
    .crowd = go_select_uncontended_crowd,
    .check = go_select_uncontended_check,
};
