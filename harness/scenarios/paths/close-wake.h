/* Close wakes every waiter: threads - 1 receivers park on a fresh channel, and one close wakes them
 * all. Timed from the call of close until the last receiver has run. One operation is one receiver
 * woken. Between rounds the receivers sleep on the round's number. A close unlocks before it wakes,
 * whatever the parker, so early is no different from futex here. */
/* SPDX-License-Identifier: MIT */
static void close_wake_round(struct bench *b, uint32_t receivers)
{
    while (chan_parked_receivers(b->chan[0]) < receivers)
        gosched(); /* in a thread, sched_yield() */
}

static void close_wake_lead(struct worker *w, uint64_t ops)
{
    struct bench *b = w->bench;
    uint32_t receivers = (uint32_t)b->params.threads - 1;
    for (uint64_t done = 0; done < ops; done += receivers) {
        if (loop_makechan(b, 0, b->params.elem, 0))
            gothrow("close-wake: out of memory");
        store_rlx(&b->acked, 0);   /* the receivers sleep; the round's number publishes it */
        fadd_acqrel(&b->round, 1); /* pairs with loop_await() in serve: the channel is there */
        futex_wake(&b->round, receivers);
        close_wake_round(b, receivers);
        uint64_t start = clock_ns();
        loop_close(b->chan[0]);
        uint32_t acked;
        while ((acked = load_acq(&b->acked)) < receivers) /* pairs with fadd_acqrel in serve */
            loop_await(b, &b->acked, acked);
        w->timed_ns += clock_ns() - start;
        chanfree(b->chan[0]);
        b->chan[0] = NULL;
    }
}

static void close_wake_serve(struct worker *w)
{
    struct bench *b = w->bench;
    for (uint32_t seen = 0;; seen++) {
        loop_await(b, &b->round, seen); /* pairs with fadd_acqrel in lead and finish */
        if (load_acq(&b->stop))         /* pairs with store_rel in finish */
            return;
        hchan *c = b->chan[0];
        loop_recv(w, c, w->elem);
        /* The last one wakes the lead. Pairs with load_acq and loop_await() there. */
        if (fadd_acqrel(&b->acked, 1) + 1 == b->params.threads - 1)
            futex_wake(&b->acked, 1);
    }
}

static void close_wake_finish(struct bench *b)
{
    store_rel(&b->stop, 1);    /* pairs with load_acq in serve */
    fadd_acqrel(&b->round, 1); /* pairs with the acquire in loop_await(): stop is set */
    futex_wake(&b->round, THREADS_MAX);
}

static const struct scenario scenario_close_wake = {
    .name = "close-wake",
    .summary = "close wakes parked receivers, until the last one runs",
    .op = "receiver woken",
    .elem = {8, 0, 65535},
    .threads = {5, 2, THREADS_MAX},
    .places = true,
    .pure_outcomes = PURE(WAKE_BY_CLOSE),
    .pure_per_op = 1,
    .per_peer = true,
    .times_itself = true,
    .lead = close_wake_lead,
    .serve = close_wake_serve,
    .finish = close_wake_finish,
};
