/* `hchanlab report`: exports a run as tables, builds the page from them in a staging folder, and
 * puts both in place when they are complete. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/say.h"
#include "harness/cli/commands.h"
#include "harness/cli/with_run.h"
#include "harness/sweep/signals.h"
#include "harness/tell/staging.h"
#include "harness/tell/tables.h"
#include "plots/page.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

static struct run_choice chosen;
static const char *out;

/* Makes the report in the staging folder. EXIT_OK, or another exit status with a sentence. */
static int make_report(struct store *store, const struct run *run, const struct staging *staging,
                       char *error, size_t size)
{
    char data[PATH_MAX + 8], page_error[512];
    snprintf(data, sizeof(data), "%s/data", staging->made);
    int status = tables_write(store, run, data, error, size);
    if (status)
        return EXIT_IO;
    status = page_build(staging->made, page_error, sizeof(page_error));
    if (!status)
        return EXIT_OK;
    /* The user knows the place, but not the staging folder inside it. */
    size_t made = strlen(staging->made);
    bool inside = strncmp(page_error, staging->made, made) == 0;
    snprintf(error, size, "%s%s", inside ? staging->place : "",
             inside ? page_error + made : page_error);
    return status == -ENOEXEC ? EXIT_ENVIRONMENT : status == -ENOPKG ? EXIT_INSTALLATION : EXIT_IO;
}

/* Complains that nothing can be put there. */
static int refuse_place(const struct staging *staging, int status)
{
    if (status == -ENOTEMPTY)
        return complain(EXIT_IO,
                        "%s holds other things than a report: name an empty or a new folder with "
                        "-o, such as %s/report",
                        out, out);
    if (status == -EEXIST || status == -EISDIR)
        return complain(EXIT_IO,
                        "%s/%s exists and is not from a report: choose another folder "
                        "with -o",
                        out, staging->blocked);
    return complain(EXIT_IO,
                    "%s: the report could not be put there (%s): choose another folder with -o",
                    out, strerror(-status));
}

static int stage_report(struct store *store, const struct run *run)
{
    struct staging staging;
    char error[PATH_MAX + 512];
    int status = staging_begin(&staging, out);
    if (status)
        return refuse_place(&staging, status);
    int exit_status = make_report(store, run, &staging, error, sizeof(error));
    if (signals_interrupted() || exit_status != EXIT_OK) {
        staging_abandon(&staging);
        return signals_interrupted() ? complain(EXIT_INTERRUPTED, "interrupted: no report was made")
                                     : complain(exit_status, "%s", error);
    }
    status = staging_commit(&staging);
    if (status)
        return refuse_place(&staging, status);
    printf("%s/index.html\n", staging.place);
    return EXIT_OK;
}

/* The folder report/ beside the store. */
static int find_place(void)
{
    static char beside[PATH_MAX];
    const char *slash = strrchr(chosen.db, '/');
    int length = slash ? (int)(slash - chosen.db) + 1 : 0;
    if (!out &&
        snprintf(beside, sizeof(beside), "%.*sreport", length, chosen.db) >= (int)sizeof(beside))
        return complain(EXIT_USAGE, "the path of the store is too long: name a folder with -o");
    if (!out)
        out = beside;
    return EXIT_OK;
}

static int write_report(struct store *store, const struct run *run)
{
    struct signals signals;
    int found = find_place();
    if (found != EXIT_OK)
        return found;
    signals_catch(&signals); /* so that nothing half made remains */
    int exit_status = stage_report(store, run);
    signals_release(&signals);
    return exit_status;
}

static int cmd_report_run(void)
{
    return with_run(&chosen, write_report);
}

static const struct option_spec options[] = {
    RUN_OPTIONS(&chosen),
    {.name = "o",
     .kind = OPTION_WORD,
     .value = &out,
     .argument = "DIR",
     .help = "where the report goes (default: report, beside the store)",
     .offer = {.path = FOLDER_PATH}},
    {0},
};

const struct command cmd_report = {
    .name = "report",
    .summary = "write a run's report: DIR/index.html and DIR/report.md",
    .usage = "[RUN]",
    .about =
        "Makes a page from a run, the latest one if none is named: index.html, complete in itself, "
        "and the same as report.md. The folder data has the tables that both are made from.\n\n"
        "A report replaces an older one in the same folder when it is complete, and leaves files "
        "that no report has made. Into a folder that holds other things it is not put.\n\n"
        "gnuplot draws the charts.",
    .examples = "hchanlab report\n"
                "hchanlab report --run before -o /tmp/before",
    .offer = OFFER_RUNS,
    .options = options,
    .positional = &chosen.word,
    .positional_max = 1,
    .run = cmd_report_run,
};
