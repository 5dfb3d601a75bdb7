/* Opens a store for a command and closes it (with_run.h). No state. */
#include "harness/cli/with_run.h"
#include "harness/base/say.h"
#include "harness/store/runs.h"

int with_run(const char *db, const char *wanted,
             int (*work)(struct store *store, const struct run *run))
{
    struct store *store;
    struct run run;
    int exit_status = runs_open(db, wanted, &store, &run);
    if (exit_status != EXIT_OK)
        return exit_status;
    exit_status = work(store, &run);
    store_close(store);
    return exit_status;
}
