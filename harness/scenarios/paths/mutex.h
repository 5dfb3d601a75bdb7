/* The variant's lock by itself, in one thread: lock, add one to a word, unlock. Nobody else wants
 * it: see lock.h for that. */
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

static void mutex_lead(struct worker *w, uint64_t ops)
{
    struct bench *b = w->bench;
    for (uint64_t i = 0; i < ops; i++) {
        LOCK_FN(acquire)(mutex_lock(b));
        b->guarded++;
        LOCK_FN(release)(mutex_lock(b));
    }
}

/* Mutual exclusion: no addition was lost. */
static bool mutex_check(const struct bench *b, uint64_t ops)
{
    return b->guarded == ops;
}

static const struct scenario scenario_mutex = {
    .name = "mutex",
    .summary = "the variant's lock by itself: lock and unlock around one addition, in one thread",
    .op = "lock+unlock pair",
    .threads = {1, 1, 1},
    .setup = mutex_setup,
    .lead = mutex_lead,
    .teardown = mutex_teardown,
    .check = mutex_check,
};
