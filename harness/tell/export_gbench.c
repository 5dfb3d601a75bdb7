/* Google Benchmark's JSON of a run: its context, and a row a cell. It owns no state. */
#include "harness/tell/export.h"
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How many bytes at the start of a text are a character of UTF-8; 0 if they are not one. */
static size_t character(const char *text)
{
    for (size_t n = 1; n <= 4 && text[n - 1]; n++) {
        json_t *one = json_stringn(text, n);
        json_decref(one);
        if (one)
            return n;
    }
    return 0;
}

/* A text as JSON, which is UTF-8; a file's name need not be. Each byte that is not UTF-8 becomes
 * '?'.
 */
static json_t *json_text(const char *text)
{
    json_t *all = json_string(text);
    char *copy = all || !text ? NULL : strdup(text);
    if (!copy)
        return all;
    for (char *p = copy; *p;) {
        size_t n = character(p);
        if (n == 0)
            *p = '?';
        p += n ? n : 1;
    }
    all = json_string(copy);
    free(copy);
    return all;
}

/* Sets a number, or lists it as missing: JSON has no NaN, and 0 would be false. */
static void set_number(json_t *row, const char *key, double value)
{
    if (isfinite(value)) {
        json_object_set_new(row, key, json_real(value));
        return;
    }
    json_t *missing = json_object_get(row, "missing");
    if (!missing) {
        missing = json_array();
        json_object_set_new(row, "missing", missing);
    }
    json_array_append_new(missing, json_string(key));
}

static int set_iterations(json_t *out, struct store *s, int64_t cell)
{
    struct sample *samples;
    size_t count;
    uint64_t ops = 0;
    int status = store_samples(s, cell, &samples, &count);
    if (status)
        return status;
    for (size_t i = 0; i < count; i++)
        ops += samples[i].ops;
    free(samples);
    return json_object_set_new(out, "iterations", json_integer((json_int_t)ops)) ? -ENOMEM : 0;
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

static void set_result(json_t *out, const struct row *r)
{
    set_number(out, "real_time", r->summary.median_ns);
    set_number(out, "cpu_time", r->cpu_ns_per_op);
    json_object_set_new(out, "time_unit", json_string("ns"));
    set_number(out, "samples", (double)r->summary.samples);
    set_number(out, "processes", (double)r->summary.processes);
    set_number(out, "ci_low_ns", r->summary.ci_low_ns);
    set_number(out, "ci_high_ns", r->summary.ci_high_ns);
    set_number(out, "ci_level", r->summary.ci_level);
    set_number(out, "purity", r->purity);
    set_number(out, "floor_ratio", r->floor_ratio);
    set_number(out, "switches_per_op", r->switches_per_op);
}

/* Writes what the library itself writes for a benchmark that failed. A cell keeps its numbers if
 * only some of its processes failed; readers that skip errors skip it. */
static void set_error(json_t *out, const struct row *r)
{
    char message[REASON_MAX + 16];
    snprintf(message, sizeof(message), "%s: %s", row_status(r), r->reason);
    json_object_set_new(out, "error_occurred", json_true());
    json_object_set_new(out, "error_message", json_text(message));
}

static int gbench_row(json_t *list, struct store *s, const struct row *r)
{
    json_t *out =
        json_pack("{s:o s:I s:i s:o s:s s:i s:i s:i}", "name", json_text(r->cell.name),
                  "family_index", (json_int_t)json_array_size(list), "per_family_instance_index", 0,
                  "run_name", json_text(r->cell.name), "run_type", "iteration", "repetitions", 1,
                  "repetition_index", 0, "threads", 1);
    if (!out || json_array_append_new(list, out))
        return -ENOMEM;
    if (r->status != TRIAL_OK)
        set_error(out, r);
    int status = set_iterations(out, s, r->id);
    if (status)
        return status;
    set_result(out, r);
    return set_outcomes(out, s, r->id);
}

/* The context: what readers of Google Benchmark's files look for, the environment and the command.
 */
static json_t *pack_context(const struct run *run)
{
    json_t *context = json_loads(run->environment, 0, NULL);
    if (!json_is_object(context)) {
        json_decref(context);
        context = json_pack("{s:o}", "environment", json_text(run->environment));
    }
    json_object_set_new(context, "date", json_text(run->started));
    json_object_set(context, "host_name", json_object_get(context, "hostname"));
    json_object_set_new(context, "executable", json_string("hchanlab"));
    json_object_set(context, "num_cpus", json_object_get(context, "cpus_online"));
    /* How the benchmark library was built is known to the run, and not to this program. */
    if (!json_object_get(context, "library_build_type"))
        json_object_set_new(context, "library_build_type", json_string("n/a"));
    json_object_set_new(context, "command", json_text(run->command));
    json_object_set_new(context, "mode", json_text(run->mode));
    json_object_set_new(context, "run", json_integer((json_int_t)run->id));
    json_object_set_new(context, "seed", json_sprintf("%llu", (unsigned long long)run->seed));
    json_object_set_new(context, "finished",
                        run->finished ? json_text(run->finished) : json_null());
    return context;
}

int export_gbench(FILE *out, struct store *s, const struct run *run, const struct row *rows,
                  size_t count)
{
    json_t *list = json_array();
    int status = list ? 0 : -ENOMEM;
    for (size_t i = 0; i < count && !status; i++)
        status = gbench_row(list, s, &rows[i]);
    json_t *all = json_pack("{s:o s:o}", "context", pack_context(run), "benchmarks", list);
    if (!status && (!all || json_dumpf(all, out, JSON_INDENT(2) | JSON_REAL_PRECISION(9)) ||
                    fputc('\n', out) == EOF))
        status = -EIO;
    json_decref(all);
    return status;
}
