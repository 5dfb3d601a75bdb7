/* Runs other people's benchmarks, and other builds of the lab (contender.h). No state. */
/* SPDX-License-Identifier: MIT */
#include "harness/sweep/contender.h"
#include "harness/base/progress.h"
#include "harness/base/record.h"
#include "harness/base/say.h"
#include "harness/base/stats.h"
#include "harness/sweep/program_output.h"
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM = 1 << 22, ARGUMENTS_MAX = 16, SAMPLES_MAX = 64 };

/* How long a program may take to say what it has, and to measure one benchmark. */
static const uint64_t list_ns = 60000000000, measure_ns = 300000000000;

static bool is_lab(const char *program)
{
    const char *const argv[] = {program, "--version", NULL};
    char *text;
    int status;
    static const char name[] = "hchanlab ";
    bool is = program_output(argv, list_ns, ROOM, &text, &status) == PROGRAM_ENDED &&
              strncmp(text, name, strlen(name)) == 0;
    free(text);
    return is;
}

/* Leaves the names of cells: not the floors, which have no variant, nor the line of the time. */
static void keep_cells(char *text)
{
    char *to = text;
    for (char *line = text, *end; *line; line = end) {
        size_t length = strcspn(line, "\n");
        end = line + length + (line[length] == '\n');
        char *variant = strstr(line, "/variant=");
        if (variant && variant < line + length) {
            memmove(to, line, (size_t)(end - line));
            to += end - line;
        }
    }
    *to = '\0';
}

static void add_option(const char **argv, size_t *count, const char *name, const char *value)
{
    if (value) {
        argv[(*count)++] = name;
        argv[(*count)++] = value;
    }
}

int contender_list(struct contender *contender, const struct contender_choice *choice, char **names)
{
    const char *argv[ARGUMENTS_MAX] = {contender->program};
    size_t count = 1;
    int status;
    contender->is_lab = is_lab(contender->program);
    if (contender->is_lab) {
        argv[count++] = "sweep";
        argv[count++] = "--dry-run";
        add_option(argv, &count, "--plan", choice->plan);
        add_option(argv, &count, "--scenario", choice->scenario);
        add_option(argv, &count, "--variant", choice->variant);
        add_option(argv, &count, "--cell", choice->cell);
    } else {
        argv[count++] = "--benchmark_list_tests=true";
    }
    enum program_end end = program_output(argv, list_ns, ROOM, names, &status);
    if (end == PROGRAM_NO_START)
        return complain(EXIT_ENVIRONMENT, "%s can't be run: name a program that can",
                        contender->program);
    if (end != PROGRAM_ENDED)
        return complain(EXIT_ENVIRONMENT,
                        "%s does not list its benchmarks: `%s %s` has to print them and end with "
                        "status 0",
                        contender->program, contender->program,
                        contender->is_lab ? "sweep --dry-run" : "--benchmark_list_tests=true");
    if (contender->is_lab)
        keep_cells(*names);
    if (strspn(*names, " \n") < strlen(*names))
        return EXIT_OK;
    free(*names);
    *names = NULL;
    return complain(EXIT_ENVIRONMENT, "%s has no benchmark: name another program",
                    contender->program);
}

/* --- a build of the lab --- */

/* The median of the samples among the records of a cell. */
static double lab_cost(char *text)
{
    struct record *record = malloc(sizeof(*record)); /* large: it holds a histogram */
    double samples[SAMPLES_MAX];
    size_t count = 0;
    bool well = false;
    for (char *rest = text, *line; record && (line = strtok_r(rest, "\n", &rest));) {
        if (record_read(line, record))
            continue;
        if (record->kind == RECORD_SAMPLE && count < SAMPLES_MAX)
            samples[count++] = record->sample.ns_per_op;
        if (record->kind == RECORD_END)
            well = record->end.status == TRIAL_OK;
    }
    free(record);
    return well ? stats_median(samples, count) : NAN;
}

static enum program_end run_lab(const struct contender *c, const char *name, uint32_t process,
                                char **text, int *status)
{
    char number[16];
    snprintf(number, sizeof(number), "%u", process);
    const char *const argv[] = {c->program,  "cell", name,          "--process", number,
                                "--samples", "3",    "--window-ns", "8000000",   NULL};
    return program_output(argv, measure_ns, ROOM, text, status);
}

/* --- Google Benchmark --- */

/* Nanoseconds of its unit, NaN if it is none. */
static double unit_ns(const char *unit)
{
    static const struct {
        const char *name;
        double ns;
    } units[] = {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}};
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (unit && strcmp(unit, units[i].name) == 0)
            return units[i].ns;
    return NAN;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* The median of the repetitions that the program measured; NaN if one failed, or there is none. */
static double gbench_cost(const char *text)
{
    json_t *all = json_loads(text, 0, NULL);
    double values[SAMPLES_MAX];
    size_t i, count = 0;
    const json_t *row;
    bool failed = false;
    json_array_foreach(json_object_get(all, "benchmarks"), i, row)
    {
        double time = json_number_value(json_object_get(row, "real_time"));
        if (strcmp(text_of(row, "run_type"), "aggregate") == 0)
            continue;
        failed = failed || json_is_true(json_object_get(row, "error_occurred"));
        if (time > 0 && count < SAMPLES_MAX)
            values[count++] = time * unit_ns(text_of(row, "time_unit"));
    }
    json_decref(all);
    return failed ? NAN : stats_median(values, count);
}

/* The filter is an extended regular expression: what means something in one is escaped. */
static void write_filter(const char *name, char *filter, size_t size)
{
    size_t used = (size_t)snprintf(filter, size, "--benchmark_filter=^");
    for (; *name && used + 4 < size; name++) {
        if (strchr("\\^$.[]|()*+?{}", *name))
            filter[used++] = '\\';
        filter[used++] = *name;
    }
    strcpy(filter + used, "$");
}

static enum program_end run_gbench(const struct contender *c, const char *name, char **text,
                                   int *status)
{
    char filter[1024];
    write_filter(name, filter, sizeof(filter));
    const char *const argv[] = {c->program, filter, "--benchmark_format=json", NULL};
    return program_output(argv, measure_ns, ROOM, text, status);
}

int contender_measure(const struct contender *c, const char *name, uint32_t process, double *ns)
{
    char *text;
    int status;
    enum program_end end =
        c->is_lab ? run_lab(c, name, process, &text, &status) : run_gbench(c, name, &text, &status);
    *ns = NAN;
    if (end == PROGRAM_NO_START)
        return complain(EXIT_ENVIRONMENT, "%s can't be run any more", c->program);
    if (end == PROGRAM_ENDED)
        *ns = c->is_lab ? lab_cost(text) : gbench_cost(text);
    free(text);
    if (isnan(*ns) || *ns <= 0) {
        *ns = NAN;
        progress_note("%s: %s gave no time in round %u, which is left out", c->program, name,
                      process + 1);
    }
    return EXIT_OK;
}
