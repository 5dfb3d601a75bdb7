/* One schedule: its fibers, what they wait for, and which may run next. The interface between
 * explore.c, which runs a schedule, and strategy.c, which decides what the next one is. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_TESTS_EXPLORE_ENGINE_H
#define CORE_TESTS_EXPLORE_ENGINE_H

#include "core/base/fcontext.h"
#include "core/base/futex.h"
#include "core/g/g.h"
#include "core/tests/explore/explore.h"
#include "core/tests/explore/shim.h"
#include <setjmp.h>

/* A fiber. It begins on a stack of its own; if it is a P, goroutines run in it on theirs. */
struct party {
    fcontext context; /* while it does not run */
    void *stack;
    size_t stack_size;
    void *fake_stack; /* AddressSanitizer's */
    jmp_buf start;    /* where it waits for the next schedule */
    struct g *own;    /* its G, as a thread */
    struct g fresh_g; /* the value of *own when a schedule begins */
    struct g *g;      /* runningg(), while it does not run */
    bool begun, ended;
    bool at_point;    /* suspended right before an access, which it makes when it runs again */
    bool moments;     /* the next explore_moment() ends something */
    const void *word; /* that it sleeps on, or the mutex that it waits for. While asleep, also: */
    uint32_t turn;    /* for first in, first out */
    int64_t deadline;
    enum futex_end how; /* how it ended */
};

/* At each step there are choices, in this order: the running fiber; the other fibers that can run,
 * in cyclic order after it; a timeout of each that is asleep with a deadline; a spurious wake-up of
 * each that is asleep. If no fiber can run and no deadline is left, the first choice is the end of
 * the schedule. The first `free` choices cost no deviation: all fibers that can run if the running
 * fiber cannot go on; that fiber and the next one if it yields; otherwise only that fiber. */
struct choices {
    unsigned count, free;
    bool data; /* instead, of a number that the program draws: all are free */
};

struct engine {
    const struct explore_case *what;
    struct explore_schedule plan;  /* followed first; */
    unsigned planned;              /* this much of it is done; */
    const struct strategy *follow; /* then this decides */
    struct explore_schedule taken; /* what was done so far */
    uint32_t used;                 /* deviations that cost */
    unsigned fiber;                /* the one that runs; EXPLORE_FIBERS is the engine itself */
    uint32_t ready, asleep, timed; /* fibers; timed are asleep with a deadline */
    uint32_t locking;              /* fibers that wait for a mutex */
    uint32_t no_choice_at;         /* the step that directly follows a switch */
    uint32_t turns, spurious;      /* sleeps; spurious wake-ups */
    uint64_t moments;
    int64_t now;
    const char *failure;
    bool sweeping; /* the fibers that did not end are asked to leave */
    struct party fibers[EXPLORE_FIBERS + 1];
};
extern struct engine engine;

/* How a strategy continues a schedule, after the plan. */
struct strategy {
    /* Returns which of at least two choices to take. */
    unsigned (*pick)(struct choices c);
    /* The first step from now on at which pick() wants to be called even if the running fiber can
     * go on and no other became ready. */
    uint32_t (*quiet_until)(void);
};

/* Runs one schedule of engine.what: engine.plan first. Returns what was wrong with it, or NULL. */
const char *engine_run(const struct explore_case *what, const struct strategy *follow);

/* The index of fiber f among the choices; it can run. */
unsigned engine_choice_of(unsigned f);

/* The running fiber goes to sleep on `word` until engine_wake() or a choice ends that. */
enum futex_end engine_sleep(const void *word, int64_t deadline);
uint32_t engine_wake(const void *word, uint32_t count);
/* A mutex, 0 if it is free. A fiber that waits for it is not woken for anything else. */
void engine_lock(uint32_t *held);
void engine_unlock(uint32_t *held);
/* Another fiber may run now. If it is the next one that can, as with a run queue, that is no
 * preemption. */
void engine_yield(void);

/* A schedule begins without a scheduler of goroutines; the case may make one. */
void engine_no_procs(void);
/* Whether `at` is in a part of a goroutine or a P that decides nothing (proc.c): no access to it is
 * worth a switch. */
bool engine_idle_talk(const void *at);
/* The running goroutine's place for struct party's `moments`; NULL if a thread runs. */
bool *engine_goroutine_moments(void);

/* For replays: prints a line about the running fiber. */
void engine_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Between the two calls, a death of the process reports the schedule (report.c). */
void report_deaths(void);
void report_no_deaths(void);
void report_failure(const char *failure, uint64_t seed, const struct explore_schedule *s);

#endif
