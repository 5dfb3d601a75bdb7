/* What Go's BenchmarkSelectNonblock measures: four selects of one case and a default, on channels
 * that all parties share: a receive and a send on unbuffered channels that have no other user, and
 * the same on buffers of one, of which one is empty and the other full after its first value. Go
 * compiles such a select to the non-blocking operation. One operation is Go's iteration, all four.
 * With several parties it is, as in Go, the wall time over the iterations of all. */
/* SPDX-License-Identifier: MIT */
static int go_select_nonblock_setup(struct bench *b)
{
    int error = 0;
    for (int i = 0; i < 4 && !error; i++)
        error = loop_makechan(b, i, b->params.elem, i < 2 ? 0 : 1);
    return error;
}

static void go_select_nonblock_crowd(struct worker *w)
{
    struct bench *b = w->bench;
    uint64_t done = 0, sent = 0, received = 0;
    do {
        received += loop_try_recv(w, b->chan[0], w->elem);
        sent += loop_try_send(w, b->chan[1], w->elem);
        received += loop_try_recv(w, b->chan[2], w->elem);
        sent += loop_try_send(w, b->chan[3], w->elem);
    } while (crowd_goes_on(w, ++done));
    fadd_rlx(&b->sent, sent); /* read when all have ended */
    fadd_rlx(&b->taken, received);
}

/* One value went into the last buffer, and none anywhere else. */
static bool go_select_nonblock_check(const struct bench *b, uint64_t ops)
{
    return ops > 0 && load_rlx(&b->sent) == 1 && load_rlx(&b->taken) == 0;
}

static const struct scenario scenario_go_select_nonblock = {
    .name = "go-select-nonblock",
    .summary = "Go's SelectNonblock: four selects of one case and a default, none of them ready",
    .op = "four selects",
    .elem = {8, 0, 65535},
    .threads = {2, 1, THREADS_MAX},
    .group = "go-bench",
    .places = true,
    .pure_outcomes = PURE(RECV_EMPTY) | PURE(SEND_FULL),
    .pure_per_op = 4,
    .setup = go_select_nonblock_setup,
    .crowd = go_select_nonblock_crowd,
    .check = go_select_nonblock_check,
};
