/* A C API over Google Benchmark. Register C functions, run them, read the results from the
 * library's own reporters or through a callback. Usable by any C project on its own: it needs
 * nothing of this one.
 *
 *     static void copy(struct gb_state *st, void *arg)
 *     {
 *         while (gb_keep_running_batch(st, 1000))      // a C loop is not paid for per iteration
 *             for (int i = 0; i < 1000; i++)
 *                 memcpy(to, from, gb_range(st, 0));
 *         gb_set_bytes_processed(st, gb_iterations(st) * gb_range(st, 0));
 *     }
 *     ...
 *     gb_register("copy", copy, NULL, &(struct gb_options){.args = sizes, .rows = 3, .columns =
 * 1}); gb_run(NULL, &(struct gb_reporters){.console = stderr});
 *
 * There is one benchmark thread, and no way to ask for more: up to version 1.8.5 the library
 * divides real and manual time by its number of threads, so that a time would mean something else
 * from one version to the next. Who needs workers has them run inside the function and reports
 * their time with gb_report_batch().
 *
 * The library keeps its benchmarks in one global list, so this API is for one thread at a time; the
 * gb_state functions are for the benchmark function that was given the state. Strings are copied.
 * No C++ exception leaves these functions. Functions that return int return 0 or a negative errno,
 * and gb_last_error() then has a sentence. */
#ifndef HARNESS_GBENCH_H
#define HARNESS_GBENCH_H

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

/* A statistic over the repetitions, in seconds, with its name. */
struct gb_statistic {
    const char *name;
    double (*compute)(const double *values, size_t count);
};

/* How a benchmark is run. All zero is the library's default. */
struct gb_options {
    bool manual_time;     /* the function tells its time (gb_set_iteration_time, gb_report_batch) */
    bool real_time;       /* iterations are chosen by wall time instead of CPU time */
    bool aggregates_only; /* report the statistics over repetitions and not each of them */
    uint64_t iterations;  /* fixed number; 0: the library chooses */
    unsigned repetitions; /* 0: one */
    double min_time_s;    /* 0: the library's */
    enum gb_unit unit;
    const int64_t *args; /* rows x columns: one benchmark a row, gb_range() reads the columns */
    size_t rows, columns;
    const char *const *arg_names; /* one a column, or NULL */
    const struct gb_statistic *statistics;
    size_t statistic_count;
};

/* Registers a benchmark. `arg` is handed to the function and must outlive gb_run(); so must the
 * compute functions. -EINVAL where a name or function is missing, or a number makes no sense. */
int gb_register(const char *name, gb_function *function, void *arg,
                const struct gb_options *options);

/* Forgets every benchmark. */
void gb_clear(void);

/* The iteration loop: true while n more iterations are to be done. */
bool gb_keep_running_batch(struct gb_state *state, uint64_t n);
static inline bool gb_keep_running(struct gb_state *state)
{
    return gb_keep_running_batch(state, 1);
}

/* Instead of a loop, for manual_time with iterations 1: declares that a batch of `ops` operations
 * took `seconds`. The result then has `ops` iterations of seconds / ops. Called once. -EINVAL for
 * no operations or a time that is negative or not finite, -EBUSY where it was called before. */
int gb_report_batch(struct gb_state *state, uint64_t ops, double seconds);

/* With manual_time: the time of the batch that gb_keep_running_batch() began. -EINVAL as above. */
int gb_set_iteration_time(struct gb_state *state, double seconds);

/* The clock stands still in between; costs some 200 ns a pair. */
void gb_pause_timing(struct gb_state *state);
void gb_resume_timing(struct gb_state *state);

int64_t gb_range(const struct gb_state *state, size_t column); /* 0 where there is none */
uint64_t gb_iterations(const struct gb_state *state);

/* A counter of the result. Flags may be added up. */
enum gb_counter_flags {
    GB_COUNTER = 0,
    GB_COUNTER_RATE = 1,          /* divided by the time */
    GB_COUNTER_PER_ITERATION = 2, /* divided by the iterations */
    GB_COUNTER_INVERT = 4,        /* one over it */
};
int gb_set_counter(struct gb_state *state, const char *name, double value, unsigned flags);
void gb_set_label(struct gb_state *state, const char *label);
void gb_set_bytes_processed(struct gb_state *state, uint64_t bytes);
void gb_set_items_processed(struct gb_state *state, uint64_t items);

/* Ends the benchmark as failed; the function should return at once. */
void gb_skip_with_error(struct gb_state *state, const char *message);

struct gb_counter {
    const char *name;
    double value;
};

/* One result, valid during the callback. Times are per iteration. */
struct gb_result {
    const char *name;
    bool is_aggregate;
    const char *aggregate; /* e.g. "median"; "" for a repetition */
    uint32_t repetition;
    uint64_t iterations;
    double real_time_ns, cpu_time_ns;
    const char *label;
    const char *error; /* NULL where it did not fail */
    const struct gb_counter *counters;
    size_t counter_count;
};

/* Where results go; any of them may be NULL. The files stay open and are flushed. */
struct gb_reporters {
    FILE *console; /* the library's table */
    FILE *json;    /* the library's JSON */
    void (*on_run)(const struct gb_result *run, void *arg);
    void *arg;
};

/* Adds a key and value to the context of reports. */
int gb_add_context(const char *key, const char *value);

/* Runs the benchmarks whose names match the filter, a regular expression, or all for NULL. -EINVAL
 * where the filter is no regular expression, -ENOENT where nothing matches it, -EIO (or the errno
 * of the write) where a report could not be written in full. The library itself would return
 * success in each case. */
int gb_run(const char *filter, const struct gb_reporters *reporters);

const char *gb_last_error(void);

#ifdef __cplusplus
}
#endif

#endif
