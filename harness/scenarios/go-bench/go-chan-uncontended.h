/* What Go's BenchmarkChanUncontended measures: each party has a channel of its own with capacity
 * 100, fills it and empties it. One operation is Go's iteration: 100 sends and 100 receives. With
 * several parties it is, as in Go, the wall time over the iterations of all. */
/* SPDX-License-Identifier: MIT */
enum { GO_CHAN_UNCONTENDED_BATCH = 100 };

static void go_chan_uncontended_crowd(struct worker *w)
{
    struct bench *b = w->bench;
    uint64_t done = 0;
    hchan *c = loop_makechan_or_throw(b, (int)w->index, b->params.elem, GO_CHAN_UNCONTENDED_BATCH);
    do {
        for (int i = 0; i < GO_CHAN_UNCONTENDED_BATCH; i++)
            loop_send(w, c, w->elem);
        for (int i = 0; i < GO_CHAN_UNCONTENDED_BATCH; i++)
            loop_recv(w, c, w->elem);
    } while (crowd_goes_on(w, ++done));
}

static bool go_chan_uncontended_check(const struct bench *b, uint64_t ops)
{
    return ops > 0 && bench_values_left(b) == 0;
}

static const struct scenario scenario_go_chan_uncontended = {
    .name = "go-chan-uncontended",
    .summary = "Go's ChanUncontended: each party fills and empties a channel of its own",
    .op = "100 sends and 100 receives",
    .elem = {8, 0, 1024},
    .threads = {2, 1, THREADS_MAX},
    .group = "go-bench",
    .places = true,
    .pure_outcomes = PURE(SEND_BUFFER) | PURE(RECV_BUFFER),
    .pure_per_op = 2 * GO_CHAN_UNCONTENDED_BATCH,
    .crowd = go_chan_uncontended_crowd,
    .check = go_chan_uncontended_check,
};
