/* The variant's lock alone: lock, add one to a word under it, unlock. With more threads than PUs it
 * shows which locks collapse. */
/* SPDX-License-Identifier: MIT */
static struct VARIANT_PASTE(lock, VARIANT_LOCK) * mutex_lock(struct bench *b)
{
    return (void *)b->lock;
}

static int mutex_setup(struct bench *b)
{
    _Static_assert(sizeof(struct VARIANT_PASTE(lock, VARIANT_LOCK)) <= sizeof(b->lock), "it fits");
    return LOCK_FN(init)(mutex_lock(b)) ? 0 : -ENOMEM;
}

static void mutex_teardown(struct bench *b)
{
    LOCK_FN(fini)(mutex_lock(b));
}

/* True where somebody else had the lock. */
static inline bool mutex_pair(struct bench *b)
{
    bool waited = LOCK_FN(acquire)(mutex_lock(b)) > 0;
    b->guarded++;
    LOCK_FN(release)(mutex_lock(b));
    return waited;
}

/* One thread runs the same loop. The harness reads the progress while the loop runs; it is written
 * each time the lock was waited for, which may be rare, and otherwise now and then: a store for
 * each uncontended pair would cost as much as the pair. Goroutines, which are not preempted, let
 * the others run at those times, too. */
static void mutex_crowd(struct worker *w)
{
    enum { NOW_AND_THEN = 64 };
    struct bench *b = w->bench;
    uint64_t done = 0;
    while (!load_rlx(&b->stop)) { /* a flag; publishes nothing */
        bool waited = mutex_pair(b);
        bool now = ++done % NOW_AND_THEN == 0;
        if (now || waited)
            store_rlx(&w->ops, done); /* a count; publishes nothing */
        if (now && b->goroutines)
            gosched();
    }
    store_rlx(&w->ops, done); /* as above */
}

/* Mutual exclusion: no addition was lost. */
static bool mutex_check(const struct bench *b, uint64_t ops)
{
    return b->guarded == ops;
}

static const struct scenario scenario_mutex = {
    .name = "mutex",
    .summary = "the variant's lock by itself: lock and unlock around one addition",
    .op = "lock+unlock pair",
    .threads = {1, 1, THREADS_MAX},
    .places = true,
    .setup = mutex_setup,
    .crowd = mutex_crowd,
    .teardown = mutex_teardown,
    .check = mutex_check,
};
