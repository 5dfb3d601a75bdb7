/* What Go's BenchmarkChanNonblocking measures: all parties try to receive from one unbuffered
 * channel that has no sender. One operation is one failed receive. With several parties it is, as
 * in Go, the wall time over the receives of all. nb-recv-empty has one party, on a channel of its
 * own. */
/* SPDX-License-Identifier: MIT */
static int go_chan_nonblocking_setup(struct bench *b)
{
    return loop_makechan(b, 0, b->params.elem, 0);
}

static void go_chan_nonblocking_crowd(struct worker *w)
{
    hchan *c = w->bench->chan[0];
    uint64_t done = 0, received = 0;
    do {
        received += loop_try_recv(w, c, w->elem);
    } while (crowd_goes_on(w, ++done));
    fadd_rlx(&w->bench->taken, received); /* read when all have ended */
}

static bool go_chan_nonblocking_check(const struct bench *b, uint64_t ops)
{
    return ops > 0 && load_rlx(&b->taken) == 0; /* all have ended */
}

static const struct scenario scenario_go_chan_nonblocking = {
    .name = "go-chan-nonblocking",
    .summary = "Go's ChanNonblocking: all parties try to receive from a channel without a sender",
    .op = "failed receive",
    .elem = {8, 0, 65535},
    .threads = {2, 1, THREADS_MAX},
    .group = "go-bench",
    .places = true,
    .pure_outcomes = PURE(RECV_EMPTY),
    .pure_per_op = 1,
    .setup = go_chan_nonblocking_setup,
    .crowd = go_chan_nonblocking_crowd,
    .check = go_chan_nonblocking_check,
};
