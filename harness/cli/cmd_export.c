/* `hchanlab export`: writes a run to standard output in another tool's format. */
/* SPDX-License-Identifier: MIT */
#include "core/base/nearest.h"
#include "harness/base/say.h"
#include "harness/cli/commands.h"
#include "harness/cli/export_otava.h"
#include "harness/cli/with_run.h"
#include "harness/scenarios/scenarios.h"
#include "harness/sweep/peers.h"
#include "harness/tell/export.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct run_choice choice;
static const char *format = "gbench";

/* One row for each format: of a run's rows, or of all runs up to this one. */
static const struct {
    const char *name;
    int (*export)(FILE *out, struct store *s, const struct run *run, const struct row *rows,
                  size_t count);
    int (*history)(FILE *out, struct store *s, const struct run *run);
} formats[] = {
    {"gbench", export_gbench, NULL},   {"go", export_go, NULL},       {"csv", export_csv, NULL},
    {"bencher", export_bencher, NULL}, {"otava", NULL, export_otava},
};

enum { FORMATS = sizeof(formats) / sizeof(formats[0]) };

static size_t chosen; /* the format's row */

static int find_format(void)
{
    const char *names[FORMATS];
    for (chosen = 0; chosen < FORMATS; chosen++) {
        if (strcmp(formats[chosen].name, format) == 0)
            return EXIT_OK;
        names[chosen] = formats[chosen].name;
    }
    const char *near = nearest(format, names, FORMATS);
    return near ? complain(EXIT_USAGE, "no format '%s': did you mean '%s'?", format, near)
                : complain(EXIT_USAGE, "no format '%s': one of gbench, go, csv, bencher, otava",
                           format);
}

/* How many take part, where each scenario of that name has as many; 0 if the lab has no such. */
static uint64_t parties_of(const char *scenario)
{
    const struct scenario *const *const lists[] = {scenarios_any(), scenario_all(""),
                                                   peers_own_scenarios()};
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        for (const struct scenario *const *s = lists[i]; *s; s++)
            if (strcmp((*s)->name, scenario) == 0)
                return (*s)->threads.normal;
    return 0;
}

static int export_rows(struct store *store, const struct run *run)
{
    struct row *rows;
    size_t count;
    int status = rows_read(store, run, &rows, &count);
    for (size_t i = 0; !status && i < count; i++)
        if (!rows[i].parties)
            rows[i].parties = parties_of(rows[i].cell.scenario);
    if (!status) {
        status = formats[chosen].export(stdout, store, run, rows, count);
        free(rows);
    }
    return status;
}

static int export_run(struct store *store, const struct run *run)
{
    long long id = (long long)run->id; /* the store forgets the run when it reads another */
    int status = formats[chosen].history ? formats[chosen].history(stdout, store, run)
                                         : export_rows(store, run);
    if (status == -ENODATA)
        return complain(EXIT_USAGE,
                        "run %lld has no cell with two variants that all runs of its plan have: "
                        "export another run",
                        id);
    /* What was written to standard output is checked at the end of main(). */
    if (!status || ferror(stdout))
        return EXIT_OK;
    const char *why = store_error(store);
    return complain(EXIT_IO, "%s: %s: run %lld is not exported", choice.db,
                    why[0] ? why : strerror(-status), id);
}

static int cmd_export_run(void)
{
    int exit_status = find_format();
    return exit_status == EXIT_OK ? with_run(&choice, export_run) : exit_status;
}

static const struct option_spec options[] = {
    RUN_OPTIONS(&choice),
    {.name = "format",
     .kind = OPTION_WORD,
     .value = &format,
     .argument = "FORMAT",
     .help = "gbench (Google Benchmark's JSON, the default), go (benchstat reads it), csv, bencher "
             "or otava",
     .offer = {.words = "gbench go csv bencher otava"}},
    {0},
};

const struct command cmd_export = {
    .name = "export",
    .summary = "write a run to standard output for another tool",
    .usage = "[RUN]",
    .about =
        "Writes a run, the latest one if none is named, in a format of another tool: gbench is "
        "the JSON of Google Benchmark, with a row for each process of a cell and for each "
        "aggregate of these; go is Go's benchmark format, a line for each process; csv has the "
        "columns of a report's cells.tsv; bencher is Bencher's metric format, a latency for each "
        "cell. otava is a CSV of the store's history for Apache Otava, which looks for change "
        "points: a line for each run of the same plan on the same machine up to this one, with "
        "ratios of variants that ran side by side, since costs of different runs compare nothing.",
    .examples = "hchanlab export --format csv >run.csv\n"
                "hchanlab export --run before --format go >before.txt",
    .offer = OFFER_RUNS,
    .options = options,
    .positional = &choice.word,
    .positional_max = 1,
    .run = cmd_export_run,
};
