/* Direct handoff: every send finds its receiver asleep, copies the value straight to it and wakes
 * it. A thread sleeps in the kernel; a goroutine has left its stack. The sender waits for that
 * before each send, and meanwhile reads the receiver's park word, not the channel. So the time of a
 * pair is a whole cycle: the send, the wake, the receive, and the receiver's way to sleep. A
 * latency instance times the wait apart (`wait`). */
/* SPDX-License-Identifier: MIT */
static int handoff_setup(struct bench *b)
{
    return loop_makechan(b, 0, b->params.elem, 0);
}

/* The G of worker 1, which is the only one to receive: it is parked until the first send. */
static struct g *handoff_receiver(const struct bench *b)
{
    const struct sudog *sg;
    while (!(sg = load_acq(&b->chan[0]->recvq.first))) /* pairs with store_rel in waitq_enqueue */
        bench_relax(b);
    return sg->g;
}

/* A thread's word says that it is about to sleep. On another PU it may still be on its way; on this
 * one it can't be, unless it was preempted there. */
static bool handoff_is_asleep(const struct bench *b, struct g *receiver)
{
    return load_acq(&receiver->park) == GPARK_ASLEEP && /* pairs with the CAS before it sleeps */
           (b->goroutines || b->one_pu || futex_sleepers(&receiver->park) > 0);
}

static void handoff_lead(struct worker *w, uint64_t ops)
{
    struct bench *b = w->bench;
    struct g *receiver = handoff_receiver(b);
    for (uint64_t i = 0; i < ops; i++) {
        uint64_t start = loop_wait_begin();
        while (!handoff_is_asleep(b, receiver))
            bench_relax(b);
        loop_wait_end(w, start);
        loop_send(w, b->chan[0], w->elem);
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
    .summary = "direct handoff: the receiver is asleep before each send",
    .op = "send+receive pair",
    .path = "handoff",
    .elem = {8, 0, 65535},
    .threads = {2, 2, 2},
    .sides = {1, 1, 0},
    .places = true,
    .pure_outcomes = PURE(SEND_HANDOFF),
    .pure_per_op = 1,
    .setup = handoff_setup,
    .lead = handoff_lead,
    .serve = handoff_serve,
    .finish = handoff_finish,
};
