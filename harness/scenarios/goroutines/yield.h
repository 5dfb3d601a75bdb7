/* A yield: two goroutines on one P call gosched() in turn. One operation is one switch: the caller
 * goes to the end of its P's queue, and the other one runs. Two threads on one PU (in a variant
 * that parks threads) yield to the kernel, which may do as it likes, so that is not checked. No
 * channel is used. */
/* SPDX-License-Identifier: MIT */
static void yield_lead(struct worker *w, uint64_t ops)
{
    (void)w;
    for (uint64_t i = 0; i < ops; i += 2)
        gosched();
}

static void yield_serve(struct worker *w)
{
    struct bench *b = w->bench;
    uint64_t turns = 0;
    while (!load_rlx(&b->stop)) { /* a flag; publishes nothing */
        turns++;
        gosched();
    }
    store_rlx(&b->taken, turns); /* read when all have ended */
}

static void yield_finish(struct bench *b)
{
    store_rlx(&b->stop, 1); /* a flag; publishes nothing */
}

/* On one P the two take turns. When the lead begins, the other may have had one turn already, or
 * may be on its way to the first. */
static bool yield_check(const struct bench *b, uint64_t ops)
{
    uint64_t turns = load_rlx(&b->taken); /* all have ended */
    bool in_turn = b->goroutines && b->one_pu;
    return !in_turn || (turns + 1 >= ops / 2 && turns <= ops / 2 + 1);
}

static const struct scenario scenario_yield = {
    .name = "yield",
    .summary = "goroutines on one P yield to each other; no channel is used",
    .op = "yield, one way",
    .threads = {2, 2, 2},
    .group = "goroutines",
    .ops_multiple = 2,
    .lead = yield_lead,
    .serve = yield_serve,
    .finish = yield_finish,
    .check = yield_check,
};
