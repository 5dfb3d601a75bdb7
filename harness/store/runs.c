/* Finds the run that a command line names, and complains if it can't (runs.h). It owns no state. */
/* SPDX-License-Identifier: MIT */
#include "harness/store/runs.h"
#include "harness/base/say.h"
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char latest_word[] = "latest";

bool runs_is_name(const char *word)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "._+-";
    size_t length = strlen(word);
    return isalpha((unsigned char)word[0]) && length <= RUN_NAME_MAX &&
           strspn(word, allowed) == length && strcmp(word, latest_word) != 0;
}

/* Reads a run's number, 0 for the latest; false if the word is neither a number from 1 nor
 * "latest".
 */
static bool parse_run(const char *wanted, int64_t *id)
{
    *id = 0;
    if (!wanted || strcmp(wanted, latest_word) == 0)
        return true;
    char *end;
    errno = 0;
    *id = strtoll(wanted, &end, 10);
    return isdigit((unsigned char)wanted[0]) && *end == '\0' && errno == 0 && *id > 0;
}

/* Refuses a name that no run of the store has. */
static int explain_missing_name(const char *db, const char *name)
{
    return complain(EXIT_USAGE, "no run '%s' in %s: `hchanlab runs` shows those that are there",
                    name, db);
}

static int explain_missing_run(struct store *store, const char *db, int64_t id)
{
    struct run latest;
    if (store_find_run(store, 0, &latest))
        return complain(EXIT_USAGE, "%s holds no run yet: make one with `hchanlab sweep`", db);
    return complain(EXIT_USAGE, "no run %lld in %s: the latest is %lld", (long long)id, db,
                    (long long)latest.id);
}

static int open_run(const char *db, const char *wanted, enum store_mode mode, struct store **store,
                    struct run *run)
{
    char error[512];
    int64_t id;
    bool numbered = parse_run(wanted, &id);
    if (!numbered && !runs_is_name(wanted))
        return complain(EXIT_USAGE, "'%s' is no run: give its number, its name, or `latest`",
                        wanted);
    if (mode == STORE_WRITE && access(db, F_OK)) /* it would be made */
        return complain(EXIT_IO,
                        "%s can't be opened (%s): make a store with `hchanlab sweep`, or name one "
                        "with --db",
                        db, strerror(errno));
    *store = store_open(db, mode, error, sizeof(error));
    if (!*store)
        return complain(EXIT_IO, "%s", error);
    int status = numbered ? 0 : store_named_run(*store, wanted, &id);
    if (!status)
        status = store_find_run(*store, id, run);
    int exit_status = EXIT_OK;
    if (status == -ENOENT)
        exit_status =
            numbered ? explain_missing_run(*store, db, id) : explain_missing_name(db, wanted);
    else if (status)
        exit_status = complain(EXIT_IO, "%s: %s", db, store_error(*store));
    if (exit_status != EXIT_OK)
        store_close(*store);
    return exit_status;
}

int runs_open(const char *db, const char *wanted, struct store **store, struct run *run)
{
    return open_run(db, wanted, STORE_READ, store, run);
}

int runs_open_to_write(const char *db, const char *wanted, struct store **store, struct run *run)
{
    return open_run(db, wanted, STORE_WRITE, store, run);
}
