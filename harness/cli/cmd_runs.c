/* `hchanlab runs`: lists the runs of a store, for people, for scripts, and for shells that complete
 * their names. The options' values are its only state. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/say.h"
#include "harness/cli/commands.h"
#include "harness/cli/user_store.h"
#include "harness/machine/doctor.h"
#include "harness/store/store.h"
#include "harness/tell/utf8.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *db;
static bool as_json, as_tsv, names_only;

enum { TEXT_MAX = 256 };

/* A run as it is listed. A text that is not known is "". */
struct listed {
    const struct run *run;
    uint64_t cells;
    double seconds; /* below 0 if the run did not end */
    char grade[2], commit[TEXT_MAX], machine[TEXT_MAX];
};

static int count_cell(void *arg, int64_t id, const struct cell *cell)
{
    (void)id;
    (void)cell;
    ++*(uint64_t *)arg;
    return 0;
}

/* How long it took, from two moments in ISO 8601. */
static double seconds_of(const struct run *run)
{
    struct tm begin = {0}, end = {0};
    static const char format[] = "%Y-%m-%dT%H:%M:%SZ";
    if (!run->finished || !strptime(run->started, format, &begin) ||
        !strptime(run->finished, format, &end))
        return -1;
    return difftime(timegm(&end), timegm(&begin));
}

static const char *fact_of(const json_t *environment, const char *key)
{
    const char *text = json_string_value(json_object_get(environment, key));
    return text ? text : "";
}

/* What the run's environment says of it. The commit is short, with a + if files differed. */
static void read_environment(struct listed *l)
{
    enum { SHORT = 12 };
    struct finding findings[FINDINGS_MAX];
    json_t *environment = json_loads(l->run->environment, 0, NULL);
    bool dirty = strcmp(fact_of(environment, "hchanlab_dirty"), "yes") == 0;
    size_t count = doctor_examine(environment, findings);
    l->grade[0] = doctor_grade(findings, count);
    snprintf(l->commit, sizeof(l->commit), "%.*s%s", SHORT, fact_of(environment, "hchanlab_commit"),
             dirty ? "+" : "");
    snprintf(l->machine, sizeof(l->machine), "%s, %s", fact_of(environment, "hostname"),
             fact_of(environment, "cpu_model"));
    json_decref(environment);
}

/* A field of a line: no control characters, so that it stays one. */
static void put_field(const char *text, const char *end)
{
    if (!text || !text[0])
        text = "n/a";
    for (; *text; text++)
        putchar((unsigned char)*text < ' ' ? ' ' : *text);
    fputs(end, stdout);
}

static const char tsv_header[] =
    "run\tstarted\tname\tmode\tgrade\tcells\tseconds\tcommit\tmachine\t"
    "note";

static void print_tsv(const struct listed *l)
{
    char seconds[24] = "";
    if (l->seconds >= 0)
        snprintf(seconds, sizeof(seconds), "%.0f", l->seconds);
    printf("%lld\t", (long long)l->run->id);
    put_field(l->run->started, "\t");
    put_field(l->run->name, "\t");
    put_field(l->run->mode, "\t");
    printf("%s\t%llu\t", l->grade, (unsigned long long)l->cells);
    put_field(seconds, "\t");
    put_field(l->commit, "\t");
    put_field(l->machine, "\t");
    put_field(l->run->note, "\n");
}

static void print_text(const struct listed *l)
{
    char took[24] = "no end";
    long seconds = (long)l->seconds;
    if (seconds >= 0)
        snprintf(took, sizeof(took), "%ld:%02ld", seconds / 60, seconds % 60);
    printf("%-4lld %-20s %-5s %5llu %8s  %-13s ", (long long)l->run->id, l->run->started, l->grade,
           (unsigned long long)l->cells, took, l->commit[0] ? l->commit : "n/a");
    put_field(l->machine, l->run->name ? "  " : "");
    if (l->run->name)
        put_field(l->run->name, "");
    putchar('\n');
    if (l->run->note) {
        fputs("     ", stdout);
        put_field(l->run->note, "\n");
    }
}

static json_t *text_or_null(const char *text)
{
    json_t *value = text && text[0] ? utf8_json(text) : NULL;
    return value ? value : json_null();
}

static int add_json(json_t *list, const struct listed *l)
{
    const struct run *run = l->run;
    json_t *one = json_pack("{s:I s:o s:o s:o s:o s:o s:s s:I s:o s:o s:o s:o s:I}", "run",
                            (json_int_t)run->id, "started", text_or_null(run->started), "finished",
                            text_or_null(run->finished), "name", text_or_null(run->name), "note",
                            text_or_null(run->note), "mode", text_or_null(run->mode), "grade",
                            l->grade, "cells", (json_int_t)l->cells, "seconds",
                            l->seconds < 0 ? json_null() : json_real(l->seconds), "commit",
                            text_or_null(l->commit), "machine", text_or_null(l->machine), "command",
                            text_or_null(run->command), "seed", (json_int_t)run->seed);
    return one && json_array_append_new(list, one) == 0 ? 0 : -ENOMEM;
}

static void print_names(const struct listed *l)
{
    printf("%lld\n", (long long)l->run->id);
    if (l->run->name)
        puts(l->run->name);
}

static int each_run(struct store *store, json_t *list)
{
    struct run run;
    int64_t id = 0;
    int status;
    while ((status = store_next_run(store, &id)) == 0) {
        struct listed l = {.run = &run};
        status = store_find_run(store, id, &run);
        if (!status)
            status = store_each_cell(store, id, count_cell, &l.cells);
        if (status)
            break;
        l.seconds = seconds_of(&run);
        read_environment(&l);
        if (as_json)
            status = add_json(list, &l);
        else if (names_only)
            print_names(&l);
        else if (as_tsv)
            print_tsv(&l);
        else
            print_text(&l);
        if (status)
            break;
    }
    return status == -ENOENT ? 0 : status;
}

static int print_runs(struct store *store)
{
    json_t *list = json_array();
    if (as_tsv)
        puts(tsv_header);
    else if (!as_json && !names_only)
        printf("%-4s %-20s %-5s %5s %8s  %-13s %s\n", "run", "started", "grade", "cells", "min:s",
               "commit", "machine, name, note");
    int status = each_run(store, list);
    if (!status && as_json) {
        json_dumpf(list, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
        putchar('\n');
    }
    json_decref(list);
    return status ? complain(EXIT_IO, "%s: %s: name another store with --db", db,
                             status == -ENOMEM ? "out of memory" : store_error(store))
                  : EXIT_OK;
}

static int cmd_runs_run(void)
{
    char error[512];
    if (as_json + as_tsv + names_only > 1)
        return complain(EXIT_USAGE, "--json, --tsv and --names: choose one");
    int status = user_store_find(&db);
    if (status != EXIT_OK)
        return status;
    struct store *store = store_open(db, STORE_READ, error, sizeof(error));
    if (!store)
        return complain(EXIT_IO, "%s", error);
    status = print_runs(store);
    store_close(store);
    return status;
}

static const struct option_spec options[] = {
    STORE_OPTION(&db),
    {.name = "json",
     .kind = OPTION_FLAG,
     .value = &as_json,
     .help = "a JSON array with an object for each run"},
    {.name = "tsv",
     .kind = OPTION_FLAG,
     .value = &as_tsv,
     .help = "a header and a line for each run, with tabs between the fields"},
    {.name = "names",
     .kind = OPTION_FLAG,
     .value = &names_only,
     .help = "only the numbers and names that other commands take, a line each"},
    {0},
};

const struct command cmd_runs = {
    .name = "runs",
    .summary = "list the runs of a store",
    .usage = "",
    .about = "For each run: its number, when it began, the machine's grade at that time, how many "
             "cells it has, how long it took, the commit that the program was built from (with a + "
             "if files differed from it), the machine, and the name and the note that "
             "hchanlab-sweep(1) was given.",
    .examples = "hchanlab runs\n"
                "hchanlab runs --tsv | cut -f 1,3",
    .options = options,
    .run = cmd_runs_run,
};
