/* Google Benchmark's JSON of a run: its context; for each cell a row a process, and a row for each
 * aggregate of these. It owns no state. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/stats.h"
#include "harness/store/processes.h"
#include "harness/tell/export.h"
#include "harness/tell/utf8.h"
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void list_missing(json_t *row, const char *key)
{
    json_t *missing = json_object_get(row, "missing");
    if (!missing) {
        missing = json_array();
        json_object_set_new(row, "missing", missing);
    }
    json_array_append_new(missing, json_string(key));
}

/* Sets a number, or lists it as missing: JSON has no NaN, and 0 would be false. */
static void set_number(json_t *row, const char *key, double value)
{
    if (isfinite(value))
        json_object_set_new(row, key, json_real(value));
    else
        list_missing(row, key);
}

/* Sets the two times, which Google Benchmark's tools read of every row: 0, and listed as missing,
 * if there is none. */
static void set_times(json_t *row, double real_ns, double cpu_ns)
{
    const double times[] = {real_ns, cpu_ns};
    static const char *const keys[] = {"real_time", "cpu_time"};
    for (size_t i = 0; i < 2; i++) {
        json_object_set_new(row, keys[i], json_real(isfinite(times[i]) ? times[i] : 0));
        if (!isfinite(times[i]))
            list_missing(row, keys[i]);
    }
    json_object_set_new(row, "time_unit", json_string("ns"));
}

static int set_outcomes(json_t *out, struct store *s, int64_t cell)
{
    struct outcome_count outcomes[OUTCOMES_MAX];
    int n = store_outcomes(s, cell, outcomes, OUTCOMES_MAX);
    for (int i = 0; i < n; i++)
        if (outcome_is_count(&outcomes[i]) && outcomes[i].ops)
            set_number(out, outcomes[i].name, (double)outcomes[i].count / (double)outcomes[i].ops);
    return n < 0 ? n : 0;
}

/* What is said of the cell as a whole. */
static int set_cell(json_t *out, struct store *s, const struct row *r)
{
    set_number(out, "samples", (double)r->summary.samples);
    set_number(out, "processes", (double)r->summary.processes);
    set_number(out, "ci_low_ns", r->summary.ci_low_ns);
    set_number(out, "ci_high_ns", r->summary.ci_high_ns);
    set_number(out, "ci_level", r->summary.ci_level);
    set_number(out, "purity", r->purity);
    set_number(out, "floor_ratio", r->floor_ratio);
    set_number(out, "switches_per_op", r->switches_per_op);
    return set_outcomes(out, s, r->id);
}

/* Writes what the library itself writes for a benchmark that failed. A cell keeps its numbers if
 * only some of its processes failed; readers that skip errors skip it. */
static void set_error(json_t *out, const struct row *r)
{
    char message[REASON_MAX + 16];
    snprintf(message, sizeof(message), "%s: %s", row_status(r), r->reason);
    json_object_set_new(out, "error_occurred", json_true());
    json_object_set_new(out, "error_message", utf8_json(message));
}

/* A cell as the library sees it: a family of one benchmark, which was repeated. */
struct family {
    json_t *list; /* of all rows */
    const struct row *row;
    size_t index;
    const struct process_row *processes;
    size_t count;
};

/* Adds a row with what all rows of a cell have; NULL if memory ran out. The list owns it. */
static json_t *add_row(const struct family *f, const char *suffix, const char *type,
                       uint64_t iterations)
{
    char name[CELL_NAME_MAX + 16];
    const struct row *r = f->row;
    snprintf(name, sizeof(name), "%s%s", r->cell.name, suffix);
    json_t *out = json_pack(
        "{s:o s:I s:i s:o s:s s:I s:I s:I}", "name", utf8_json(name), "family_index",
        (json_int_t)f->index, "per_family_instance_index", 0, "run_name", utf8_json(r->cell.name),
        "run_type", type, "repetitions", (json_int_t)f->count, "threads",
        (json_int_t)(r->parties ? r->parties : 1), "iterations", (json_int_t)iterations);
    if (!out || json_array_append_new(f->list, out))
        return NULL;
    if (r->status != TRIAL_OK)
        set_error(out, r);
    return out;
}

/* A process is a repetition. */
static int add_processes(const struct family *f)
{
    for (size_t i = 0; i < f->count; i++) {
        const struct process_row *p = &f->processes[i];
        json_t *out = add_row(f, "", "iteration", p->ops);
        if (!out)
            return -ENOMEM;
        json_object_set_new(out, "repetition_index", json_integer((json_int_t)i));
        set_times(out, p->ns_per_op, p->cpu_ns_per_op);
        set_number(out, "switches_per_op", p->switches_per_op);
    }
    return 0;
}

static double mean_of(double *values, size_t count)
{
    return stats_mean(values, count);
}

static double deviation_of(double *values, size_t count)
{
    return stats_cv(values, count) * stats_mean(values, count);
}

static double cv_of(double *values, size_t count)
{
    return stats_cv(values, count);
}

/* The library's own statistics of repetitions. The order of the values is nobody's business. */
static const struct aggregate {
    const char *name, *unit;
    double (*of)(double *values, size_t count);
} aggregates[] = {
    {"mean", "time", mean_of},
    {"median", "time", stats_median},
    {"stddev", "time", deviation_of},
    {"cv", "percentage", cv_of},
};

enum { MEDIAN = 1, AGGREGATES = sizeof(aggregates) / sizeof(aggregates[0]) };

static int add_aggregate(const struct family *f, const struct aggregate *a, double *real,
                         double *cpu, struct store *s)
{
    char suffix[16];
    snprintf(suffix, sizeof(suffix), "_%s", a->name);
    json_t *out = add_row(f, suffix, "aggregate", f->count);
    if (!out)
        return -ENOMEM;
    json_object_set_new(out, "aggregate_name", json_string(a->name));
    json_object_set_new(out, "aggregate_unit", json_string(a->unit));
    set_times(out, a->of(real, f->count), a->of(cpu, f->count));
    return a == &aggregates[MEDIAN] ? set_cell(out, s, f->row) : 0;
}

/* The CPU time of a cell is that of all its processes, or of none. */
static int add_aggregates(const struct family *f, struct store *s)
{
    double *real = malloc(2 * f->count * sizeof(*real)), *cpu = real + f->count;
    int status = real ? 0 : -ENOMEM;
    for (size_t i = 0; i < f->count && real; i++) {
        real[i] = f->processes[i].ns_per_op;
        cpu[i] = f->processes[i].cpu_ns_per_op;
    }
    for (size_t i = 0; i < AGGREGATES && !status; i++)
        status = add_aggregate(f, &aggregates[i], real, cpu, s);
    free(real);
    return status;
}

/* A cell without any sample is one row, as a benchmark of the library that failed at once. */
static int add_failure(const struct family *f, struct store *s)
{
    json_t *out = add_row(f, "", "iteration", 0);
    if (!out)
        return -ENOMEM;
    json_object_set_new(out, "repetition_index", json_integer(0));
    set_times(out, NAN, NAN);
    return set_cell(out, s, f->row);
}

static int add_cell(json_t *list, struct store *s, const struct row *r, size_t index)
{
    struct process_row *processes;
    size_t count;
    int status = processes_read(s, r->id, &processes, &count);
    if (status)
        return status;
    const struct family f = {list, r, index, processes, count};
    status = count ? add_processes(&f) : add_failure(&f, s);
    if (!status && count)
        status = add_aggregates(&f, s);
    free(processes);
    return status;
}

/* The context: what readers of Google Benchmark's files look for, the environment and the command.
 */
static json_t *pack_context(const struct run *run)
{
    json_t *context = json_loads(run->environment, 0, NULL);
    if (!json_is_object(context)) {
        json_decref(context);
        context = json_pack("{s:o}", "environment", utf8_json(run->environment));
    }
    json_object_set_new(context, "date", utf8_json(run->started));
    json_object_set(context, "host_name", json_object_get(context, "hostname"));
    json_object_set_new(context, "executable", json_string("hchanlab"));
    json_object_set_new(context, "json_schema_version", json_integer(1));
    json_object_set(context, "num_cpus", json_object_get(context, "cpus_online"));
    /* How the benchmark library was built is known to the run, and not to this program. */
    if (!json_object_get(context, "library_build_type"))
        json_object_set_new(context, "library_build_type", json_string("n/a"));
    json_object_set_new(context, "command", utf8_json(run->command));
    json_object_set_new(context, "mode", utf8_json(run->mode));
    json_object_set_new(context, "run", json_integer((json_int_t)run->id));
    if (run->name)
        json_object_set_new(context, "name", utf8_json(run->name));
    if (run->note)
        json_object_set_new(context, "note", utf8_json(run->note));
    json_object_set_new(context, "seed", json_sprintf("%llu", (unsigned long long)run->seed));
    json_object_set_new(context, "finished",
                        run->finished ? utf8_json(run->finished) : json_null());
    return context;
}

int export_gbench(FILE *out, struct store *s, const struct run *run, const struct row *rows,
                  size_t count)
{
    json_t *list = json_array();
    int status = list ? 0 : -ENOMEM;
    for (size_t i = 0; i < count && !status; i++)
        status = add_cell(list, s, &rows[i], i);
    json_t *all = json_pack("{s:o s:o}", "context", pack_context(run), "benchmarks", list);
    if (!status && (!all || json_dumpf(all, out, JSON_INDENT(2) | JSON_REAL_PRECISION(9)) ||
                    fputc('\n', out) == EOF))
        status = -EIO;
    json_decref(all);
    return status;
}
