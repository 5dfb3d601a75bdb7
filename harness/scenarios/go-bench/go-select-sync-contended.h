/* What Go's BenchmarkSelectSyncContended measures: three unbuffered channels shared by all. A
 * receiver's selects receive from any of the three; a sender's selects send on any of the three,
 * and end when a fourth channel is closed. There are threads / 2 of each; Go has one of each for
 * each P. One operation is Go's iteration: one receiver's select, which gets a value from a
 * sender's. With several receivers it is, as in Go, the wall time over the selects of all. */
/* SPDX-License-Identifier: MIT */
enum { GO_SELECT_SYNC_CONTENDED_CHANS = 3 };

static int go_select_sync_contended_setup(struct bench *b)
{
    int error = 0;
    for (int i = 0; i <= GO_SELECT_SYNC_CONTENDED_CHANS && !error; i++)
        error = loop_makechan(b, i, b->params.elem, 0); /* the last is "done" */
    return error;
}

static void go_select_sync_contended_send(struct worker *w)
{
    hchan *const *c = w->bench->chan;
    uint64_t sent = 0;
    bool received;
    const struct scase cases[] = {
        {SCASE_SEND, c[0], {w->elem}},
        {SCASE_SEND, c[1], {w->elem}},
        {SCASE_SEND, c[2], {w->elem}},
        {SCASE_RECV, c[3], {NULL}},
    };
    while (loop_select(w, cases, 4, &received) < GO_SELECT_SYNC_CONTENDED_CHANS)
        sent++;
    fadd_rlx(&w->bench->sent, sent); /* read when all have ended */
}

static void go_select_sync_contended_recv(struct worker *w)
{
    struct bench *b = w->bench;
    uint64_t done = 0;
    bool received;
    const struct scase cases[] = {
        {SCASE_RECV, b->chan[0], {w->elem}},
        {SCASE_RECV, b->chan[1], {w->elem}},
        {SCASE_RECV, b->chan[2], {w->elem}},
    };
    do
        loop_select(w, cases, 3, &received);
    while (crowd_goes_on(w, ++done));
    if (bench_leave(b, b->params.threads / 2))
        loop_close(b->chan[GO_SELECT_SYNC_CONTENDED_CHANS]);
}

static void go_select_sync_contended_crowd(struct worker *w)
{
    if (w->index % 2)
        go_select_sync_contended_recv(w);
    else
        go_select_sync_contended_send(w);
}

static bool go_select_sync_contended_check(const struct bench *b, uint64_t ops)
{
    return load_rlx(&b->sent) == ops; /* all have ended */
}

static const struct scenario scenario_go_select_sync_contended = {
    .name = "go-select-sync-contended",
    .summary = "Go's SelectSyncContended: selects that receive from selects that send",
    .op = "select that receives",
    .elem = {8, 0, 65535},
    .threads = {2, 2, THREADS_MAX},
    .group = "go-bench",
    .pairs = true,
    .mix = true,
    .places = true,
    .setup = go_select_sync_contended_setup,
    .crowd = go_select_sync_contended_crowd,
    .check = go_select_sync_contended_check,
};
