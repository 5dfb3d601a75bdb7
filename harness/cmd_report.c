/* `hchanlab report`: exports a run as tables and has the page made from them. */
#include "harness/commands.h"
#include "harness/runs.h"
#include "harness/say.h"
#include "harness/staging.h"
#include "harness/tables.h"
#include "plots/page.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

static const char *wanted;
static const char *db = DEFAULT_STORE;
static const char *out = DEFAULT_REPORT;

/* Makes the report in the staging folder. EXIT_OK, or another exit status after one complaint. */
static int make_report(struct store *store, const struct run *run, const struct staging *staging)
{
    char data[PATH_MAX + 8], error[512];
    snprintf(data, sizeof(data), "%s/data", staging->made);
    int status = tables_write(store, run, data, error, sizeof(error));
    if (status)
        return complain(EXIT_IO, "%s", error);
    status = page_build(staging->made, error, sizeof(error));
    if (!status)
        return EXIT_OK;
    /* The user knows the place and not the folder inside it. */
    size_t made = strlen(staging->made);
    bool inside = strncmp(error, staging->made, made) == 0;
    return complain(status == -ENOEXEC ? EXIT_ENVIRONMENT : EXIT_IO, "%s%s",
                    inside ? staging->place : "", inside ? error + made : error);
}

static int write_report(struct store *store, const struct run *run)
{
    struct staging staging;
    int status = staging_begin(&staging, out);
    if (status)
        return complain(EXIT_IO, "%s: %s: choose a folder that can be written with -o", out,
                        strerror(-status));
    int exit_status = make_report(store, run, &staging);
    if (exit_status != EXIT_OK) {
        staging_abandon(&staging);
        return exit_status;
    }
    status = staging_commit(&staging);
    if (status)
        return complain(EXIT_IO,
                        "%s: the report could not be put there (%s): choose another "
                        "folder with -o",
                        out, strerror(-status));
    printf("%s/index.html\n", staging.place);
    return EXIT_OK;
}

static int run(void)
{
    struct store *store;
    struct run run;
    int exit_status = runs_open(db, wanted, &store, &run);
    if (exit_status != EXIT_OK)
        return exit_status;
    exit_status = write_report(store, &run);
    store_close(store);
    return exit_status;
}

static const struct option_spec options[] = {
    {.name = "db",
     .kind = OPTION_WORD,
     .value = &db,
     .argument = "FILE",
     .help = "the store (default " DEFAULT_STORE ")"},
    {.name = "o",
     .kind = OPTION_WORD,
     .value = &out,
     .argument = "DIR",
     .help = "where the report goes (default " DEFAULT_REPORT ")"},
    {0},
};

const struct command cmd_report = {
    .name = "report",
    .summary = "write a run's report: DIR/index.html and DIR/report.md",
    .usage = "[RUN]",
    .options = options,
    .positional = &wanted,
    .positional_max = 1,
    .run = run,
};
