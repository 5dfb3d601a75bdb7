/* Runs one schedule (engine.h): the fibers, the points at which another may run, and the choices
 * there. The state is `engine` and `explore_hot`: the schedule that runs. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/explore/engine.h"
#include "core/tests/explore/sanitizer.h"
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>

enum { STACK = EXPLORE_ASAN ? 256 << 10 : 64 << 10, GUARD = 4096 };
enum {
    NOBODY = EXPLORE_FIBERS,
    SPURIOUS_MAX = 3, /* wake-ups in a schedule, which would have no end otherwise */
};

struct explore_hot explore_hot = {.quiet_until = UINT32_MAX};
struct engine engine = {.fiber = NOBODY};

static uint32_t bit(unsigned f)
{
    return UINT32_C(1) << f;
}

static struct party *running(void)
{
    return &engine.fibers[engine.fiber];
}

static void arrive(struct fcontext_transfer t, void *fake_stack)
{
    struct party *from = t.data;
    const void *bottom;
    size_t size;
    sanitizer_arrives(fake_stack, &bottom, &size);
    from->context = t.from;
    if (EXPLORE_ASAN && from == &engine.fibers[NOBODY]) {
        from->stack = (void *)(uintptr_t)bottom; /* the thread's own stack, which is learned here */
        from->stack_size = size;
    }
}

/* Switches to where the fiber was: on its own stack, or on that of a goroutine. */
static void leave_for(struct party *from, const struct party *to)
{
    if (to->g && to->g->goroutine)
        sanitizer_leaves(&from->fake_stack, to->g->fiber.bottom, to->g->fiber.size);
    else
        sanitizer_leaves(&from->fake_stack, to->stack, to->stack_size);
}

static void jump(unsigned f)
{
    struct party *from = running(), *to = &engine.fibers[f];
    from->g = runningg();
    setg(to->g);
    engine.fiber = f;
    explore_hot.self = bit(f);
    explore_hot.own = (uintptr_t)to->own + CACHE_LINE;
    leave_for(from, to);
    arrive(jump_fcontext(to->context, from), from->fake_stack);
    if (engine.sweeping && engine.fiber != NOBODY) {
        sanitizer_unpoison(from->stack, from->stack_size); /* it may be on a goroutine's */
        longjmp(from->start, 1);
    }
}

/* The choices: see struct choices. Fibers are rotated so that the running one is the first. */
static uint32_t rotated(uint32_t fibers)
{
    unsigned by = engine.fiber % EXPLORE_FIBERS;
    return (fibers >> by | fibers << (EXPLORE_FIBERS - by)) & (bit(EXPLORE_FIBERS) - 1);
}

static struct choices choices(void)
{
    unsigned ready = (unsigned)__builtin_popcount(engine.ready);
    unsigned timed = (unsigned)__builtin_popcount(engine.timed);
    unsigned asleep = (unsigned)__builtin_popcount(engine.asleep);
    if (engine.spurious == SPURIOUS_MAX)
        asleep = 0;
    struct choices c = {.free = engine.ready & bit(engine.fiber) ? 1 : ready};
    if (!ready)
        c.free = timed ? timed : 1;
    c.count = ready + timed + asleep + (!ready && !timed);
    return c;
}

static unsigned nth(uint32_t fibers, unsigned n)
{
    uint32_t from_running = rotated(fibers);
    while (n--)
        from_running &= from_running - 1;
    return (engine.fiber + (unsigned)__builtin_ctz(from_running)) % EXPLORE_FIBERS;
}

unsigned engine_choice_of(unsigned f)
{
    unsigned place = (f + EXPLORE_FIBERS - engine.fiber) % EXPLORE_FIBERS;
    return (unsigned)__builtin_popcount(rotated(engine.ready) & (bit(place) - 1));
}

static void made_ready(uint32_t fibers)
{
    engine.ready |= fibers;
    engine.asleep &= ~fibers;
    engine.timed &= ~fibers;
    if (engine.planned == engine.plan.count)
        explore_hot.quiet_until = explore_hot.step + 1;
}

static void wake(unsigned f, enum futex_end how)
{
    engine.fibers[f].how = how;
    made_ready(bit(f));
}

/* Performs the choice. Returns when the calling fiber runs again. */
static void act(unsigned choice)
{
    unsigned ready = (unsigned)__builtin_popcount(engine.ready);
    unsigned timed = (unsigned)__builtin_popcount(engine.timed), f;
    if (!ready && !timed && choice-- == 0) {
        jump(NOBODY);
        return;
    }
    if (choice < ready) {
        f = nth(engine.ready, choice);
    } else if (choice < ready + timed) {
        f = nth(engine.timed, choice - ready);
        if (engine.now < engine.fibers[f].deadline)
            engine.now = engine.fibers[f].deadline;
        wake(f, FUTEX_TIMEDOUT);
    } else {
        f = nth(engine.asleep, choice - ready - timed);
        wake(f, FUTEX_RETRY);
        engine.spurious++;
    }
    /* Unless it was suspended right before an access, it runs up to its next one and makes it: a
     * choice there would be the same choice again. */
    engine.no_choice_at = engine.fibers[f].at_point ? 0 : explore_hot.step + 1;
    if (f != engine.fiber)
        jump(f);
}

const char explore_misfit[] = "the schedule does not fit: give one that a failure of this program "
                              "on this variant printed";

/* The deviation that the plan has for this step, or none. */
static unsigned planned(struct choices c)
{
    const struct explore_deviation *next = &engine.plan.at[engine.planned];
    if (next->step != explore_hot.step)
        return 0;
    engine.planned++;
    if (next->choice < c.count)
        return next->choice;
    engine.failure = explore_misfit;
    return 0;
}

static unsigned decide(struct choices c)
{
    if (explore_hot.step >= EXPLORE_STEPS_MAX)
        explore_fail("livelock: the schedule does not end");
    unsigned choice = 0;
    if (engine.planned < engine.plan.count)
        choice = planned(c);
    else if (c.count > 1 && engine.follow)
        choice = engine.follow->pick(c);
    if (choice) {
        engine.used += choice >= c.free;
        engine.taken.at[engine.taken.count++] =
            (struct explore_deviation){explore_hot.step, (uint8_t)choice};
        if (engine.taken.count == sizeof(engine.taken.at) / sizeof(engine.taken.at[0]))
            explore_fail("livelock: too many deviations");
    }
    return choice;
}

/* Computes the step before which no choice is needed. */
static void stay_quiet(void)
{
    explore_hot.quiet_until = EXPLORE_STEPS_MAX;
    if (engine.planned < engine.plan.count)
        explore_hot.quiet_until = engine.plan.at[engine.planned].step;
    else if (engine.follow)
        explore_hot.quiet_until = engine.follow->quiet_until();
}

/* Whether `at` is in the running fiber's own part of its G: all except the first line, which is for
 * its wakers. Others must not use it, or more could happen than is explored. */
static bool is_own(const void *at)
{
    if (at < (void *)engine.fibers[0].own ||
        at >= (void *)(engine.fibers[EXPLORE_FIBERS - 1].own + 1))
        return engine_idle_talk(at);
    for (unsigned f = 0; f < EXPLORE_FIBERS; f++)
        if ((uintptr_t)at - (uintptr_t)engine.fibers[f].own - CACHE_LINE < explore_hot.own_size) {
            if (f != engine.fiber)
                explore_fail("a fiber touches what is another's own");
            return true;
        }
    return false;
}

/* The running fiber could go on, but another may. Returns when it runs again. */
static void act_between(unsigned choice)
{
    struct party *me = running();
    if (!choice)
        return;
    me->at_point = true;
    act(choice);
    me->at_point = false;
}

void explore_choose(const void *at)
{
    if (engine.fiber == NOBODY) /* the engine's own access to a channel */
        return;
    unsigned choice = 0;
    bool own = is_own(at);
    if (explore_hot.step != engine.no_choice_at && !own)
        choice = decide(choices());
    else if (own && explore_hot.step == engine.no_choice_at)
        engine.no_choice_at++;
    stay_quiet();
    act_between(choice);
}

void engine_yield(void)
{
    if (engine.fiber == NOBODY)
        return;
    explore_hot.step++;
    struct choices c = choices();
    if (engine.ready & ~explore_hot.self)
        c.free = 2;
    unsigned choice = decide(c);
    stay_quiet();
    engine_say("yields");
    act_between(choice);
    engine.no_choice_at = explore_hot.step + 1; /* it has just chosen */
}

/* The running fiber cannot go on. Returns when it can. */
static void give_way(void)
{
    explore_hot.step++;
    unsigned choice = decide(choices());
    stay_quiet();
    act(choice);
}

uint32_t explore_draw(uint32_t below)
{
    if (below < 2 || engine.fiber == NOBODY)
        return 0;
    if (++explore_hot.step == engine.no_choice_at)
        engine.no_choice_at++;
    unsigned drawn = decide((struct choices){.count = below, .free = below, .data = true});
    stay_quiet();
    engine_say("draws %u of %u", drawn, below);
    return drawn;
}

void explore_spin(void)
{
    if (!(explore_hot.dirty & explore_hot.self)) {
        engine_say("spins until memory changes");
        engine.ready &= ~explore_hot.self;
        explore_hot.spinning |= explore_hot.self;
        give_way();
    }
    explore_hot.dirty &= ~explore_hot.self;
}

void explore_stir(void)
{
    uint32_t others = explore_hot.spinning & ~explore_hot.self;
    explore_hot.spinning &= ~others;
    made_ready(others);
}

void explore_forever(void)
{
    engine_say("waits for ever");
    engine.ready &= ~explore_hot.self;
    give_way();
}

enum futex_end engine_sleep(const void *word, int64_t deadline)
{
    struct party *me = running();
    engine_say("sleeps");
    me->word = word;
    me->turn = engine.turns++;
    me->deadline = deadline;
    engine.ready &= ~explore_hot.self;
    engine.asleep |= explore_hot.self;
    if (deadline != FUTEX_FOREVER)
        engine.timed |= explore_hot.self;
    give_way();
    static const char *const how[] = {
        [FUTEX_RETRY] = "spuriously", [FUTEX_WOKEN] = "by a wake", [FUTEX_TIMEDOUT] = "timed out"};
    engine_say("no longer asleep: %s", how[me->how]);
    return me->how;
}

/* The fiber that has slept on the word longest, or NOBODY. */
static unsigned first_asleep(const void *word)
{
    unsigned first = NOBODY;
    for (uint32_t rest = engine.asleep; rest; rest &= rest - 1) {
        unsigned f = (unsigned)__builtin_ctz(rest);
        if (engine.fibers[f].word == word &&
            (first == NOBODY || engine.fibers[f].turn < engine.fibers[first].turn))
            first = f;
    }
    return first;
}

uint32_t engine_wake(const void *word, uint32_t count)
{
    uint32_t woken = 0;
    for (; woken < count; woken++) {
        unsigned f = first_asleep(word);
        if (f == NOBODY)
            break;
        wake(f, FUTEX_WOKEN);
    }
    engine_say("wakes %u", woken);
    return woken;
}

void engine_lock(uint32_t *held)
{
    if (engine.fiber == NOBODY)
        return;
    explore_point(held);
    while (*held) {
        engine_say("waits for a mutex");
        running()->word = held;
        engine.ready &= ~explore_hot.self;
        engine.locking |= explore_hot.self;
        give_way();
    }
    *held = 1;
    engine_say("locks");
}

void engine_unlock(uint32_t *held)
{
    if (engine.fiber == NOBODY)
        return;
    engine_say("unlocks");
    *held = 0;
    for (uint32_t rest = engine.locking; rest; rest &= rest - 1) {
        unsigned f = (unsigned)__builtin_ctz(rest);
        if (engine.fibers[f].word != held)
            continue;
        engine.locking &= ~bit(f);
        made_ready(bit(f));
    }
    explore_point(held); /* plain accesses may follow that the mutex no longer guards */
}

uint64_t explore_moment(void)
{
    bool *moments = engine_goroutine_moments();
    if (!moments)
        moments = &running()->moments;
    if (!*moments) {
        explore_point(NULL);
        engine.no_choice_at = explore_hot.step + 1; /* the first access belongs to this moment */
    }
    *moments = !*moments;
    return engine.moments++;
}

int64_t explore_deadline(void)
{
    return engine.now + 1;
}

void explore_fail(const char *message)
{
    engine.failure = message;
    jump(NOBODY);
    __builtin_unreachable();
}

/* A fiber runs one body in each schedule. A body that has not ended is cut off: see sweep(). */
static void fiber_main(struct fcontext_transfer t)
{
    arrive(t, NULL);
    for (;;) {
        if (setjmp(running()->start) == 0) {
            running()->begun = true;
            engine.what->body(engine.what->arg, engine.fiber);
            engine_say("ends");
            running()->ended = true;
            engine.ready &= ~explore_hot.self;
            give_way();
        } else {
            jump(NOBODY);
        }
    }
}

static void map_stack(struct party *party)
{
    char *at = mmap(NULL, GUARD + STACK, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (at == MAP_FAILED || mprotect(at, GUARD, PROT_NONE) != 0) {
        perror("explore: no memory for stacks");
        exit(3);
    }
    party->stack = at + GUARD;
    party->stack_size = STACK;
}

/* Done once: makes stacks, and a G for each fiber, which it keeps. */
static void set_up(void)
{
    if (engine.fibers[0].stack)
        return;
    struct g *mine = getg();
    for (unsigned f = 0; f < EXPLORE_FIBERS; f++) {
        struct party *party = &engine.fibers[f];
        map_stack(party);
        party->context =
            make_fcontext((char *)party->stack + party->stack_size, party->stack_size, fiber_main);
        setg(NULL);
        party->own = getg();
        memcpy((void *)&party->fresh_g, (void *)party->own, sizeof(party->fresh_g));
    }
    setg(mine);
    explore_hot.own_size = sizeof(*mine) - CACHE_LINE;
    explore_memory_keep();
}

static void refresh(struct party *party)
{
    memcpy((void *)party->own, (void *)&party->fresh_g, sizeof(party->fresh_g));
    party->g = party->own;
    party->begun = party->ended = party->at_point = party->moments = false;
}

/* Sends fibers that are in the middle of something back to the start. */
static void sweep(void)
{
    engine.sweeping = true;
    for (unsigned f = 0; f < engine.what->fibers; f++)
        if (engine.fibers[f].begun && !engine.fibers[f].ended)
            jump(f);
    engine.sweeping = false;
}

static uint32_t blocked_fibers(void)
{
    uint32_t blocked = 0;
    for (unsigned f = 0; f < engine.what->fibers; f++)
        blocked |= engine.fibers[f].ended ? 0 : bit(f);
    return blocked;
}

const char *engine_run(const struct explore_case *what, const struct strategy *follow)
{
    set_up();
    explore_memory_reset();
    engine_no_procs();
    engine.what = what;
    engine.follow = follow;
    engine.planned = engine.taken.count = 0;
    engine.used = engine.turns = engine.spurious = 0;
    engine.moments = 0;
    engine.now = 0;
    engine.failure = NULL;
    engine.fiber = NOBODY;
    engine.asleep = engine.timed = engine.locking = 0;
    engine.ready = bit(what->fibers) - 1;
    for (unsigned f = 0; f < what->fibers; f++)
        refresh(&engine.fibers[f]);
    explore_hot.quiet_until = UINT32_MAX;
    what->begin(what->arg);
    explore_hot.step = explore_hot.spinning = explore_hot.dirty = 0;
    give_way();
    uint32_t blocked = blocked_fibers();
    sweep();
    explore_hot.quiet_until = UINT32_MAX;
    explore_hot.tracing = false;
    if (!engine.failure && engine.planned < engine.plan.count)
        engine.failure = explore_misfit;
    if (!engine.failure)
        engine.failure = what->end(what->arg, blocked);
    return engine.failure;
}

void explore_trace(const char *what, const char *where, uint64_t before, uint64_t after)
{
    if (engine.fiber == NOBODY)
        return;
    printf("%5u  fiber %u  %-24s %-40s", explore_hot.step, engine.fiber, where, what);
    if (before == after)
        printf(" %llx\n", (unsigned long long)before);
    else
        printf(" %llx -> %llx\n", (unsigned long long)before, (unsigned long long)after);
}

void engine_say(const char *format, ...)
{
    if (!explore_hot.tracing || engine.fiber == NOBODY)
        return;
    va_list args;
    va_start(args, format);
    printf("%5u  fiber %u  ", explore_hot.step, engine.fiber);
    vprintf(format, args);
    putchar('\n');
    va_end(args);
}
