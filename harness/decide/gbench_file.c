/* Reads files of Google Benchmark (costs.h): each benchmark's repetitions, or their median where
 * the file has the aggregates only. It owns no state. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/stats.h"
#include "harness/decide/costs.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One row of the file that has a time. */
struct row {
    const char *name;
    double ns;
    bool iteration; /* and not a median of such rows */
};

static const char *text_of(const json_t *row, const char *key)
{
    const char *text = json_string_value(json_object_get(row, key));
    return text ? text : "";
}

static double unit_ns(const char *unit)
{
    static const struct {
        const char *name;
        double ns;
    } units[] = {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}};
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (strcmp(units[i].name, unit) == 0)
            return units[i].ns;
    return NAN;
}

/* What a row is: 1 taken, 0 passed over (it failed, or is another aggregate), -1 not one of Google
 * Benchmark's. */
static int take_row(const json_t *json, struct row *row)
{
    bool aggregate = strcmp(text_of(json, "run_type"), "aggregate") == 0;
    const json_t *time = json_object_get(json, "real_time");
    const char *unit = text_of(json, "time_unit");
    row->name = text_of(json, "run_name");
    if (!row->name[0])
        row->name = text_of(json, "name");
    if (!row->name[0])
        return -1;
    if (json_is_true(json_object_get(json, "error_occurred")))
        return 0;
    if (aggregate && strcmp(text_of(json, "aggregate_name"), "median") != 0)
        return 0;
    if (!json_is_number(time) || (unit[0] && isnan(unit_ns(unit))))
        return -1;
    row->ns = json_number_value(time) * (unit[0] ? unit_ns(unit) : 1);
    row->iteration = !aggregate;
    return row->ns > 0; /* 0 is how a benchmark without a time is written */
}

/* Adds the cost of the benchmark that row `first` is of, unless an earlier row was. */
static int add_family(struct costs *costs, const struct row *rows, size_t count, size_t first,
                      double *values)
{
    size_t n = 0;
    double median = NAN;
    if (!isnan(costs_find(costs, rows[first].name)))
        return 0;
    for (size_t i = first; i < count; i++)
        if (strcmp(rows[i].name, rows[first].name) == 0) {
            if (rows[i].iteration)
                values[n++] = rows[i].ns;
            else
                median = rows[i].ns;
        }
    return costs_add(costs, rows[first].name, n ? stats_median(values, n) : median);
}

static int read_rows(const json_t *list, struct costs *costs)
{
    size_t i, count = 0, room = json_array_size(list) + 1;
    struct row *rows = malloc(room * sizeof(*rows));
    double *values = malloc(room * sizeof(*values));
    int status = rows && values ? 0 : -ENOMEM, taken;
    const json_t *row;
    if (!status)
        json_array_foreach(list, i, row)
        {
            taken = take_row(row, &rows[count]);
            count += taken > 0;
            status = taken < 0 ? -EBADMSG : status;
        }
    for (i = 0; !status && i < count; i++)
        status = add_family(costs, rows, count, i, values);
    free(rows);
    free(values);
    return status;
}

/* Jansson says what it stumbled over; JSON has no word for what is no number. */
static int explain(const char *path, const json_error_t *e, char *error, size_t size)
{
    static const char *const words[] = {"'NaN", "'nan", "'-nan", "'Inf", "'inf", "'-inf", "'-Inf"};
    enum json_error_code code = json_error_code(e);
    if (code == json_error_cannot_open_file) {
        snprintf(error, size, "%.200s can't be read (%s): name a file of Google Benchmark", path,
                 strerror(errno));
        return -EIO;
    }
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strstr(e->text, words[i])) {
            snprintf(error, size, "%.200s: line %d holds %.*s, which is no number: measure again",
                     path, e->line, (int)strcspn(strstr(e->text, words[i]) + 1, "'"),
                     strstr(e->text, words[i]) + 1);
            return -EBADMSG;
        }
    snprintf(error, size,
             "%.200s: line %d is not JSON (%.100s): make the file with --benchmark_format=json",
             path, e->line, e->text);
    return -EBADMSG;
}

int costs_of_file(const char *path, struct costs *costs, char *error, size_t size)
{
    json_error_t e;
    *costs = (struct costs){0};
    errno = 0;
    json_t *file = json_load_file(path, 0, &e);
    if (!file)
        return explain(path, &e, error, size);
    json_t *list = json_object_get(file, "benchmarks");
    costs->about = json_incref(json_object_get(file, "context"));
    int status =
        json_is_array(list) && json_is_object(costs->about) ? read_rows(list, costs) : -EBADMSG;
    if (status == -ENOMEM)
        snprintf(error, size, "out of memory: free some");
    else if (status)
        snprintf(error, size,
                 "%.200s is not a file of Google Benchmark: make one with --benchmark_format=json",
                 path);
    json_decref(file);
    if (status)
        costs_free(costs);
    return status;
}
