/* A C API over Google Benchmark. Register C functions, run them, read the results from the
 * library's own reporters or through a callback. Any C project can use it: it needs nothing of this
 * one but its own folder.
 *
 *     static void copy(struct gb_state *state, void *arg)
 *     {
 *         while (gb_keep_running_batch(state, 1000)) // a C loop is not paid for per iteration
 *             for (int i = 0; i < 1000; i++)
 *                 memcpy(to, from, gb_range(state, 0));
 *         gb_set_bytes_processed(state, gb_iterations(state) * gb_range(state, 0));
 *     }
 *     ...
 *     const struct gb_options options = {.args = sizes, .rows = 3, .columns = 1};
 *     if (gb_register("copy", copy, NULL, &options) ||
 *         gb_run(NULL, &(struct gb_reporters){.console = stderr}))
 *         fprintf(stderr, "%s\n", gb_last_error());
 *
 * There is one benchmark thread, and no way to ask for more: up to version 1.8.5 the library
 * divides real and manual time by its number of threads, so that a time would mean something else
 * from one version to the next. A benchmark that needs workers runs them inside its function and
 * reports their time with gb_report_batch().
 *
 * Threads: the library keeps its benchmarks in one global list, so registering, clearing, running
 * and adding context are for one thread at a time, and return -EBUSY inside a benchmark or a
 * callback. The functions that take a gb_state are for the thread that called the benchmark's
 * function, until it returns. gb_last_error() is per thread; any thread may call gb_version().
 *
 * Ownership: strings, arguments and options are copied. The few things that must outlive gb_run()
 * are named at the functions that take them.
 *
 * Errors: functions that return int return 0 or a negative errno, and gb_last_error() then has a
 * sentence; a NULL where something is needed is -EINVAL. No C++ exception leaves these functions
 * (-ENOMEM, or -EIO with the exception's text). Text ends up in JSON, so names, labels and context
 * must be UTF-8 without control characters other than \b \f \n \r \t.
 *
 * The library ends the process where its rules are broken (a loop that is left early, repetitions
 * that differ in their iterations, ...). Here each becomes an error: of the call or of the result.
 * Those of its BENCHMARK_... environment variables that would redirect output or repeat, list or
 * reorder benchmarks are overruled. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_GBENCH_GBENCH_H
#define HARNESS_GBENCH_GBENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

struct gb_state;
typedef void gb_function(struct gb_state *state, void *arg);

enum gb_unit { GB_NANOSECOND, GB_MICROSECOND, GB_MILLISECOND, GB_SECOND };

/* A statistic over the repetitions. The library calls `compute` for real time, CPU time and each
 * counter, with one value a repetition. For times, a value is the seconds of a whole repetition,
 * and the result is divided by the iterations afterwards: so it has to have the unit of its values
 * (a maximum or a quantile, not a variance). */
struct gb_statistic {
    const char *name;
    double (*compute)(const double *values, size_t count);
};

/* How a benchmark is run. All zero is the library's default. */
struct gb_options {
    bool manual_time; /* the function tells its time (gb_set_iteration_time, gb_report_batch) */
    bool real_time;   /* iterations and rates go by wall time instead of CPU time */
    bool process_cpu_time; /* CPU time is that of all threads, not of the benchmark's only */
    bool aggregates_only;  /* report the statistics over repetitions and not each of them */
    uint64_t iterations;   /* fixed number, up to 2^53; 0: the library chooses */
    unsigned repetitions;  /* 0: one */
    double min_time_s;     /* 0: the library's */
    enum gb_unit unit;     /* of the library's reports; the callback always has nanoseconds */
    const int64_t *args;   /* rows x columns: one benchmark a row, gb_range() reads the columns */
    size_t rows, columns;
    const char *const *arg_names; /* one a column, or NULL */
    const struct gb_statistic *statistics;
    size_t statistic_count;
};

/* Registers a benchmark; NULL options are all zero. `arg` is handed to the function and must
 * outlive gb_run(), as must the compute functions. The library appends to the name what it was
 * asked for: "name/size:8/iterations:1/manual_time". -EINVAL if the name or a number makes no
 * sense, if manual_time comes with real_time or iterations with min_time_s, or if two rows are the
 * same; -ENOSPC if more than 16 different compute functions are in use. After -ENOMEM call
 * gb_clear(). */
int gb_register(const char *name, gb_function *function, void *arg,
                const struct gb_options *options);

/* Forgets every benchmark. The context stays. */
int gb_clear(void);

/* The iteration loop: true while n more iterations are to be done. The last batch may go beyond
 * what was asked for; it is counted whole. A function must loop until this returns false, skip, or
 * report a batch; otherwise its result is an error. With n = 0 or above 2^53 it returns false. In
 * a benchmark with repetitions, one that would end with another number of iterations than the
 * first one becomes an error, because the library cannot average it. */
bool gb_keep_running_batch(struct gb_state *state, uint64_t n);
static inline bool gb_keep_running(struct gb_state *state)
{
    return gb_keep_running_batch(state, 1);
}

/* Instead of a loop, for a benchmark with manual_time and iterations 1: declares that a batch of
 * `ops` operations took `seconds`. The result then has `ops` iterations of seconds / ops each; its
 * CPU time is not the batch's and means nothing. -EINVAL for no operations, more than 2^53, a time
 * that is negative or not finite, a benchmark of another kind, or a repetition that differs from
 * the first in `ops` (repetitions whose number of operations is only known afterwards are
 * registered as several benchmarks of one name); -EBUSY if the loop has begun or is over. */
int gb_report_batch(struct gb_state *state, uint64_t ops, double seconds);

/* With manual_time: adds the time of the batch that gb_keep_running_batch() began. -EINVAL for a
 * time that is negative or not finite, or without manual_time. */
int gb_set_iteration_time(struct gb_state *state, double seconds);

/* Stop the clock inside the loop, and let it go on; a pair costs some 200 ns. The next
 * gb_keep_running_batch() resumes by itself. -EINVAL if there is nothing to pause or resume. */
int gb_pause_timing(struct gb_state *state);
int gb_resume_timing(struct gb_state *state);

/* The argument in that column of the benchmark's row; 0 if there is none. */
int64_t gb_range(const struct gb_state *state, size_t column);

/* Iterations so far; after the loop, those of the result. */
uint64_t gb_iterations(const struct gb_state *state);

/* What is done with a counter's value before it is reported. Flags may be added up. */
enum gb_counter_flags {
    GB_COUNTER = 0,
    GB_COUNTER_RATE = 1,             /* divided by the time in seconds: see real_time */
    GB_COUNTER_PER_ITERATION = 2,    /* divided by the iterations */
    GB_COUNTER_TIMES_ITERATIONS = 4, /* multiplied by the iterations */
    GB_COUNTER_INVERT = 8,           /* one over it, last of all */
};

/* Sets a counter of the result. -EINVAL for a value that is not finite, unknown or contradictory
 * flags, or other flags than the benchmark gave this counter before. */
int gb_set_counter(struct gb_state *state, const char *name, double value, unsigned flags);

/* Sets the rates bytes_per_second and items_per_second from totals over all iterations. */
int gb_set_bytes_processed(struct gb_state *state, uint64_t bytes);
int gb_set_items_processed(struct gb_state *state, uint64_t items);

/* A text beside the result. An aggregate has it if all repetitions agree on it. */
int gb_set_label(struct gb_state *state, const char *label);

/* End the benchmark as failed, or as one that does not apply here; the function should return at
 * once. Each byte of the message that can't be shown becomes '?'. If the first repetition ended so,
 * the others do too, without being run. Before version 1.8 the library knows only errors: then a
 * skip is an error in its reports whose message begins with "skipped: ". -EBUSY if the benchmark
 * has ended so before. */
int gb_skip_with_error(struct gb_state *state, const char *message);
int gb_skip(struct gb_state *state, const char *message);

struct gb_counter {
    const char *name;
    double value;
};

/* One result; it and what it points to are valid during the callback. */
struct gb_result {
    const char *name; /* of an aggregate: with "_median" or the like appended */
    bool is_aggregate;
    bool is_ratio;         /* an aggregate ("cv") whose values are fractions, not nanoseconds */
    const char *aggregate; /* e.g. "median"; "" for a repetition */
    uint32_t repetition;   /* from 0; of an aggregate: 0 */
    uint64_t iterations;   /* of an aggregate: its number of repetitions */
    double real_time_ns;   /* per iteration; NAN if there is an error or skip */
    double cpu_time_ns;
    const char *label;
    const char *error; /* NULL if it did not fail */
    const char *skip;  /* NULL if it was not skipped */
    const struct gb_counter *counters;
    size_t counter_count;
};

/* Where each result goes as soon as it is there; any of them may be NULL. The caller's streams
 * stay open. The file at json_path replaces what was there only when it is complete; a device or
 * pipe is written to directly. */
struct gb_reporters {
    FILE *console;         /* the library's table, without colours */
    FILE *json;            /* the library's JSON; a number that is not finite is null in it */
    const char *json_path; /* the same, in a file */
    void (*on_run)(const struct gb_result *run, void *arg);
    void *arg;
};

/* Adds a key and value to the context of all later reports; it stays for as long as the process.
 * -EEXIST if the key has been added before. */
int gb_add_context(const char *key, const char *value);

/* Runs the benchmarks whose names match the filter, an extended regular expression that need not
 * match the whole name; with '-' in front, those that do not match; all of them for NULL.
 * -EINVAL if it is not a regular expression, -ENOENT if nothing matches, the errno of the write (or
 * -EIO) if a report could not be written in full. Nothing is run if a report can't even be begun.
 * Benchmarks that fail are results and not errors of gb_run(). The standard streams are not written
 * to unless they are among the reporters. */
int gb_run(const char *filter, const struct gb_reporters *reporters);

/* A sentence about the last failure on this thread, or ""; valid until the next failure. */
const char *gb_last_error(void);

/* The library's version, or NULL if the library does not have it (before 1.8.4). */
const char *gb_version(void);

#ifdef __cplusplus
}
#endif

#endif
