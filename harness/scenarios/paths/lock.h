/* The variant's lock under contention: workers take it, work while they hold it, give it back and
 * are away for a while. Without the time away, a lock that lets its last holder overtake the others
 * hardly ever changes hands, and what is measured is an uncontended lock. So how often it changed
 * hands is counted, under the lock, and reported beside each cost. */
/* SPDX-License-Identifier: MIT */
static struct VARIANT_PASTE(lock, VARIANT_LOCK) * lock_lock(struct bench *b)
{
    return (void *)b->lock;
}

static int lock_setup(struct bench *b)
{
    _Static_assert(sizeof(struct VARIANT_PASTE(lock, VARIANT_LOCK)) <= sizeof(b->lock), "it fits");
    return LOCK_FN(init)(lock_lock(b)) ? 0 : -ENOMEM;
}

static void lock_teardown(struct bench *b)
{
    LOCK_FN(fini)(lock_lock(b));
}

/* With the lock held. */
static inline void lock_hold(struct worker *w)
{
    struct bench *b = w->bench;
    w->handovers += b->owner != w;
    b->owner = w;
    b->guarded++;
    for (uint64_t i = 1; i < b->params.lines; i++) { /* the first is that of `guarded` */
        volatile unsigned char *line = b->lines[i];
        (*line)++;
    }
    bench_work(b->held_turns);
}

/* A goroutine that never parks lets others run now and then; its P may have others. */
static void lock_crowd(struct worker *w)
{
    enum { NOW_AND_THEN = 64 };
    struct bench *b = w->bench;
    for (uint64_t done = 1; !load_rlx(&b->stop); done++) { /* a flag; publishes nothing */
        LOCK_FN(acquire)(lock_lock(b));
        lock_hold(w);
        LOCK_FN(release)(lock_lock(b));
        store_rlx(&w->ops, done); /* a count; publishes nothing */
        bench_work(b->away_turns[bench_random(w) % AWAY_DRAWS]);
        if (b->goroutines && done % NOW_AND_THEN == 0)
            gosched();
    }
}

/* Mutual exclusion: no addition was lost. */
static bool lock_check(const struct bench *b, uint64_t ops)
{
    return b->guarded == ops;
}

static const struct scenario scenario_lock = {
    .name = "lock",
    .summary = "the variant's lock, which workers hold and stay away from in turn",
    .op = "lock+unlock pair",
    .threads = {2, 1, THREADS_MAX},
    .held = {0, 0, 1000000},
    .lines = {1, 1, LINES_MAX},
    .away = {200, 0, 1000000},
    .geometric = {0, 0, 1},
    .places = true,
    .hands_over = true,
    .setup = lock_setup,
    .crowd = lock_crowd,
    .teardown = lock_teardown,
    .check = lock_check,
};
