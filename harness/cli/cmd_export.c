/* `hchanlab export`: writes a run to standard output in another tool's format. */
#include "harness/base/say.h"
#include "harness/cli/commands.h"
#include "harness/store/runs.h"
#include "harness/tell/export.h"
#include <stdlib.h>
#include <string.h>

static const char *wanted;
static const char *db = DEFAULT_STORE;
static const char *format = "gbench";

/* One row for each format. */
static const struct {
    const char *name;
    int (*export)(FILE *out, struct store *s, const struct run *run, const struct row *rows,
                  size_t count);
} formats[] = {{"gbench", export_gbench}, {"go", export_go}, {"csv", export_csv}};

enum { FORMATS = sizeof(formats) / sizeof(formats[0]) };

static int find_format(size_t *index)
{
    const char *names[FORMATS];
    for (*index = 0; *index < FORMATS; ++*index) {
        if (strcmp(formats[*index].name, format) == 0)
            return EXIT_OK;
        names[*index] = formats[*index].name;
    }
    const char *near = nearest(format, names, FORMATS);
    return near ? complain(EXIT_USAGE, "no format '%s': did you mean '%s'?", format, near)
                : complain(EXIT_USAGE, "no format '%s': one of gbench, go, csv", format);
}

static int export_run(struct store *store, const struct run *run, size_t index)
{
    struct row *rows;
    size_t count;
    int status = rows_read(store, run, &rows, &count);
    if (!status) {
        status = formats[index].export(stdout, store, run, rows, count);
        free(rows);
    }
    /* What was written to standard output is checked at the end of main(). */
    if (!status || ferror(stdout))
        return EXIT_OK;
    const char *why = store_error(store);
    return complain(EXIT_IO, "%s: %s: run %lld is not exported", db,
                    why[0] ? why : strerror(-status), (long long)run->id);
}

static int cmd_export_run(void)
{
    struct store *store;
    struct run found;
    size_t index;
    int exit_status = find_format(&index);
    if (exit_status == EXIT_OK)
        exit_status = runs_open(db, wanted, &store, &found);
    if (exit_status != EXIT_OK)
        return exit_status;
    exit_status = export_run(store, &found, index);
    store_close(store);
    return exit_status;
}

static const struct option_spec options[] = {
    {.name = "db",
     .kind = OPTION_WORD,
     .value = &db,
     .argument = "FILE",
     .help = "the store (default " DEFAULT_STORE ")"},
    {.name = "format",
     .kind = OPTION_WORD,
     .value = &format,
     .argument = "FORMAT",
     .help = "gbench (Google Benchmark's JSON, the default), go (benchstat reads it), or csv"},
    {0},
};

const struct command cmd_export = {
    .name = "export",
    .summary = "write a run to standard output for another tool",
    .usage = "[RUN]",
    .options = options,
    .positional = &wanted,
    .positional_max = 1,
    .run = cmd_export_run,
};
