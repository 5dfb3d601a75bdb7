/* A blocking receive on a closed, drained channel: returns zero and false at once. */
/* SPDX-License-Identifier: MIT */
static int recv_closed_setup(struct bench *b)
{
    int error = loop_makechan(b, 0, b->params.elem, 0);
    if (!error)
        loop_close(b->chan[0]);
    return error;
}

static void recv_closed_lead(struct worker *w, uint64_t ops)
{
    hchan *c = w->bench->chan[0];
    for (uint64_t i = 0; i < ops; i++)
        loop_recv(w, c, w->elem);
}

static const struct scenario scenario_recv_closed = {
    .name = "recv-closed",
    .summary = "receive on a closed channel",
    .op = "receive",
    .elem = {8, 0, 65535},
    .threads = {1, 1, 1},
    .pure_outcomes = PURE(RECV_CLOSED),
    .pure_per_op = 1,
    .setup = recv_closed_setup,
    .lead = recv_closed_lead,
};
