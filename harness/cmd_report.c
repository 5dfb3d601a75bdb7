/* `hchanlab report`: exports a run as tables and has the page made from them. */
#include "harness/commands.h"
#include "harness/runs.h"
#include "harness/say.h"
#include "harness/tables.h"
#include "plots/page.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const char *wanted;
static const char *db = DEFAULT_STORE;
static const char *out = DEFAULT_REPORT;

/* Makes a folder and those above it. 0, or a negative errno. */
static int make_folders(const char *path)
{
    char part[PATH_MAX];
    if (snprintf(part, sizeof(part), "%s", path) >= (int)sizeof(part))
        return -ENAMETOOLONG;
    for (char *p = part + 1;; p++) {
        if (*p != '/' && *p != '\0')
            continue;
        char kept = *p;
        *p = '\0';
        struct stat st;
        if (mkdir(part, 0777) && (errno != EEXIST || stat(part, &st)))
            return -errno;
        if (kept == '\0')
            return stat(part, &st) ? -errno : S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
        *p = kept;
    }
}

static int write_report(struct store *store, const struct run *run)
{
    char data[PATH_MAX], error[512];
    if (snprintf(data, sizeof(data), "%s/data", out) >= (int)sizeof(data))
        return complain(EXIT_USAGE, "-o: the path is too long: choose a shorter one");
    int status = make_folders(data);
    if (status)
        return complain(EXIT_IO, "%s: %s: choose a folder that can be written with -o", data,
                        strerror(-status));
    status = tables_write(store, run, data);
    if (status)
        return complain(EXIT_IO, "%s: the tables could not be written: %s", data,
                        strerror(-status));
    status = page_build(out, error, sizeof(error));
    if (status)
        return complain(status == -ENOEXEC ? EXIT_ENVIRONMENT : EXIT_IO, "%s", error);
    printf("%s/index.html\n", out);
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
