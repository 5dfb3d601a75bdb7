/* `hchanlab sweep`: plans, runs and stores. */
#include "harness/commands.h"
#include "harness/env.h"
#include "harness/plan.h"
#include "harness/rows.h"
#include "harness/say.h"
#include "harness/sweep.h"
#include "harness/topo.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static struct choices choices;
static const char *db = DEFAULT_STORE;
static bool dry_run;

/* Writes a word as a POSIX shell has to be given it: in single quotes where it holds more than what
 * means nothing to a shell, a single quote itself as '\''. */
static void put_word(FILE *out, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-+=,./:@%";
    if (word[0] && word[strspn(word, plain)] == '\0') {
        fputs(word, out);
        return;
    }
    fputc('\'', out);
    for (; *word; word++)
        if (*word == '\'')
            fputs("'\\''", out);
        else
            fputc(*word, out);
    fputc('\'', out);
}

static void put_option(FILE *out, const char *name, const char *value)
{
    fprintf(out, " --%s ", name);
    put_word(out, value);
}

static void put_words(FILE *out, const char *name, const struct word_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        put_option(out, name, list->items[i]);
}

static void put_uints(FILE *out, const char *name, const struct uint_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        if (i == 0)
            fprintf(out, " --%s ", name);
        fprintf(out, i ? ",%llu" : "%llu", (unsigned long long)list->items[i]);
    }
}

/* The command that repeats this sweep, from the choices as they were understood; the caller frees
 * it. NULL where memory ran out. */
static char *make_command(const struct plan *plan)
{
    char *command = NULL;
    size_t size;
    FILE *out = open_memstream(&command, &size);
    if (!out)
        return NULL;
    fprintf(out, "hchanlab sweep --%s", plan->mode);
    put_words(out, "scenario", &choices.scenarios);
    put_words(out, "variant", &choices.variants);
    put_uints(out, "capacity", &choices.capacity);
    put_uints(out, "elem", &choices.elem);
    put_uints(out, "threads", &choices.threads);
    if (choices.processes)
        put_uints(out, "reps", &(struct uint_list){{choices.processes}, 1});
    if (choices.place)
        put_option(out, "place", choices.place);
    if (strcmp(db, DEFAULT_STORE) != 0)
        put_option(out, "db", db);
    bool failed = ferror(out);
    if (fclose(out) == EOF || failed) {
        free(command);
        return NULL;
    }
    return command;
}

static int print_plan(const struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        printf("%s\n", plan->cells[i].name);
    double seconds = plan_seconds(plan);
    printf("%zu cells, %u processes each, %u windows of %.0f ms in each: about %.0f min %02.0f s\n",
           plan->count, plan->sampling.processes, plan->sampling.samples,
           (double)plan->sampling.window_ns / 1e6, floor(seconds / 60), fmod(seconds, 60));
    return EXIT_OK;
}

static int begin_run(struct store *store, const struct plan *plan, const struct topo *topo,
                     uint64_t seed, int64_t *id)
{
    char *command = make_command(plan);
    json_t *environment = env_collect(topo);
    char *environment_text = environment ? json_dumps(environment, JSON_COMPACT) : NULL;
    char *xml = topo_xml(topo);
    const struct run run = {
        .command = command,
        .mode = plan->mode,
        .environment = environment_text,
        .topology = xml,
        .seed = seed,
        .processes = plan->sampling.processes,
    };
    int status = command && environment_text && xml ? store_begin_run(store, &run, id) : -ENOMEM;
    json_decref(environment);
    free(command);
    free(environment_text);
    free(xml);
    return status;
}

/* The path scenarios' results, for whoever watches; all of it is in the store. */
static void print_results(struct store *store, int64_t run)
{
    struct row *rows;
    size_t count;
    if (rows_read(store, run, &rows, &count))
        return;
    printf("%-62s %10s  %-23s %7s %8s\n", "cell", "median ns", "interval", "purity", "x floor");
    for (size_t i = 0; i < count; i++) {
        const struct row *r = &rows[i];
        char interval[32] = "n/a", purity[16] = "n/a", ratio[16] = "n/a";
        if (isfinite(r->summary.ci_low_ns))
            snprintf(interval, sizeof(interval), "%.4g to %.4g", r->summary.ci_low_ns,
                     r->summary.ci_high_ns);
        if (isfinite(r->purity))
            snprintf(purity, sizeof(purity), "%.2f%%", 100 * r->purity);
        if (isfinite(r->floor_ratio))
            snprintf(ratio, sizeof(ratio), "%.2f", r->floor_ratio);
        if (r->status == TRIAL_OK)
            printf("%-62s %10.4g  %-23s %7s %8s\n", r->cell.name, r->summary.median_ns, interval,
                   purity, ratio);
        else
            printf("%-62s %s\n", r->cell.name, r->reason);
    }
    free(rows);
}

/* A cell that was skipped is no failure: the results say why. */
static int conclude(const struct sweep_result *result)
{
    if (result->failed)
        return complain(EXIT_WRONG,
                        "%llu processes failed, first %s: results of those cells "
                        "are marked",
                        (unsigned long long)result->failed, result->first_failure);
    if (result->timeout && result->ok == 0)
        return complain(EXIT_TIMEOUT,
                        "every process ran into its time limit, first %s: free the "
                        "machine, or choose fewer threads",
                        result->first_timeout);
    return EXIT_OK;
}

static int run_plan(const struct plan *plan, const struct topo *topo)
{
    char error[512];
    struct store *store = store_open(db, STORE_WRITE, error, sizeof(error));
    if (!store)
        return complain(EXIT_IO, "%s", error);
    uint64_t seed = 0;
    struct sweep_result result;
    int64_t id;
    int exit_status = EXIT_OK;
    /* SQLite keeps integers signed. */
    if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
        exit_status = complain(EXIT_ENVIRONMENT, "no random seed: %s", strerror(errno));
    seed >>= 1;
    if (exit_status == EXIT_OK && begin_run(store, plan, topo, seed, &id))
        exit_status = complain(EXIT_IO, "%s: %s", db, store_error(store));
    if (exit_status == EXIT_OK)
        exit_status = sweep_run(plan, store, id, seed, &result);
    if (exit_status == EXIT_OK) {
        printf("run %lld in %s\n", (long long)id, db);
        print_results(store, id);
        exit_status = conclude(&result);
    }
    store_close(store);
    return exit_status;
}

static int run(void)
{
    if (choices.quick && choices.full)
        return complain(EXIT_USAGE, "--quick and --full: choose one");
    struct topo *topo = topo_load(NULL);
    if (!topo)
        return complain(EXIT_ENVIRONMENT, "the topology can't be read: %s", strerror(errno));
    struct plan plan;
    int exit_status = plan_make(&plan, &choices, topo);
    if (exit_status == EXIT_OK) {
        exit_status = dry_run ? print_plan(&plan) : run_plan(&plan, topo);
        plan_free(&plan);
    }
    topo_free(topo);
    return exit_status;
}

static const struct option_spec options[] = {
    {.name = "quick",
     .kind = OPTION_FLAG,
     .value = &choices.quick,
     .help = "the four named variants, within three minutes on two PUs (the default)"},
    {.name = "full",
     .kind = OPTION_FLAG,
     .value = &choices.full,
     .help = "every variant, more values, more and longer windows"},
    {.name = "scenario",
     .kind = OPTION_WORDS,
     .value = &choices.scenarios,
     .argument = "S",
     .help = "only this scenario; may be repeated"},
    {.name = "variant",
     .kind = OPTION_WORDS,
     .value = &choices.variants,
     .argument = "V",
     .help = "only this variant; may be repeated"},
    {.name = "capacity",
     .kind = OPTION_UINT_LIST,
     .value = &choices.capacity,
     .min = 0,
     .max = 1000000,
     .argument = "N,..",
     .help = "the buffer's elements"},
    {.name = "elem",
     .kind = OPTION_UINT_LIST,
     .value = &choices.elem,
     .min = 0,
     .max = 65535,
     .argument = "BYTES,..",
     .help = "an element's bytes"},
    {.name = "threads",
     .kind = OPTION_UINT_LIST,
     .value = &choices.threads,
     .min = 1,
     .max = 1024,
     .argument = "N,..",
     .help = "worker threads"},
    {.name = "reps",
     .kind = OPTION_UINT,
     .value = &choices.processes,
     .min = 1,
     .max = 1000,
     .argument = "N",
     .help = "processes that each cell is measured in"},
    {.name = "place",
     .kind = OPTION_WORD,
     .value = &choices.place,
     .argument = "RELATION",
     .help = "how the PUs used are related: same-pu, smt, l2, l3, package or machine"},
    {.name = "db",
     .kind = OPTION_WORD,
     .value = &db,
     .argument = "FILE",
     .help = "the store (default " DEFAULT_STORE ")"},
    {.name = "dry-run",
     .kind = OPTION_FLAG,
     .value = &dry_run,
     .help = "print the cells and the expected time, and run nothing"},
    {0},
};

const struct command cmd_sweep = {
    .name = "sweep",
    .summary = "measure a plan of cells and store what comes",
    .usage = "",
    .options = options,
    .run = run,
};
