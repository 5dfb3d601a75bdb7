/* Producers and consumers: threads / 2 of each on one channel, the producers on one PU and the
 * consumers on the other if there are two. Producers think and send, consumers receive and think,
 * all as fast as they can. One operation is one value through, counted by its consumer; with
 * several pairs it is the wall time over the values of all. Nothing forces the path.
 *
 * Go's benchmarkChanProdCons, with two parties for each P, is the same: ChanProdCons0, 10 and 100
 * have the capacities 0, 10 and 100, and ChanProdConsWork0, 10 and 100 think for 100 turns of a
 * loop as well. A turn is two shifts in Go, and a multiplication here. */
/* SPDX-License-Identifier: MIT */
static int prod_cons_setup(struct bench *b)
{
    return loop_makechan(b, 0, b->params.elem, b->params.capacity);
}

static void prod_cons_produce(struct worker *w)
{
    struct bench *b = w->bench;
    uint64_t sent = 0;
    for (; !load_rlx(&b->stop); sent++) { /* a flag; publishes nothing */
        bench_work(b->work_turns);
        loop_send(w, b->chan[0], w->elem);
    }
    fadd_rlx(&b->sent, sent); /* read when all have ended */
    if (bench_leave(b, b->params.threads / 2))
        loop_close(b->chan[0]);
}

static void prod_cons_consume(struct worker *w)
{
    struct bench *b = w->bench;
    for (uint64_t done = 1; loop_recv(w, b->chan[0], w->elem); done++) {
        store_rlx(&w->ops, done); /* a count; publishes nothing */
        bench_work(b->work_turns);
    }
}

static void prod_cons_crowd(struct worker *w)
{
    if (w->index % 2)
        prod_cons_consume(w);
    else
        prod_cons_produce(w);
}

static bool prod_cons_check(const struct bench *b, uint64_t ops)
{
    return load_rlx(&b->sent) == ops; /* all have ended */
}

static const struct scenario scenario_prod_cons = {
    .name = "prod-cons",
    .summary = "producers send and consumers receive as fast as they can (Go's ChanProdCons)",
    .op = "value through",
    .capacity = {128, 0, 1000000},
    .elem = {8, 0, 65535},
    .threads = {2, 2, THREADS_MAX},
    .work = {0, 0, 1000000},
    .sides = {SIDE_MANY, SIDE_MANY, 0},
    .group = "go-bench",
    .pairs = true,
    .mix = true,
    .places = true,
    .setup = prod_cons_setup,
    .crowd = prod_cons_crowd,
    .check = prod_cons_check,
};
