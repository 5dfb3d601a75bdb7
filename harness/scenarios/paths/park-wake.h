/* Park and wake: two threads exchange values over two unbuffered channels, so that whoever comes
 * first has to park until the other one comes. Mostly that is the receiver. Where a wake makes the
 * woken thread run at once on the waker's PU, it is the sender every other time: then it sends its
 * answer before the waker has got round to receiving. One operation is one value, one way: one
 * park, one wake, and the woken one running again. One side of each value parks, always. Its
 * purity is how often the waiter left its PU meanwhile: a thread by sleeping in the kernel, a
 * goroutine by leaving its stack. Where a waiter spins or yields first, that can fail. */
/* SPDX-License-Identifier: MIT */
static int park_wake_setup(struct bench *b)
{
    int error = loop_makechan(b, 0, b->params.elem, 0);
    return error ? error : loop_makechan(b, 1, b->params.elem, 0);
}

static void park_wake_lead(struct worker *w, uint64_t ops)
{
    struct bench *b = w->bench;
    for (uint64_t i = 0; i < ops; i += 2) {
        loop_send(w, b->chan[0], w->elem);
        loop_recv(w, b->chan[1], w->elem);
    }
}

static void park_wake_serve(struct worker *w)
{
    struct bench *b = w->bench;
    while (loop_recv(w, b->chan[0], w->elem))
        loop_send(w, b->chan[1], w->elem);
}

static void park_wake_finish(struct bench *b)
{
    loop_close(b->chan[0]);
}

static const struct scenario scenario_park_wake = {
    .name = "park-wake",
    .summary = "park and wake: ping-pong over two unbuffered channels, whoever comes first parks",
    .op = "value, one way",
    .path = "park",
    .elem = {8, 0, 65535},
    .threads = {2, 2, 2},
    .places = true,
    .pure_outcomes = PURE(PARK_SLEPT) | PURE(PARK_SWITCHED),
    .pure_less = PURE(WAKE_TO_RETRY), /* of a waiter that then parks again */
    .pure_per_op = 1,
    .ops_multiple = 2,
    .setup = park_wake_setup,
    .lead = park_wake_lead,
    .serve = park_wake_serve,
    .finish = park_wake_finish,
};
