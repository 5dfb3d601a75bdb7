/* What Go's BenchmarkChanContended measures: all parties share one channel with room for 100 values
 * of each; each party sends 100 values and then receives 100. No party ever parks: while one still
 * receives, the buffer holds values of its own, or those that others have left. One operation is
 * Go's iteration: 100 sends and 100 receives. With several parties it is, as in Go, the wall time
 * over the iterations of all. At the end of the window a party leaves in the middle of an
 * iteration: with a lock that convoys, another hundred turns may take seconds. */
/* SPDX-License-Identifier: MIT */
enum { GO_CHAN_CONTENDED_BATCH = 100 };

static int go_chan_contended_setup(struct bench *b)
{
    return loop_makechan(b, 0, b->params.elem, GO_CHAN_CONTENDED_BATCH * b->params.threads);
}

static void go_chan_contended_crowd(struct worker *w)
{
    struct bench *b = w->bench;
    hchan *c = b->chan[0];
    uint64_t done = 0, sent = 0, taken = 0;
    do {
        uint64_t end = sent + GO_CHAN_CONTENDED_BATCH;
        for (; sent < end && !load_rlx(&b->stop); sent++) /* a flag; publishes nothing */
            loop_send(w, c, w->elem);
        for (; taken < end && !load_rlx(&b->stop); taken++)
            loop_recv(w, c, w->elem);
        done += taken == end;
    } while (crowd_goes_on(w, done));
    fadd_rlx(&b->sent, sent); /* read when all have ended */
    fadd_rlx(&b->taken, taken);
}

static bool go_chan_contended_check(const struct bench *b, uint64_t ops)
{
    /* Relaxed: all workers have ended. */
    return load_rlx(&b->sent) == load_rlx(&b->taken) + bench_values_left(b) &&
           load_rlx(&b->taken) >= GO_CHAN_CONTENDED_BATCH * ops;
}

static const struct scenario scenario_go_chan_contended = {
    .name = "go-chan-contended",
    .summary = "Go's ChanContended: all parties fill and empty one channel",
    .op = "100 sends and 100 receives",
    .elem = {8, 0, 1024},
    .threads = {2, 1, THREADS_MAX},
    .group = "go-bench",
    .places = true,
    .pure_outcomes = PURE(SEND_BUFFER) | PURE(RECV_BUFFER),
    .pure_per_op = 2 * GO_CHAN_CONTENDED_BATCH,
    .setup = go_chan_contended_setup,
    .crowd = go_chan_contended_crowd,
    .check = go_chan_contended_check,
};
