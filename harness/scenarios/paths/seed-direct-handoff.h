/* benchDirectHandoff of the lesson's "Test" section, as written there: a receiver closes
 * `ready` and receives a million times; the sender waits for `ready` and 10 ms more, then sends a
 * million times and waits for the receiver to end. Nothing forces the path: the lesson calls it
 * direct handoff, the path mix tells what it is. */
/* SPDX-License-Identifier: MIT */
static int seed_direct_handoff_setup(struct bench *b)
{
    int error = loop_makechan(b, 0, b->params.elem, 0);
    return error ? error : loop_makechan(b, 1, 0, 0);
}

static void seed_direct_handoff_serve(struct worker *w)
{
    struct bench *b = w->bench;
    loop_close(b->chan[1]);
    for (uint64_t i = 0; i < b->ops; i++)
        loop_recv(w, b->chan[0], w->elem);
    store_rel(&b->acked, 1); /* wg.Done(); pairs with load_acq in lead */
    futex_wake(&b->acked, 1);
}

static void seed_direct_handoff_lead(struct worker *w, uint64_t ops)
{
    struct bench *b = w->bench;
    CHAN_FN(chanrecv1)(b->chan[1], NULL);
    w->recvs++;
    nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    uint64_t start = clock_ns();
    for (uint64_t i = 0; i < ops; i++)
        loop_send(w, b->chan[0], w->elem);
    loop_await(b, &b->acked, 0); /* wg.Wait(); pairs with store_rel in serve */
    w->timed_ns += clock_ns() - start;
}

static const struct scenario scenario_seed_direct_handoff = {
    .name = "seed-direct-handoff",
    .summary = "the lesson's benchDirectHandoff, as written; its path is not forced",
    .op = "send+receive pair",
    .elem = {8, 8, 65535},
    .threads = {2, 2, 2},
    .places = true,
    .pure_outcomes = PURE(SEND_HANDOFF),
    .pure_per_op = 1,
    .fixed_ops = 1000000,
    .times_itself = true,
    .setup = seed_direct_handoff_setup,
    .lead = seed_direct_handoff_lead,
    .serve = seed_direct_handoff_serve,
};
