/* One schedule: the fibers, what they wait for, and who may run next. Between explore.c, which runs
 * a schedule, and strategy.c, which decides what the next one is. */
#ifndef CORE_TESTS_EXPLORE_ENGINE_H
#define CORE_TESTS_EXPLORE_ENGINE_H

#include "core/base/fcontext.h"
#include "core/base/futex.h"
#include "core/g/g.h"
#include "core/tests/explore/explore.h"
#include "core/tests/explore/shim.h"
#include <setjmp.h>

/* A fiber. Its own stack, on which it begins; where it is a P, goroutines run in it on theirs. */
struct party {
    fcontext context; /* while it does not run */
    void *stack;
    size_t stack_size;
    void *fake_stack; /* AddressSanitizer's */
    jmp_buf start;    /* where it waits for the next schedule */
    struct g *own;    /* its G, as a thread */
    struct g fresh_g; /* what *own is when a schedule begins */
    struct g *g;      /* runningg(), while it does not run */
    bool begun, ended;
    bool at_point;    /* suspended right before an access, which it will make when it runs again */
    bool moments;     /* the next explore_moment() ends something */
    const void *word; /* that it sleeps on, or waits for as a mutex. The rest while asleep: */
    uint32_t turn;    /* first in, first out */
    int64_t deadline;
    enum futex_end how; /* how it ended */
};

/* At each step there are choices. They are in this order: the running fiber, the others that can
 * run in cyclic order after it, a timeout of those asleep with a deadline, a spurious wake-up of
 * those asleep. Where nobody can run and no deadline is left, the end of the schedule is the first.
 * The `free` ones, which come first, cost no deviation: all that can run where the running fiber
 * cannot go on; where it yields, that one and the next; else that one alone. */
struct choices {
    unsigned count, free;
    bool data; /* of a number that the program draws, instead: all are free */
};

struct engine {
    const struct explore_case *what;
    struct explore_schedule plan;  /* is followed first; */
    unsigned planned;              /* so much of it is done; */
    const struct strategy *follow; /* then this decides */
    struct explore_schedule taken; /* what was done so far */
    uint32_t used;                 /* deviations that cost */
    unsigned fiber;                /* who runs; EXPLORE_FIBERS is the engine itself */
    uint32_t ready, asleep, timed; /* fibers; timed are asleep with a deadline */
    uint32_t locking;              /* fibers that wait for a mutex */
    uint32_t no_choice_at;         /* the step that follows a switch at once */
    uint32_t turns, spurious;      /* sleeps; spurious wake-ups */
    uint64_t moments;
    int64_t now;
    const char *failure;
    bool sweeping; /* the fibers that did not end are asked to leave */
    struct party fibers[EXPLORE_FIBERS + 1];
};
extern struct engine engine;

/* How a strategy takes part in a schedule, after the plan. */
struct strategy {
    /* Which of at least two choices to take. */
    unsigned (*pick)(struct choices c);
    /* The first step from now on at which pick() wants to be asked though the running fiber can go
     * on and nobody became ready. */
    uint32_t (*quiet_until)(void);
};

/* Runs one schedule of engine.what: engine.plan first. Returns what was wrong with it, or NULL. */
const char *engine_run(const struct explore_case *what, const struct strategy *follow);

/* The index of fiber f among the choices; it can run. */
unsigned engine_choice_of(unsigned f);

/* The running fiber goes to sleep on `word` until somebody calls engine_wake() or a choice ends it.
 */
enum futex_end engine_sleep(const void *word, int64_t deadline);
uint32_t engine_wake(const void *word, uint32_t count);
/* A mutex, 0 where it is free. Who waits for it is not woken for anything else. */
void engine_lock(uint32_t *held);
void engine_unlock(uint32_t *held);
/* Another may run now. Where it is the next one that can, as of a run queue, it is no preemption.
 */
void engine_yield(void);

/* A schedule begins, in which there is no scheduler of goroutines before the case makes one. */
void engine_no_procs(void);
/* Whether `at` is in a part of a goroutine or a P that decides nothing (proc.c): no access to it is
 * worth a switch. */
bool engine_idle_talk(const void *at);
/* Where the goroutine that runs keeps struct party's `moments`; NULL: it is a thread that runs. */
bool *engine_goroutine_moments(void);

/* For replays: prints a line about the running fiber. */
void engine_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Has a death of the process tell the schedule (report.c), between the two. */
void report_deaths(void);
void report_no_deaths(void);
void report_failure(const char *failure, uint64_t seed, const struct explore_schedule *s);

#endif
