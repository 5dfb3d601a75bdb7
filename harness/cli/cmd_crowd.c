/* `hchanlab crowd`: how much memory a parked goroutine takes, and what starting and waking it
 * costs, with a million of them. Each repetition runs in a process of its own (child.h), which is
 * this command with --records. The figures of all repetitions are kept until they are printed. */
/* SPDX-License-Identifier: MIT */
#include "core/base/nearest.h"
#include "harness/base/numbers.h"
#include "harness/base/progress.h"
#include "harness/base/record.h"
#include "harness/base/say.h"
#include "harness/base/stats.h"
#include "harness/cli/commands.h"
#include "harness/demo/crowd.h"
#include "harness/machine/memory.h"
#include "harness/scenarios/scenario.h"
#include "harness/sweep/child.h"
#include "harness/sweep/names.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { VARIANTS_MAX = 64, REPS_MAX = 1000, GOROUTINES_MAX = 10000000 };

/* So few goroutines always have room. What they take tells how much all of them will need. */
enum { TRIED_FIRST = 1000 };

/* How long one process may take at most: many times what it needs. */
static const uint64_t kill_base_ns = 60000000000, kill_each_ns = 50000;

static uint64_t goroutines = 1000000, reps = 6;
static struct word_list wanted;
static bool records;

static const struct hchan_variant *chosen[VARIANTS_MAX];
static size_t chosen_count;
static double values[VARIANTS_MAX][CROWD_QUANTITIES][REPS_MAX];

/* The variants that can be chosen, as words. */
static struct words goroutine_variants(void)
{
    struct words out = {""};
    for (const struct hchan_variant *v = hchan_variant_next(NULL); v; v = hchan_variant_next(v))
        if (bench_has_goroutines(v))
            out = words_format("%s%s%s", out.text, out.text[0] ? ", " : "", hchan_variant_name(v));
    return out;
}

static int refuse_variant(const char *name)
{
    const char *names[VARIANTS_MAX];
    size_t count = 0;
    if (hchan_variant_find(name))
        return complain(EXIT_USAGE, "--variant %s parks threads, not goroutines: one of %s", name,
                        goroutine_variants().text);
    for (const struct hchan_variant *v = hchan_variant_next(NULL); v && count < VARIANTS_MAX;
         v = hchan_variant_next(v))
        if (bench_has_goroutines(v))
            names[count++] = hchan_variant_name(v);
    const char *near = nearest(name, names, count);
    return near ? complain(EXIT_USAGE, "no variant '%s': did you mean '%s'?", name, near)
                : complain(EXIT_USAGE, "no variant '%s' for goroutines: one of %s", name,
                           goroutine_variants().text);
}

/* Whether the name, or the glob, is of a chosen variant. */
static bool is_chosen(const char *word)
{
    const struct word_list one = {{word}, 1};
    for (size_t i = 0; i < chosen_count; i++)
        if (names_match(&one, hchan_variant_name(chosen[i])))
            return true;
    return false;
}

static int crowd_choose(void)
{
    for (const struct hchan_variant *v = hchan_variant_next(NULL); v; v = hchan_variant_next(v))
        if (bench_has_goroutines(v) && chosen_count < VARIANTS_MAX &&
            (wanted.count == 0 || names_match(&wanted, hchan_variant_name(v))))
            chosen[chosen_count++] = v;
    for (size_t i = 0; i < wanted.count; i++)
        if (!is_chosen(wanted.items[i]) && strcmp(wanted.items[i], ALL_VARIANTS) != 0)
            return refuse_variant(wanted.items[i]);
    return chosen_count > 0
               ? EXIT_OK
               : complain(EXIT_ENVIRONMENT,
                          "crowd: this build has no variant that parks goroutines: build one");
}

/* --records: one repetition, in this process. */
static int run_here(void)
{
    double per_goroutine[CROWD_QUANTITIES];
    struct record end = {.kind = RECORD_END};
    int status =
        crowd_run(chosen[0], goroutines, per_goroutine, end.end.message, sizeof(end.end.message));
    for (unsigned i = 0; i < CROWD_QUANTITIES && !status; i++) {
        struct record r = {.kind = RECORD_COUNTER,
                           .counter = {.domain = "all",
                                       .available = isfinite(per_goroutine[i]),
                                       .per_op = per_goroutine[i]}};
        snprintf(r.counter.name, sizeof(r.counter.name), "%s", crowd_name(i));
        if (record_write(stdout, &r))
            return EXIT_IO;
    }
    end.end.status = status == 0 ? TRIAL_OK : status == -EBADMSG ? TRIAL_FAILED : TRIAL_SKIPPED;
    if (record_write(stdout, &end))
        return EXIT_IO;
    return status ? EXIT_WRONG : EXIT_OK;
}

static int crowd_take_record(void *arg, const struct record *r)
{
    double *per_goroutine = arg;
    for (unsigned i = 0; i < CROWD_QUANTITIES; i++)
        if (r->kind == RECORD_COUNTER && strcmp(r->counter.name, crowd_name(i)) == 0)
            per_goroutine[i] = r->counter.per_op;
    return 0;
}

/* How a process ended: EXIT_OK, or another exit status after a complaint. */
static int crowd_judge(const struct hchan_variant *v, const struct child *child, int watched)
{
    const char *name = hchan_variant_name(v);
    if (watched == -EINTR)
        return complain(EXIT_INTERRUPTED, "interrupted");
    if (watched && watched != -ETIME)
        return complain(EXIT_ENVIRONMENT, "crowd: %s: %s", name, strerror(-watched));
    switch (child->status) {
    case TRIAL_OK:
        return EXIT_OK;
    case TRIAL_SKIPPED:
        return complain(EXIT_ENVIRONMENT, "crowd: %s: %s: give fewer --goroutines, or free memory",
                        name, child->message);
    case TRIAL_TIMEOUT:
        return complain(EXIT_TIMEOUT, "crowd: %s: %s: give fewer --goroutines", name,
                        child->message);
    case TRIAL_FAILED:
    case TRIAL_LACKING: /* which no crowd reports */
        break;
    }
    return complain(EXIT_WRONG, "crowd: %s: %s", name, child->message);
}

/* Runs `count` goroutines in a process of their own. */
static int crowd_run_process(const struct signals *signals, const struct hchan_variant *v,
                             uint64_t count, double per_goroutine[CROWD_QUANTITIES])
{
    char number[24];
    snprintf(number, sizeof(number), "%llu", (unsigned long long)count);
    const char *const arguments[] = {
        "crowd", "--records", "--goroutines", number, "--variant", hchan_variant_name(v), NULL};
    const struct child_job job = {
        .arguments = arguments,
        .kill_ns = kill_base_ns + count * kill_each_ns,
        .signals = signals,
        .take = crowd_take_record,
        .arg = per_goroutine,
    };
    struct child child;
    for (unsigned i = 0; i < CROWD_QUANTITIES; i++)
        per_goroutine[i] = NAN;
    int status = child_start(&child, &job);
    if (status)
        return complain(EXIT_ENVIRONMENT, "crowd: no process could be started: %s",
                        strerror(-status));
    int watched = child_watch(&child);
    child_end(&child, watched);
    return crowd_judge(v, &child, watched);
}

/* Something that every goroutine needs some of. */
struct need {
    double each, left;
    double unit;
    const char *what, *remedy;
};

/* Whether there is room for all of them, judging by what each of a few took. Without room, the
 * process would crash, or the kernel would kill it or another one. */
static int check_room(const struct hchan_variant *v, const double per[CROWD_QUANTITIES])
{
    enum { GIB = 1 << 30 };
    struct memory_taken left;
    memory_left(&left);
    const struct need needs[] = {
        {per[CROWD_RESIDENT] + fmax(per[CROWD_TABLES], 0), left.resident, GIB, "GiB of memory",
         "free some"},
        {per[CROWD_MAPPINGS], left.mappings, 1, "mappings", "raise sysctl vm.max_map_count"},
        {per[CROWD_MAPPED], left.mapped, GIB, "GiB of addresses",
         "raise ulimit -v and -d, and see sysctl vm.overcommit_memory"},
    };
    for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
        const struct need *n = &needs[i];
        double margin = 1.05, all = n->each * margin * (double)goroutines;
        if (!(all > n->left))
            continue;
        return complain(EXIT_ENVIRONMENT,
                        "crowd: %s: %llu goroutines need %s %s, and %s are left: give --goroutines "
                        "%.0f or fewer, or %s",
                        hchan_variant_name(v), (unsigned long long)goroutines,
                        number_plain(all / n->unit).text, n->what,
                        number_plain(n->left / n->unit).text,
                        fmax(floor(n->left / (n->each * margin)), 1), n->remedy);
    }
    return EXIT_OK;
}

static int try_few(const struct signals *signals)
{
    double per_goroutine[CROWD_QUANTITIES];
    int status = EXIT_OK;
    for (size_t i = 0; i < chosen_count && goroutines > TRIED_FIRST && status == EXIT_OK; i++) {
        status = crowd_run_process(signals, chosen[i], TRIED_FIRST, per_goroutine);
        if (status == EXIT_OK)
            status = check_room(chosen[i], per_goroutine);
    }
    return status;
}

static void crowd_progress(uint64_t done, const char *name)
{
    uint64_t total = reps * chosen_count;
    if (progress_overwrites())
        progress_show(done == total, "[%llu/%llu] %s", (unsigned long long)done,
                      (unsigned long long)total, name);
}

/* In rounds, so that drift of the machine affects every variant alike. */
static int run_all(const struct signals *signals)
{
    int status = try_few(signals);
    for (uint64_t r = 0; r < reps; r++)
        for (size_t v = 0; v < chosen_count && status == EXIT_OK; v++) {
            double per_goroutine[CROWD_QUANTITIES];
            crowd_progress(r * chosen_count + v, hchan_variant_name(chosen[v]));
            status = crowd_run_process(signals, chosen[v], goroutines, per_goroutine);
            for (unsigned i = 0; i < CROWD_QUANTITIES; i++)
                values[v][i][r] = per_goroutine[i];
        }
    if (status == EXIT_OK)
        crowd_progress(reps * chosen_count, "done");
    return status;
}

static const struct line {
    enum crowd_quantity quantity;
    bool bytes; /* printed without decimals */
    const char *words;
} printed[] = {
    {CROWD_RESIDENT, true, "bytes of memory"},      {CROWD_TABLES, true, "bytes of page tables"},
    {CROWD_MAPPED, true, "bytes of addresses"},     {CROWD_START, false, "ns to start and park"},
    {CROWD_WAKE, false, "ns to wake, run and end"},
};

/* A median and its interval, or, with too few values for one, the least and the most; a single
 * value has neither. */
static void print_line(const struct line *line, double *of_reps)
{
    struct interval in;
    stats_interval(of_reps, (size_t)reps, &in); /* sorts them */
    double low = isnan(in.low) ? of_reps[0] : in.low;
    double high = isnan(in.high) ? of_reps[reps - 1] : in.high;
    struct words median = number_median(in.median, low, high), range = number_range(low, high);
    if (line->bytes && isfinite(in.median)) {
        median = words_format("%.0f", in.median);
        range = words_format("%.0f to %.0f", low, high);
    }
    printf(reps == 1 ? "  %-24s %10s\n" : "  %-24s %10s  %s\n", line->words, median.text,
           range.text);
}

static void crowd_print(void)
{
    size_t low, high;
    double level;
    bool interval = stats_median_ranks((size_t)reps, STATS_LEVEL, &low, &high, &level);
    printf("%llu goroutines park on one channel, and one close wakes them; for each of them,\n",
           (unsigned long long)goroutines);
    if (reps == 1)
        printf("in one process\n");
    else
        printf("the median over %llu processes, and %s\n", (unsigned long long)reps,
               interval ? "its interval" : "the least and the most");
    for (size_t v = 0; v < chosen_count; v++) {
        printf("\n%s\n", hchan_variant_name(chosen[v]));
        for (size_t i = 0; i < sizeof(printed) / sizeof(printed[0]); i++)
            print_line(&printed[i], values[v][printed[i].quantity]);
    }
}

static int cmd_crowd_run(void)
{
    struct signals signals;
    int status = crowd_choose();
    if (status != EXIT_OK)
        return status;
    if (records && chosen_count > 1)
        return complain(EXIT_USAGE,
                        "crowd --records: a process runs one variant: name it: --variant %s",
                        hchan_variant_name(chosen[0]));
    if (records)
        return run_here();
    signals_catch(&signals);
    status = run_all(&signals);
    signals_release(&signals);
    if (status == EXIT_OK)
        crowd_print();
    return status;
}

static const struct option_spec options[] = {
    {.name = "goroutines",
     .kind = OPTION_UINT,
     .value = &goroutines,
     .min = 1,
     .max = GOROUTINES_MAX,
     .argument = "N",
     .help = "how many goroutines park at once (default 1000000: 5 GB of memory, some minutes)"},
    {.name = "variant",
     .kind = OPTION_WORDS,
     .value = &wanted,
     .argument = "V,..",
     .help = "the channel's variants (default: all that park goroutines); may be repeated",
     .offer = {.words = ALL_VARIANTS, .ask = "list --names goroutine-variants"}},
    {.name = "reps",
     .kind = OPTION_UINT,
     .value = &reps,
     .min = 1,
     .max = REPS_MAX,
     .argument = "R",
     .help = "processes for each variant (default 6; fewer give no interval)"},
    {.name = "records",
     .kind = OPTION_FLAG,
     .value = &records,
     .help = "run once, in this process, and print records as `cell` does"},
    {0},
};

const struct command cmd_crowd = {
    .name = "crowd",
    .summary = "park a million goroutines: the memory of each, and what its start and wake cost",
    .usage = "",
    .about =
        "Starts goroutines that all park on one channel, closes it, and prints for each goroutine "
        "what memory it takes and what its start and its wake cost. Each repetition runs in a "
        "process of its own.\n\n"
        "Before it starts all of them it tries a thousand, and refuses what the machine has no "
        "room "
        "for.",
    .examples = "hchanlab crowd --goroutines 100000\n"
                "hchanlab crowd --variant futex+go+ring --reps 10",
    .options = options,
    .run = cmd_crowd_run,
};
