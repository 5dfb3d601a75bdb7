/* Opens a store for a command and closes it (with_run.h). No state. */
/* SPDX-License-Identifier: MIT */
#include "harness/cli/with_run.h"
#include "harness/base/say.h"
#include "harness/cli/user_store.h"
#include "harness/store/runs.h"

int with_run(struct run_choice *choice, int (*work)(struct store *store, const struct run *run))
{
    struct store *store;
    struct run run;
    if (choice->word && choice->named)
        return complain(EXIT_USAGE, "'%s' and --run %s: name one run", choice->word, choice->named);
    int exit_status = user_store_find(&choice->db);
    if (exit_status == EXIT_OK)
        exit_status =
            runs_open(choice->db, choice->word ? choice->word : choice->named, &store, &run);
    if (exit_status != EXIT_OK)
        return exit_status;
    exit_status = work(store, &run);
    store_close(store);
    return exit_status;
}
