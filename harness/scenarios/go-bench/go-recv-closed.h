/* What Go's BenchmarkReceiveDataFromClosedChan measures: one party drains a channel of empty values
 * that was filled and closed before, as for range does. One operation is one value received;
 * filling is not timed. recv-closed receives from a channel that is drained already. */
/* SPDX-License-Identifier: MIT */
static void go_recv_closed_lead(struct worker *w, uint64_t ops)
{
    struct bench *b = w->bench;
    uint64_t received = 0;
    hchan *c = loop_makechan_or_throw(b, 0, 0, ops);
    for (uint64_t i = 0; i < ops; i++)
        loop_send(w, c, w->elem);
    loop_close(c);
    uint64_t start = clock_ns();
    while (loop_recv(w, c, w->elem))
        received++;
    w->timed_ns += clock_ns() - start;
    fadd_rlx(&b->taken, received); /* read when all have ended */
    chanfree(c);
    b->chan[0] = NULL;
}

static bool go_recv_closed_check(const struct bench *b, uint64_t ops)
{
    return load_rlx(&b->taken) == ops; /* all have ended */
}

static const struct scenario scenario_go_recv_closed = {
    .name = "go-recv-closed",
    .summary = "Go's ReceiveDataFromClosedChan: drain a channel that was filled and closed",
    .op = "value received",
    .threads = {1, 1, 1},
    .group = "go-bench",
    .pure_outcomes = PURE(RECV_BUFFER),
    .pure_per_op = 1,
    .times_itself = true,
    .lead = go_recv_closed_lead,
    .check = go_recv_closed_check,
};
