/* Direct handoff: every send finds its receiver parked and copies the value straight to it. The
 * sender waits for that before each send, so the time of a pair is the whole cycle: the receiver
 * parks, the sender sees it, hands over and wakes it. */
/* SPDX-License-Identifier: MIT */
static int handoff_setup(struct bench *b)
{
    return loop_makechan(b, 0, b->params.elem, 0);
}

static void handoff_lead(struct worker *w, uint64_t ops)
{
    hchan *c = w->bench->chan[0];
    for (uint64_t i = 0; i < ops; i++) {
        while (load_acq(&c->recvq.first) == NULL) /* pairs with store_rel in waitq_enqueue */
            bench_relax(w->bench);
        loop_send(w, c, w->elem);
    }
}

static void handoff_serve(struct worker *w)
{
    while (loop_recv(w, w->bench->chan[0], w->elem))
        ;
}

static void handoff_finish(struct bench *b)
{
    loop_close(b->chan[0]);
}

static const struct scenario scenario_handoff = {
    .name = "handoff",
    .summary = "direct handoff: the receiver is parked before each send",
    .op = "send+receive pair",
    .path = "handoff",
    .elem = {8, 0, 65535},
    .threads = {2, 2, 2},
    .places = true,
    .pure_outcomes = PURE(SEND_HANDOFF),
    .pure_per_op = 1,
    .setup = handoff_setup,
    .lead = handoff_lead,
    .serve = handoff_serve,
    .finish = handoff_finish,
};
