/* What the callback of gb_run() was handed, kept for the tests of the wrapper to look at. Nothing
 * is asserted inside of callbacks, because a failed assertion jumps, and must not jump over C++. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_TESTS_GBENCH_SEEN_H
#define HARNESS_TESTS_GBENCH_SEEN_H

#include "harness/gbench/gbench.h"
#include "scripts/test.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

struct seen_run {
    char name[128], aggregate[32], label[64], error[256], skip[64];
    bool is_aggregate, is_ratio;
    uint32_t repetition;
    uint64_t iterations;
    double real_ns, cpu_ns;
    struct {
        char name[32];
        double value;
    } counters[4];
    size_t counter_count;
};

struct seen {
    size_t count;
    struct seen_run run[32];
};

static inline void note(const struct gb_result *run, void *arg)
{
    struct seen *seen = arg;
    if (seen->count++ >= 32)
        return;
    struct seen_run *s = &seen->run[seen->count - 1];
    snprintf(s->name, sizeof(s->name), "%s", run->name);
    snprintf(s->aggregate, sizeof(s->aggregate), "%s", run->aggregate);
    snprintf(s->label, sizeof(s->label), "%s", run->label);
    snprintf(s->error, sizeof(s->error), "%s", run->error ? run->error : "");
    snprintf(s->skip, sizeof(s->skip), "%s", run->skip ? run->skip : "");
    s->is_aggregate = run->is_aggregate;
    s->is_ratio = run->is_ratio;
    s->repetition = run->repetition;
    s->iterations = run->iterations;
    s->real_ns = run->real_time_ns;
    s->cpu_ns = run->cpu_time_ns;
    for (size_t i = 0; i < run->counter_count && i < 4; i++) {
        snprintf(s->counters[i].name, sizeof(s->counters[i].name), "%s", run->counters[i].name);
        s->counters[i].value = run->counters[i].value;
    }
    s->counter_count = run->counter_count;
}

/* Runs what matches and returns what came of it. */
static inline struct seen run_matching(const char *filter)
{
    struct seen seen = {0};
    int status = gb_run(filter, &(struct gb_reporters){.on_run = note, .arg = &seen});
    if (status)
        print_error("gb_run: %s\n", gb_last_error());
    assert_int_equal(status, 0);
    assert_true(seen.count <= 32);
    return seen;
}

/* The value of a counter, NAN where the run has none of that name. */
static inline double counter_of(const struct seen_run *run, const char *name)
{
    for (size_t i = 0; i < run->counter_count; i++)
        if (strcmp(run->counters[i].name, name) == 0)
            return run->counters[i].value;
    return NAN;
}

/* The aggregate of that name, NULL where there is none. */
static inline const struct seen_run *aggregate_of(const struct seen *seen, const char *name)
{
    for (size_t i = 0; i < seen->count; i++)
        if (strcmp(seen->run[i].aggregate, name) == 0)
            return &seen->run[i];
    return NULL;
}

static inline size_t repetitions_in(const struct seen *seen)
{
    size_t count = 0;
    for (size_t i = 0; i < seen->count; i++)
        count += !seen->run[i].is_aggregate;
    return count;
}

static inline int clear(void **state)
{
    (void)state;
    return gb_clear();
}

#endif
