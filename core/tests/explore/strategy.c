/* Decides which schedules are run: all within a bound, or drawn ones. The state is that of the
 * exploration in progress: the stack of a search, or the dice. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/explore/engine.h"

enum { STACK_DEPTH = EXPLORE_STEPS_MAX + 1 };

/* Depth first. The stack holds each place of the current schedule at which another choice was
 * possible. The next schedule is the current one up to the last place that has a choice left. */
static struct {
    struct place {
        uint32_t step;
        uint8_t chosen, count; /* count: those that the bound allows */
    } places[STACK_DEPTH];
    unsigned depth;
    uint32_t bound;
} dfs;

static unsigned dfs_pick(struct choices c)
{
    unsigned allowed = engine.used < dfs.bound ? c.count : c.free;
    if (allowed > 1)
        dfs.places[dfs.depth++] =
            (struct place){.step = explore_hot.step, .count = (uint8_t)allowed};
    return 0;
}

static uint32_t dfs_quiet_until(void)
{
    return engine.used < dfs.bound ? explore_hot.step + 1 : EXPLORE_STEPS_MAX;
}

/* Plans the next schedule. False if there is none. */
static bool dfs_next(void)
{
    struct explore_schedule *plan = &engine.plan;
    for (; dfs.depth; dfs.depth--) {
        struct place *last = &dfs.places[dfs.depth - 1];
        if (last->chosen)
            plan->count--;
        if (++last->chosen < last->count) {
            plan->at[plan->count++] = (struct explore_deviation){last->step, last->chosen};
            return true;
        }
    }
    return false;
}

static void begin(const struct explore_case *what, struct explore_result *result)
{
    engine.what = what;
    *result = (struct explore_result){0};
    engine.plan.count = 0;
    report_deaths();
}

/* Runs one schedule; false if it failed. */
static bool run(const struct explore_case *what, const struct strategy *follow,
                struct explore_result *result)
{
    result->failure = engine_run(what, follow);
    result->schedules++;
    result->steps += explore_hot.step;
    if (!result->failure)
        return true;
    result->schedule.count = engine.taken.count;
    memcpy(result->schedule.at, engine.taken.at, engine.taken.count * sizeof(engine.taken.at[0]));
    return false;
}

static bool run_all(const struct explore_case *what, uint32_t bound, uint64_t limit,
                    struct explore_result *result)
{
    static const struct strategy strategy = {dfs_pick, dfs_quiet_until};
    dfs.bound = bound;
    dfs.depth = 0;
    begin(what, result);
    while (result->schedules < limit) {
        if (!run(what, &strategy, result))
            return false;
        if (!dfs_next()) {
            result->exhausted = true;
            break;
        }
    }
    return true;
}

/* Ends an exploration. */
static bool finish(struct explore_result *result)
{
    report_no_deaths();
    if (result->failure)
        report_failure(result->failure, result->seed, &result->schedule);
    return !result->failure;
}

bool explore_all(const struct explore_case *what, uint32_t bound, uint64_t limit,
                 struct explore_result *result)
{
    if (run_all(what, bound, limit, result))
        return finish(result);
    uint64_t needed = result->schedules;
    for (uint32_t simpler = 0; simpler < bound; simpler++)
        if (!run_all(what, simpler, needed, result))
            break;
    if (!result->failure) /* no simpler one within the limit: the first one again */
        run_all(what, bound, needed, result);
    result->schedules = needed;
    return finish(result);
}

/* splitmix64 (Steele, Lea and Flood 2014). */
static uint64_t dice;

static uint64_t draw(uint64_t below)
{
    uint64_t z = dice += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return ((z ^ z >> 31) >> 32) * below >> 32;
}

/* How many steps a fiber gets on average before the next draw: 1, 4 or 16, drawn for each schedule.
 * With 1 only, no fiber would ever get far while another stands still. */
static uint32_t pace;

static void random_prepare(const struct explore_case *what)
{
    (void)what;
    pace = UINT32_C(1) << 2 * draw(3);
}

/* Any fiber that can run, each with the same chance; one time in 16, if there are any, an event: a
 * timeout or a spurious wake-up. */
static unsigned random_pick(struct choices c)
{
    unsigned ready = (unsigned)__builtin_popcount(engine.ready);
    if (c.data)
        return (unsigned)draw(c.count);
    if (!ready)
        return (unsigned)draw(c.free); /* a timeout, if any: nothing is left to race with */
    if (ready < c.count && draw(16) == 0)
        return ready + (unsigned)draw(c.count - ready);
    return ready > 1 ? (unsigned)draw(ready) : 0;
}

static uint32_t random_quiet_until(void)
{
    return explore_hot.step + 1 + (uint32_t)draw(2 * pace - 1);
}

/* Removes deviations one by one as long as it fails in the same way, for the reader. Removing one
 * may change the meaning of later ones: often that does no harm. */
static void shrink(const struct explore_case *what, struct explore_result *result)
{
    static struct explore_result shorter;
    const char *failure = result->failure;
    for (unsigned i = result->schedule.count; i-- > 0;) {
        if (i >= result->schedule.count)
            continue;
        engine.plan = result->schedule;
        engine.plan.count--;
        memmove(&engine.plan.at[i], &engine.plan.at[i + 1],
                (engine.plan.count - i) * sizeof(engine.plan.at[0]));
        if (!run(what, NULL, &shorter) && shorter.failure == failure)
            result->schedule = shorter.schedule;
    }
    engine.plan = result->schedule;
    run(what, NULL, &shorter); /* so that its history is the last one */
}

/* Runs schedule after schedule, each from a seed of its own, after `prepare`. False if the last one
 * failed. */
static bool run_drawn(const struct explore_case *what, const struct strategy *strategy,
                      void (*prepare)(const struct explore_case *what), uint64_t count,
                      uint64_t seed, struct explore_result *result)
{
    begin(what, result);
    for (uint64_t i = 0; i < count; i++) {
        dice = seed + i;
        prepare(what);
        if (!run(what, strategy, result)) {
            shrink(what, result);
            return false;
        }
    }
    return true;
}

bool explore_random(const struct explore_case *what, uint64_t count, uint64_t seed,
                    struct explore_result *result)
{
    static const struct strategy strategy = {random_pick, random_quiet_until};
    if (!run_drawn(what, &strategy, random_prepare, count, seed, result))
        result->seed = seed + result->schedules - 1;
    return finish(result);
}

static struct {
    unsigned depth;
    uint32_t steps;                        /* of the longest schedule so far */
    uint32_t priority[EXPLORE_FIBERS];     /* higher runs first */
    uint32_t change_at[EXPLORE_DEPTH_MAX]; /* sorted, then one that never comes */
    unsigned changes;                      /* how many are done */
    uint32_t event_at;                     /* a timeout or a spurious wake-up from this step on */
} pct;

static void pct_prepare(const struct explore_case *what)
{
    if (pct.steps < explore_hot.step) /* of the schedule before */
        pct.steps = explore_hot.step;
    for (unsigned f = 0; f < what->fibers; f++) {
        unsigned place = (unsigned)draw(f + 1);
        pct.priority[f] = pct.priority[place];
        pct.priority[place] = EXPLORE_DEPTH_MAX + f;
    }
    for (unsigned i = 0; i + 1 < pct.depth; i++) {
        uint32_t step = (uint32_t)draw(pct.steps) + 1;
        unsigned place = i;
        for (; place > 0 && pct.change_at[place - 1] > step; place--)
            pct.change_at[place] = pct.change_at[place - 1];
        pct.change_at[place] = step;
    }
    pct.change_at[pct.depth - 1] = UINT32_MAX;
    pct.changes = 0;
    pct.event_at = draw(2) ? (uint32_t)draw(pct.steps) + 1 : UINT32_MAX;
}

static unsigned pct_highest(void)
{
    unsigned best = 0;
    uint32_t highest = 0;
    for (uint32_t rest = engine.ready; rest; rest &= rest - 1) {
        unsigned f = (unsigned)__builtin_ctz(rest);
        if (pct.priority[f] >= highest) {
            highest = pct.priority[f];
            best = f;
        }
    }
    return best;
}

static unsigned pct_pick(struct choices c)
{
    if (c.data)
        return (unsigned)draw(c.count);
    for (; pct.change_at[pct.changes] <= explore_hot.step; pct.changes++)
        if (engine.fiber < EXPLORE_FIBERS)
            pct.priority[engine.fiber] = pct.depth - 1 - pct.changes;
    unsigned ready = (unsigned)__builtin_popcount(engine.ready);
    if (!ready)
        return (unsigned)draw(c.free);
    if (pct.event_at <= explore_hot.step && ready < c.count) {
        pct.event_at = UINT32_MAX;
        return ready + (unsigned)draw(c.count - ready);
    }
    return engine_choice_of(pct_highest());
}

static uint32_t pct_quiet_until(void)
{
    uint32_t next = pct.change_at[pct.changes];
    if (engine.asleep && pct.event_at < next)
        next = pct.event_at;
    if (next <= explore_hot.step)
        return explore_hot.step + 1;
    return next < EXPLORE_STEPS_MAX ? next : EXPLORE_STEPS_MAX;
}

bool explore_pct(const struct explore_case *what, uint64_t count, unsigned depth, uint64_t seed,
                 struct explore_result *result)
{
    static const struct strategy strategy = {pct_pick, pct_quiet_until};
    pct.depth = depth < 1 ? 1 : depth > EXPLORE_DEPTH_MAX ? EXPLORE_DEPTH_MAX : depth;
    pct.steps = explore_hot.step = 0; /* the first schedule shows how long they are */
    run_drawn(what, &strategy, pct_prepare, count, seed, result);
    return finish(result); /* without a seed: its meaning depends on the schedules before */
}

bool explore_replay(const struct explore_case *what, const char *text, bool print,
                    struct explore_result *result)
{
    begin(what, result);
    if (!explore_parse(&engine.plan, text)) {
        result->failure = "this is no schedule";
        return finish(result);
    }
    explore_hot.tracing = print;
    run(what, NULL, result);
    return finish(result);
}
