/* The variant's lock alone: lock, add one to a word under it, unlock. With more threads than PUs it
 * shows which locks collapse. */
static struct VARIANT_PASTE(lock, VARIANT_LOCK) * mutex_lock(struct bench *b)
{
    return (void *)b->lock;
}

static int mutex_setup(struct bench *b)
{
    _Static_assert(sizeof(struct VARIANT_PASTE(lock, VARIANT_LOCK)) <= sizeof(b->lock), "it fits");
    LOCK_FN(init)(mutex_lock(b));
    return 0;
}

static inline void mutex_pair(struct bench *b)
{
    LOCK_FN(acquire)(mutex_lock(b));
    b->guarded++;
    LOCK_FN(release)(mutex_lock(b));
}

static void mutex_lead(struct worker *w, uint64_t ops)
{
    for (uint64_t i = 0; i < ops; i++)
        mutex_pair(w->bench);
}

static void mutex_crowd(struct worker *w)
{
    struct bench *b = w->bench;
    for (uint64_t done = 1; !load_rlx(&b->stop); done++) { /* a flag; publishes nothing */
        mutex_pair(b);
        store_rlx(&w->ops, done); /* progress, looked at while we run */
    }
}

/* Mutual exclusion: no addition was lost. */
static bool mutex_check(const struct bench *b, uint64_t ops)
{
    return b->guarded == ops;
}

static const struct scenario scenario_mutex = {
    .name = "mutex",
    .summary = "the variant's lock alone: lock and unlock around one addition",
    .op = "lock+unlock pair",
    .threads = {1, 1, THREADS_MAX},
    .places = true,
    .floor_one_pu = "floor-atomic",
    .floor_two_pus = "floor-atomic",
    .floor_units = 1,
    .setup = mutex_setup,
    .lead = mutex_lead,
    .crowd = mutex_crowd,
    .check = mutex_check,
};
