/* Deterministic exploration of schedules. The parties of a case are fibers of one thread. Wherever
 * one is about to access an atomic variable, another may run instead. A schedule is a list of the
 * places where that, a spurious wake-up or a timeout happened. Everywhere else it follows the
 * default: a fiber goes on while it can, then the next one that can. The same schedule always does
 * the same, so a failure is a short text that can be run again.
 *
 * The code under test is the library hchan_explored: core/ and variants/ compiled with shim.h. Not
 * thread-safe; one exploration at a time. What is explored is sequentially consistent. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_TESTS_EXPLORE_EXPLORE_H
#define CORE_TESTS_EXPLORE_EXPLORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    EXPLORE_FIBERS = 8,
    EXPLORE_STEPS_MAX = 20000, /* a longer schedule is taken for a livelock */
    EXPLORE_TEXT = 1024,
    EXPLORE_DEPTH_MAX = 16, /* of explore_pct() */
};

/* What is explored. */
struct explore_case {
    const char *name; /* the options with which `explore` repeats it */
    unsigned fibers;
    /* Called before each schedule: makes what the parties share. Memory from malloc(), as shim.h
     * defines it, is gone after the schedule. */
    void (*begin)(void *arg);
    void (*body)(void *arg, unsigned fiber);
    /* Called after each schedule; `blocked` has the bits of the fibers that did not end. Returns
     * NULL, or a static message that says what is wrong. */
    const char *(*end)(void *arg, uint32_t blocked);
    void *arg;
    bool quiet; /* a failure is wanted: do not report it */
};

/* A schedule: at these steps this choice instead of the default. */
struct explore_schedule {
    unsigned count;
    struct explore_deviation {
        uint32_t step;
        uint8_t choice;
    } at[4096];
};

/* The result of an exploration. */
struct explore_result {
    uint64_t schedules, steps;
    bool exhausted;                   /* there is no other schedule within the bound */
    const char *failure;              /* static; NULL: none */
    uint64_t seed;                    /* with which explore_random() draws the failing one first */
    struct explore_schedule schedule; /* the failing one */
};

/* No bound on preemptions, or on the number of schedules. */
#define EXPLORE_UNBOUNDED UINT32_MAX
#define EXPLORE_ALL       UINT64_MAX

/* Each of these runs schedules until one fails, or all are done, or `limit` is reached; returns
 * whether none failed. A failure is reported on standard error, with the command that repeats it,
 * and is the last schedule that was run.
 *
 * Depth first, each schedule with at most `bound` deviations that cost: a switch away from a fiber
 * that could go on, a spurious wake-up, a timeout while a fiber could run (Musuvathi and Qadeer
 * 2007). A schedule has at most three spurious wake-ups, whatever the bound. After a failure,
 * smaller bounds are tried, to find the simplest one. */
bool explore_all(const struct explore_case *what, uint32_t bound, uint64_t limit,
                 struct explore_result *result);
/* Runs `count` schedules drawn from the seed: at random steps, in some schedules at every step, any
 * fiber that can run. */
bool explore_random(const struct explore_case *what, uint64_t count, uint64_t seed,
                    struct explore_result *result);
/* Runs `count` schedules drawn with PCT: the fiber with the highest priority runs, and priorities
 * drop at `depth` - 1 steps (Burckhardt et al. 2010). Each finds a bug of that depth with a
 * probability of at least 1 / (fibers * steps^(depth - 1)), once the first ones have shown how many
 * steps there are; so a failure has no seed of its own. */
bool explore_pct(const struct explore_case *what, uint64_t count, unsigned depth, uint64_t seed,
                 struct explore_result *result);
/* The failure of a schedule with a step that never comes, or with a choice that does not exist. */
extern const char explore_misfit[];
/* Runs one schedule, from its text. `print`: reports on standard output what each step does. */
bool explore_replay(const struct explore_case *what, const char *text, bool print,
                    struct explore_result *result);

/* "12:1 40:2", step and choice; "default" if there is no deviation. Returns the length; a text that
 * does not fit ends with "...". */
size_t explore_print(const struct explore_schedule *s, char *text, size_t size);
/* False if the text is not a schedule. */
bool explore_parse(struct explore_schedule *s, const char *text);

/* For bodies. A logical clock: how often a moment was asked for before. The odd ones of each fiber
 * begin something, and another fiber may run before them; the even ones end it. */
uint64_t explore_moment(void);
/* A deadline that passes when the schedule wants it to, or when no other fiber can run. */
int64_t explore_deadline(void);
/* Ends the schedule as a failure; the message is static. */
_Noreturn void explore_fail(const char *message);

#endif
