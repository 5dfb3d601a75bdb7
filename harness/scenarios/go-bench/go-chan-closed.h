/* What Go's BenchmarkChanClosed measures: all parties receive, without blocking, from one channel
 * of empty values that is closed and drained. One operation is one receive, of zero. With several
 * parties it is, as in Go, the wall time over the receives of all. */
/* SPDX-License-Identifier: MIT */
static int go_chan_closed_setup(struct bench *b)
{
    int error = loop_makechan(b, 0, 0, 0);
    if (!error)
        loop_close(b->chan[0]);
    return error;
}

static void go_chan_closed_crowd(struct worker *w)
{
    hchan *c = w->bench->chan[0];
    uint64_t done = 0, closed = 0;
    do {
        closed += loop_try_recv(w, c, w->elem);
    } while (crowd_goes_on(w, ++done));
    fadd_rlx(&w->bench->taken, closed); /* read when all have ended */
}

static bool go_chan_closed_check(const struct bench *b, uint64_t ops)
{
    return load_rlx(&b->taken) == ops; /* all have ended */
}

static const struct scenario scenario_go_chan_closed = {
    .name = "go-chan-closed",
    .summary = "Go's ChanClosed: all parties receive without blocking from a closed channel",
    .op = "receive",
    .threads = {2, 1, THREADS_MAX},
    .group = "go-bench",
    .places = true,
    .pure_outcomes = PURE(RECV_CLOSED),
    .pure_per_op = 1,
    .setup = go_chan_closed_setup,
    .crowd = go_chan_closed_crowd,
    .check = go_chan_closed_check,
};
