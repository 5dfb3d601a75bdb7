/* `hchanlab sweep`: plans, runs and stores. */
#include "harness/base/numbers.h"
#include "harness/base/say.h"
#include "harness/cli/commands.h"
#include "harness/machine/doctor.h"
#include "harness/machine/env.h"
#include "harness/machine/topo.h"
#include "harness/scenarios/scenario.h"
#include "harness/sweep/peers.h"
#include "harness/sweep/plan.h"
#include "harness/sweep/sweep.h"
#include "harness/tell/rows.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static struct choices choices;
static const char *db = DEFAULT_STORE;
static bool dry_run;
static uint64_t chosen_seed;

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
static char *make_command(const struct plan *plan, uint64_t seed)
{
    char *command = NULL;
    size_t size;
    FILE *out = open_memstream(&command, &size);
    if (!out)
        return NULL;
    fprintf(out, "hchanlab sweep --%s", plan->mode);
    put_words(out, "scenario", &choices.scenarios);
    put_words(out, "group", &choices.groups);
    put_words(out, "variant", &choices.variants);
    if (choices.peers)
        fprintf(out, " --peers");
    put_uints(out, "capacity", &choices.capacity);
    put_uints(out, "elem", &choices.elem);
    put_uints(out, "threads", &choices.threads);
    put_uints(out, "work", &choices.work);
    if (choices.processes)
        put_uints(out, "reps", &(struct uint_list){{choices.processes}, 1});
    if (choices.place)
        put_option(out, "place", choices.place);
    put_uints(out, "seed", &(struct uint_list){{seed}, 1});
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

/* One line before a sweep whose figures will not be worth much; the doctor says more. */
static void warn_of_machine(const json_t *environment)
{
    struct finding findings[FINDINGS_MAX];
    size_t count = doctor_examine(environment, findings);
    char grade = doctor_grade(findings, count);
    if (grade >= 'D')
        fprintf(stderr, "this machine is graded %c now: %s: %s (`hchanlab doctor` says more)\n",
                grade, findings[0].check, findings[0].seen);
}

/* The versions of the plan's peers. */
static void add_peers(json_t *environment, const struct plan *plan)
{
    char key[LABEL_MAX + 8];
    for (size_t i = 0; environment && i < plan->count; i++) {
        const struct peer *peer = peer_find(plan->cells[i].variant);
        if (!peer)
            continue;
        snprintf(key, sizeof(key), "peer_%s", peer->name);
        json_object_set_new(environment, key, json_string(peer->version));
    }
}

static bool plan_has(const struct plan *plan, const char *variant)
{
    size_t i = 0;
    while (i < plan->count && strcmp(plan->cells[i].variant, variant) != 0)
        i++;
    return i < plan->count;
}

/* The names of the plan's variants whose parties are goroutines, between spaces; "none". */
static void add_goroutines(json_t *environment, const struct plan *plan)
{
    char *names = NULL;
    size_t size;
    FILE *out = open_memstream(&names, &size);
    if (!out)
        return;
    for (const struct hchan_variant *v = hchan_variant_next(NULL); v; v = hchan_variant_next(v))
        if (bench_has_goroutines(v) && plan_has(plan, hchan_variant_name(v)))
            fprintf(out, "%s%s", ftell(out) > 0 ? " " : "", hchan_variant_name(v));
    if (fclose(out) == 0 && environment)
        json_object_set_new(environment, "goroutines", json_string(names[0] ? names : "none"));
    free(names);
}

static int begin_run(struct store *store, const struct plan *plan, const struct topo *topo,
                     uint64_t seed, int64_t *id)
{
    char *command = make_command(plan, seed);
    json_t *environment = env_collect(topo);
    add_peers(environment, plan);
    add_goroutines(environment, plan);
    warn_of_machine(environment);
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

static void print_row(const struct row *r, int width)
{
    double low = r->summary.ci_low_ns, high = r->summary.ci_high_ns;
    if (r->status != TRIAL_OK) {
        printf("%-*s %s\n", width, r->cell.name, r->reason);
        return;
    }
    printf("%-*s %10s  %-20s %7s %9s\n", width, r->cell.name,
           number_median(r->summary.median_ns, low, high).text, number_range(low, high).text,
           number_share(r->purity).text, number_times(r->floor_ratio).text);
}

/* The results, for whoever watches; all of it is in the store. */
static void print_results(struct store *store, int64_t run)
{
    struct run found;
    struct row *rows;
    size_t count;
    int width = (int)strlen("cell");
    if (store_find_run(store, run, &found) || rows_read(store, &found, &rows, &count))
        return;
    for (size_t i = 0; i < count; i++) {
        int length = (int)strlen(rows[i].cell.name);
        width = length > width ? length : width;
    }
    printf("%-*s %10s  %-20s %7s %9s\n", width, "cell", "median ns", "interval", "purity",
           "x floor");
    for (size_t i = 0; i < count; i++)
        print_row(&rows[i], width);
    free(rows);
}

/* What went wrong, in one line and the exit status. Cells that ran out of time in some processes
 * are results like others, but marked. */
static int conclude(const struct sweep_result *result)
{
    const uint64_t *count = result->count;
    if (count[TRIAL_LACKING])
        fprintf(stderr, "%llu processes of peers had nothing to measure, first %s\n",
                (unsigned long long)count[TRIAL_LACKING], result->first[TRIAL_LACKING]);
    if (count[TRIAL_FAILED])
        return complain(EXIT_WRONG,
                        "%llu processes failed, first %s: results of those cells "
                        "are marked",
                        (unsigned long long)count[TRIAL_FAILED], result->first[TRIAL_FAILED]);
    bool none_in_time =
        count[TRIAL_OK] == 0 || (result->variants_timeout && result->variants_ok == 0);
    if (count[TRIAL_TIMEOUT] && none_in_time && count[TRIAL_SKIPPED] == 0)
        return complain(EXIT_TIMEOUT,
                        "no process of a variant ended in time, first %s: free the "
                        "machine, or choose fewer threads",
                        result->first[TRIAL_TIMEOUT]);
    if (count[TRIAL_SKIPPED])
        return complain(EXIT_ENVIRONMENT,
                        "%llu processes could not measure here, first %s: results of those cells "
                        "are marked",
                        (unsigned long long)count[TRIAL_SKIPPED], result->first[TRIAL_SKIPPED]);
    if (count[TRIAL_TIMEOUT])
        fprintf(stderr,
                "%llu processes ran out of time, first %s: results of those cells are marked\n",
                (unsigned long long)count[TRIAL_TIMEOUT], result->first[TRIAL_TIMEOUT]);
    return EXIT_OK;
}

/* The order's seed: the user's, or one of chance. SQLite keeps integers signed. */
static int find_seed(uint64_t *seed)
{
    *seed = chosen_seed;
    if (*seed)
        return EXIT_OK;
    if (getrandom(seed, sizeof(*seed), 0) != sizeof(*seed))
        return complain(EXIT_ENVIRONMENT, "no random seed: %s: give one with --seed",
                        strerror(errno));
    *seed = *seed >> 1 | 1;
    return EXIT_OK;
}

static int run_into(struct store *store, const struct plan *plan, const struct topo *topo)
{
    uint64_t seed;
    struct sweep_result result;
    int64_t id;
    int exit_status = find_seed(&seed);
    if (exit_status == EXIT_OK && begin_run(store, plan, topo, seed, &id))
        exit_status = complain(EXIT_IO, "%s: %s", db, store_error(store));
    if (exit_status == EXIT_OK)
        exit_status = sweep_run(plan, store, id, seed, &result);
    if (exit_status == EXIT_OK && store_check_place(store))
        exit_status = complain(EXIT_IO, "%s: leave it there and sweep again", store_error(store));
    if (exit_status == EXIT_OK) {
        printf("run %lld in %s\n", (long long)id, db);
        print_results(store, id);
        exit_status = conclude(&result);
    }
    return exit_status;
}

static int run_plan(const struct plan *plan, const struct topo *topo)
{
    char error[512];
    if (!topo_is_this_machine(topo))
        return complain(EXIT_ENVIRONMENT, "hwloc was given another machine's topology: unset "
                                          "HWLOC_SYNTHETIC and HWLOC_XMLFILE");
    struct store *store = store_open(db, STORE_WRITE, error, sizeof(error));
    if (!store)
        return complain(EXIT_IO, "%s", error);
    int exit_status = run_into(store, plan, topo);
    store_close(store);
    return exit_status;
}

/* With all peers, one line on those that are not here. */
static void warn_of_peers(void)
{
    const char *gap = "peers that are not here: ";
    if (!choices.peers)
        return;
    for (const struct peer *const *p = peers_all(); *p; p++)
        if ((*p)->reason) {
            fprintf(stderr, "%s%s", gap, (*p)->name);
            gap = ", ";
        }
    if (gap[0] == ',')
        fprintf(stderr, " (`hchanlab list` says what brings them)\n");
}

static int run(void)
{
    if (choices.quick && choices.full)
        return complain(EXIT_USAGE, "--quick and --full: choose one");
    int exit_status = choices_load_peers(&choices);
    if (exit_status != EXIT_OK)
        return exit_status;
    struct topo *topo = topo_load(NULL);
    if (!topo)
        return complain(EXIT_ENVIRONMENT, "the topology can't be read: %s", strerror(errno));
    struct plan plan;
    warn_of_peers();
    exit_status = plan_make(&plan, &choices, topo);
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
     .help = "spin-mutex, ticket, futex-park and fastpath, and the others where somebody parks; "
             "within three minutes on two PUs (the default)"},
    {.name = "full",
     .kind = OPTION_FLAG,
     .value = &choices.full,
     .help = "every variant, more values, more and longer windows"},
    {.name = "scenario",
     .kind = OPTION_WORDS,
     .value = &choices.scenarios,
     .argument = "S",
     .help = "only this scenario; may be repeated"},
    {.name = "group",
     .kind = OPTION_WORDS,
     .value = &choices.groups,
     .argument = "G",
     .help = "the scenarios of this group, as `hchanlab list` has them; may be repeated"},
    {.name = "variant",
     .kind = OPTION_WORDS,
     .value = &choices.variants,
     .argument = "V",
     .help = "only this variant; may be repeated"},
    {.name = "peers",
     .kind = OPTION_FLAG,
     .value = &choices.peers,
     .help = "and every peer that is here, in the scenarios that it has; --variant names one"},
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
    {.name = "work",
     .kind = OPTION_UINT_LIST,
     .value = &choices.work,
     .min = 0,
     .max = 1000000,
     .argument = "N,..",
     .help = "think time around each operation: turns of a loop, of about a nanosecond each"},
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
    {.name = "seed",
     .kind = OPTION_UINT,
     .value = &chosen_seed,
     .min = 1,
     .max = INT64_MAX,
     .argument = "N",
     .help = "of the order in which cells run (default: of chance, kept with the run)"},
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
