/* What Go's BenchmarkChanSync measures: two parties on one unbuffered channel, each sending and
 * receiving in turn, so that every value is a rendezvous. One operation is Go's iteration: each
 * party sends and receives once in it, but two iterations run at once, so it is one value handed
 * over. Go's ChanSyncWork is --work 1000, after each send and each receive; its turns are
 * divisions. The scheduler decides which of the two sides parks. */
/* SPDX-License-Identifier: MIT */
static int go_chan_sync_setup(struct bench *b)
{
    return loop_makechan(b, 0, b->params.elem, 0);
}

static void go_chan_sync_lead(struct worker *w, uint64_t ops)
{
    hchan *c = w->bench->chan[0];
    uint64_t work = w->bench->work_turns;
    for (uint64_t i = 0; i < ops; i += 2) {
        loop_send(w, c, w->elem);
        bench_work(work);
        loop_recv(w, c, w->elem);
        bench_work(work);
    }
}

static void go_chan_sync_serve(struct worker *w)
{
    struct bench *b = w->bench;
    hchan *c = b->chan[0];
    uint64_t work = b->work_turns, done = 0;
    for (; loop_recv(w, c, w->elem); done += 2) {
        bench_work(work);
        loop_send(w, c, w->elem);
        bench_work(work);
    }
    store_rlx(&b->taken, done); /* read when all have ended */
}

static void go_chan_sync_finish(struct bench *b)
{
    loop_close(b->chan[0]);
}

static bool go_chan_sync_check(const struct bench *b, uint64_t ops)
{
    return load_rlx(&b->taken) == ops; /* all have ended */
}

static const struct scenario scenario_go_chan_sync = {
    .name = "go-chan-sync",
    .summary = "Go's ChanSync: two parties send and receive in turn on an unbuffered channel",
    .op = "value handed over",
    .elem = {8, 0, 65535},
    .threads = {2, 2, 2},
    .work = {0, 0, 1000000},
    .group = "go-bench",
    .mix = true,
    .places = true,
    .ops_multiple = 2,
    .setup = go_chan_sync_setup,
    .lead = go_chan_sync_lead,
    .serve = go_chan_sync_serve,
    .finish = go_chan_sync_finish,
    .check = go_chan_sync_check,
};
