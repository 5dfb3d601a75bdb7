/* A non-blocking receive on an empty, open channel: select { case <-c: default: }. */
/* SPDX-License-Identifier: MIT */
static int nb_recv_empty_setup(struct bench *b)
{
    return loop_makechan(b, 0, b->params.elem, b->params.capacity);
}

static void nb_recv_empty_lead(struct worker *w, uint64_t ops)
{
    hchan *c = w->bench->chan[0];
    for (uint64_t i = 0; i < ops; i++)
        loop_try_recv(w, c, w->elem);
}

static const struct scenario scenario_nb_recv_empty = {
    .name = "nb-recv-empty",
    .summary = "non-blocking receive that finds nothing",
    .op = "failed receive",
    .capacity = {1, 0, 1000000},
    .elem = {8, 0, 65535},
    .threads = {1, 1, 1},
    .pure_outcomes = PURE(RECV_EMPTY),
    .pure_per_op = 1,
    .setup = nb_recv_empty_setup,
    .lead = nb_recv_empty_lead,
};
