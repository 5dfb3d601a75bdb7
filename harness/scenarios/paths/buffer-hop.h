/* Buffer hop: every value goes through the buffer, and nobody parks. One thread sends and receives
 * in turn; with two, one sends and the other receives, and each moves a quarter of the buffer only
 * when it knows, from a count that the other publishes, that there is room or that there are values
 * for all of it. */
/* SPDX-License-Identifier: MIT */
static int buffer_hop_setup(struct bench *b)
{
    return loop_makechan(b, 0, b->params.elem, b->params.capacity);
}

static uint64_t buffer_hop_chunk(const struct bench *b)
{
    return b->params.capacity >= 4 ? b->params.capacity / 4 : 1;
}

static void buffer_hop_alone(struct worker *w, uint64_t ops)
{
    hchan *c = w->bench->chan[0];
    for (uint64_t i = 0; i < ops; i++) {
        loop_send(w, c, w->elem);
        loop_recv(w, c, w->elem);
    }
}

static void buffer_hop_produce(struct worker *w, uint64_t ops)
{
    struct bench *b = w->bench;
    uint64_t chunk = buffer_hop_chunk(b), sent = load_rlx(&b->sent); /* only we write it */
    for (uint64_t end = sent + ops; sent < end;) {
        uint64_t upto = end - sent < chunk ? end : sent + chunk;
        /* Acquire and release on both counts, which pair with each other, order nothing that the
         * channel does not order; they keep each side from running ahead of what the other has
         * reported. */
        while (upto - load_acq(&b->taken) > b->params.capacity)
            bench_relax(b);
        for (; sent < upto; sent++)
            loop_send(w, b->chan[0], w->elem);
        store_rel(&b->sent, sent); /* pairs with load_acq in serve */
    }
    while (load_acq(&b->taken) != sent) /* pairs with store_rel in serve */
        bench_relax(b);
}

static void buffer_hop_lead(struct worker *w, uint64_t ops)
{
    if (w->bench->params.threads == 1)
        buffer_hop_alone(w, ops);
    else
        buffer_hop_produce(w, ops);
}

static void buffer_hop_serve(struct worker *w)
{
    struct bench *b = w->bench;
    uint64_t taken = 0;
    for (;;) {
        uint64_t sent = load_acq(&b->sent); /* pairs with store_rel in produce */
        if (sent == taken) {
            if (load_acq(&b->stop)) /* pairs with store_rel in finish */
                return;
            bench_relax(b);
            continue;
        }
        for (; taken < sent; taken++)
            loop_recv(w, b->chan[0], w->elem);
        store_rel(&b->taken, taken); /* pairs with load_acq in produce */
    }
}

static void buffer_hop_finish(struct bench *b)
{
    store_rel(&b->stop, 1); /* pairs with load_acq in serve */
}

static const struct scenario scenario_buffer_hop = {
    .name = "buffer-hop",
    .summary = "buffer hop: there is always room and always a value, nobody parks",
    .op = "send+receive pair",
    .path = "buffer",
    .capacity = {128, 1, 1000000},
    .elem = {8, 0, 65535},
    .threads = {1, 1, 2},
    .places = true,
    .pure_outcomes = PURE(SEND_BUFFER) | PURE(RECV_BUFFER),
    .pure_per_op = 2,
    .setup = buffer_hop_setup,
    .lead = buffer_hop_lead,
    .serve = buffer_hop_serve,
    .finish = buffer_hop_finish,
};
