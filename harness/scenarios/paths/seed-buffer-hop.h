/* benchBufferHop of the lesson's "Test" section, as written there: one thread, a buffer of a
 * million, a million sends, then a million receives; the lesson divides by two million, so one
 * operation is a send or a receive. */
/* SPDX-License-Identifier: MIT */
static int seed_buffer_hop_setup(struct bench *b)
{
    return loop_makechan(b, 0, b->params.elem, b->ops / 2);
}

static void seed_buffer_hop_lead(struct worker *w, uint64_t ops)
{
    hchan *c = w->bench->chan[0];
    uint64_t start = clock_ns();
    for (uint64_t i = 0; i < ops / 2; i++)
        loop_send(w, c, w->elem);
    for (uint64_t i = 0; i < ops / 2; i++)
        loop_recv(w, c, w->elem);
    w->timed_ns += clock_ns() - start;
}

static const struct scenario scenario_seed_buffer_hop = {
    .name = "seed-buffer-hop",
    .summary = "the lesson's benchBufferHop, as written",
    .op = "send or receive",
    .elem = {8, 8, 4096},
    .threads = {1, 1, 1},
    .pure_outcomes = PURE(SEND_BUFFER) | PURE(RECV_BUFFER),
    .pure_per_op = 1,
    .fixed_ops = 2000000,
    .ops_multiple = 2,
    .times_itself = true,
    .setup = seed_buffer_hop_setup,
    .lead = seed_buffer_hop_lead,
};
