/* `hchanlab compare A B`: a verdict for each cell of two variants that one run measured side by
 * side, and for each benchmark of two programs, which it runs so; for two runs or two files, which
 * were not, their costs and no verdict. The options' values are its only state. */
/* SPDX-License-Identifier: MIT */
#include "core/base/nearest.h"
#include "harness/base/say.h"
#include "harness/cli/commands.h"
#include "harness/cli/compare_others.h"
#include "harness/cli/compare_programs.h"
#include "harness/cli/user_store.h"
#include "harness/store/runs.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *db, *named_run, *words[2];
static struct compare_programs programs;
static struct compare_choice choice = {.margin = VERDICT_MARGIN, .fail_above = NAN};

/* What a word of the command line names. The word alone says which: run:N or digits are a run; what
 * ends in .json is a file; what has a slash is a program if it can be executed, and otherwise a
 * file; the rest is a variant. */
enum word_kind { A_VARIANT, A_RUN, A_FILE, A_PROGRAM };

static enum word_kind kind_of(const char *word)
{
    static const char suffix[] = ".json";
    size_t length = strlen(word);
    if (strncmp(word, COMPARE_RUN, strlen(COMPARE_RUN)) == 0 ||
        strspn(word, "0123456789") == length)
        return A_RUN;
    bool json = length >= strlen(suffix) && strcmp(word + length - strlen(suffix), suffix) == 0;
    if (!json && compare_is_program(word))
        return A_PROGRAM;
    return json || strchr(word, '/') ? A_FILE : A_VARIANT;
}

/* --- two variants of a run --- */

static int check_variant(const struct arms *arms, long long run, const char *name)
{
    size_t count;
    const char **names = arms_variants(arms, &count);
    if (!names)
        return complain(EXIT_ENVIRONMENT, "out of memory: free some");
    const char *near = nearest(name, names, count);
    bool there = false;
    for (size_t i = 0; i < count; i++)
        there = there || strcmp(names[i], name) == 0;
    free(names);
    if (there)
        return EXIT_OK;
    return near ? complain(EXIT_USAGE, "run %lld has no variant '%s': did you mean '%s'?", run,
                           name, near)
                : complain(EXIT_USAGE,
                           "run %lld has no variant '%s': name one that it measured, or a file "
                           "as ./%s",
                           run, name, name);
}

static int check_variants(const struct arms *arms, long long run)
{
    int exit_status = check_variant(arms, run, choice.a);
    return exit_status == EXIT_OK ? check_variant(arms, run, choice.b) : exit_status;
}

static int status_of(const struct table *t)
{
    bool fails = false, slower = false;
    for (size_t i = 0; i < t->count; i++) {
        const struct compared *c = &t->items[i];
        fails = fails || compare_fails(&choice, c);
        slower = slower || (compared_moved(c) && c->verdict.kind == VERDICT_SLOWER);
    }
    if (!isnan(choice.fail_above))
        return fails ? EXIT_SLOWER : EXIT_OK;
    return slower ? EXIT_SLOWER : t->cant_tell ? EXIT_CANT_TELL : EXIT_OK;
}

static int compare_arms(const struct arms *arms, long long run)
{
    struct table table;
    int exit_status = check_variants(arms, run);
    if (exit_status != EXIT_OK)
        return exit_status;
    int status = table_make(&table, arms, choice.a, choice.b, (unsigned)choice.margin);
    if (status == -ENODATA)
        return complain(EXIT_USAGE, "run %lld has no cell of both %s and %s: sweep both in one run",
                        run, choice.a, choice.b);
    if (status == -E2BIG)
        return complain(EXIT_USAGE,
                        "run %lld has more rounds than can be compared: compare one "
                        "of 1000 rounds or fewer",
                        run);
    if (status)
        return complain(EXIT_ENVIRONMENT, "%s: free some memory", strerror(-status));
    compare_print_table(&choice, run, &table);
    exit_status = status_of(&table);
    table_free(&table);
    return exit_status;
}

static int compare_history(struct store *store, int64_t run)
{
    struct trends trends;
    int status = trends_read(store, run, choice.a, choice.b, &trends);
    if (status == -ENODATA)
        return complain(EXIT_USAGE,
                        "run %lld has no cell that was measured of both %s and %s: sweep both in "
                        "one run",
                        (long long)run, choice.a, choice.b);
    if (status)
        return complain(EXIT_IO, "%s: %s", db, store_error(store));
    bool open = compare_print_history(&choice, (long long)run, &trends);
    trends_free(&trends);
    return open ? EXIT_CANT_TELL : EXIT_OK;
}

static int compare_variants(void)
{
    struct store *store;
    struct run run;
    struct arms arms;
    if (strcmp(choice.a, choice.b) == 0)
        return complain(EXIT_USAGE, "A and B are both '%s': name two variants", choice.a);
    int exit_status = user_store_find(&db);
    if (exit_status == EXIT_OK)
        exit_status = runs_open(db, named_run, &store, &run);
    if (exit_status != EXIT_OK)
        return exit_status;
    if (arms_read(store, run.id, &arms)) {
        exit_status = complain(EXIT_IO, "%s: %s", db, store_error(store));
    } else {
        arms.looks = arms_looks(&run);
        exit_status = choice.history ? check_variants(&arms, (long long)run.id)
                                     : compare_arms(&arms, (long long)run.id);
        arms_free(&arms);
        if (exit_status == EXIT_OK && choice.history)
            exit_status = compare_history(store, run.id);
    }
    store_close(store);
    return exit_status;
}

static int check_choice(enum word_kind a, enum word_kind b)
{
    static const char *const names[] = {"a variant", "a run", "a file", "a program"};
    const struct contender_choice *cells = &programs.choice;
    if (a != b)
        return complain(EXIT_USAGE,
                        "'%s' is %s and '%s' is %s: give two variants, two runs (run:N), two files "
                        "(./NAME) or two programs (./NAME)",
                        words[0], names[a], words[1], names[b]);
    if (choice.json && choice.markdown)
        return complain(EXIT_USAGE, "--json and --markdown: choose one");
    if (choice.history && (choice.markdown || !isnan(choice.fail_above) || a != A_VARIANT))
        return complain(EXIT_USAGE, "--history takes two variants, --all, --json and --run: leave "
                                    "the rest out");
    if (choice.margin != floor(choice.margin))
        return complain(EXIT_USAGE, "--margin %g: give a whole percent, from 1%% to %d%%",
                        choice.margin, VERDICT_MARGIN_MAX);
    if (a != A_VARIANT && named_run)
        return complain(EXIT_USAGE, "--run %s is for two variants: leave it out", named_run);
    if (a != A_PROGRAM &&
        (programs.rounds || cells->plan || cells->scenario || cells->variant || cells->cell))
        return complain(EXIT_USAGE, "--reps, --plan, --scenario, --variant and --cell are for two "
                                    "programs: leave them out");
    if ((a == A_RUN || a == A_FILE) && !isnan(choice.fail_above))
        return complain(EXIT_USAGE,
                        "--fail-above needs a verdict, which two %s that were not side by side "
                        "never get: compare two variants of a run",
                        a == A_RUN ? "runs" : "files");
    return EXIT_OK;
}

static int cmd_compare_run(void)
{
    if (!words[0] || !words[1])
        return complain(EXIT_USAGE,
                        "compare needs two words: hchanlab compare A B, two variants of a run");
    enum word_kind a = kind_of(words[0]), b = kind_of(words[1]);
    choice.a = words[0];
    choice.b = words[1];
    int exit_status = check_choice(a, b);
    if (exit_status != EXIT_OK)
        return exit_status;
    switch (a) {
    case A_VARIANT:
        return compare_variants();
    case A_RUN:
        return compare_runs(&choice, db);
    case A_FILE:
        return compare_files(&choice);
    default:
        return compare_programs(&choice, &programs, status_of);
    }
}

static const struct option_spec options[] = {
    STORE_OPTION(&db),
    {.name = "run",
     .kind = OPTION_WORD,
     .value = &named_run,
     .argument = "RUN",
     .help = "the run that has both variants: its number, its name, or `latest` (the default)",
     .offer = OFFER_RUNS},
    {.name = "all",
     .kind = OPTION_FLAG,
     .value = &choice.all,
     .help = "every cell, not only what moved"},
    {.name = "margin",
     .kind = OPTION_PERCENT,
     .value = &choice.margin,
     .min = 1,
     .max = VERDICT_MARGIN_MAX,
     .argument = "P%",
     .help = "what differs by less is the same (default 5%)"},
    {.name = "fail-above",
     .kind = OPTION_PERCENT,
     .value = &choice.fail_above,
     .min = 0,
     .max = 10000,
     .argument = "P%",
     .help = "fail only where B is slower by more than this, the whole interval"},
    {.name = "history",
     .kind = OPTION_FLAG,
     .value = &choice.history,
     .help = "the run's ratios beside what those of the runs before lead one to expect"},
    {.name = "reps",
     .kind = OPTION_UINT,
     .value = &programs.rounds,
     .min = 6,
     .max = 1000,
     .argument = "N",
     .help = "of two programs: how many rounds (default 20)"},
    {.name = "plan",
     .kind = OPTION_WORD,
     .value = &programs.choice.plan,
     .argument = "PLAN",
     .help = "of two builds of hchanlab: the plan whose cells they run (default quick)"},
    {.name = "scenario",
     .kind = OPTION_WORD,
     .value = &programs.choice.scenario,
     .argument = "S,..",
     .help = "of two builds: only these scenarios"},
    {.name = "variant",
     .kind = OPTION_WORD,
     .value = &programs.choice.variant,
     .argument = "V,..",
     .help = "of two builds: only these variants"},
    {.name = "cell",
     .kind = OPTION_WORD,
     .value = &programs.choice.cell,
     .argument = "REGEX",
     .help = "of two builds: only cells whose name matches"},
    {.name = "json", .kind = OPTION_FLAG, .value = &choice.json, .help = "every cell, as JSON"},
    {.name = "markdown",
     .kind = OPTION_FLAG,
     .value = &choice.markdown,
     .help = "three lines, and every cell behind a fold, for a pull request"},
    {0},
};

static const char about[] =
    "Says of each cell whether variant B is slower than A, faster, the same within some percent, "
    "or "
    "that nobody can tell. A and B are two variants that one run measured side by side: each "
    "process "
    "is a round, and the ratio of the two arms in each round counts. The estimate is that of "
    "Hodges "
    "and Lehmann, the interval and p those of Wilcoxon's signed ranks, exact, at 95%. Arms that "
    "are "
    "equal are called slower or faster in one comparison of twenty; arms that differ by the margin "
    "are called the same in one of twenty. What moved is marked so that one mark in twenty is "
    "expected to be wrong (Benjamini and Hochberg over the cells of the table). Twenty rounds "
    "(`sweep --reps 20`) are a good number; fewer than six have no interval. A run of `sweep "
    "--adaptive` is judged at 97.79%, which pays for its three looks.\n\n"
    "A word is read by its form alone: `run:R` (a number, a name or latest), or digits only, is a "
    "run; what ends in .json is a file; a path with a slash is a program if it can be executed, "
    "and "
    "otherwise a file; any other word is a variant. A file in this folder is ./NAME.\n\n"
    "Two programs are run side by side: of each benchmark that both have, 20 rounds (--reps) of a "
    "process of A and one of B, in an order drawn by chance. They are programs of Google "
    "Benchmark, "
    "or two builds of hchanlab, whose cells --plan, --scenario, --variant and --cell choose. "
    "scripts/compare_revisions builds two revisions and compares them so.\n\n"
    "Two runs, or two files in Google Benchmark's JSON, were not side by side, and get no verdict, "
    "whatever the numbers: their costs are shown, what they say differently of the machine and the "
    "build, and how to measure both side by side. What two runs counted for each operation, "
    "outcomes, context switches and events, does not depend on the machine's speed: a count has "
    "changed if all processes of one run counted more than all of the other.\n\n"
    "With --history, B over A in the run is compared with B over A in the runs of the store before "
    "it, "
    "5 to 20 of them: it is outside if Student's prediction interval at 95% leaves it out, which "
    "happens to one cell in twenty that did not change. That is no verdict; one needs both builds "
    "side by side. The status is 0 if every cell is inside, otherwise 9.\n\n"
    "The status is 0 if no cell is slower and every one is decided, 8 if a cell moved and is "
    "slower, "
    "9 if none is, and some can't be told, also for two runs or two files. With --fail-above it is "
    "8 "
    "where the whole interval of a cell lies beyond, and otherwise 0.\n\n"
    "With --json, of two variants: run, a, b, margin_percent, level, fail_above_percent, count, "
    "moved, same, same_within_percent, cant_tell, and cells, an array. A cell has cell (its name "
    "without the variant), verdict (slower, faster, same, can't tell), moved, fails, a_ns and b_ns "
    "(medians), ratio, low and high (B over A), p and q (p adjusted), rounds, left_out (rounds in "
    "which an arm has no process that ended well, or the two did not run side by side), "
    "within_percent, would_show_percent (the "
    "smallest "
    "difference that three runs of four find), more_rounds (after which there would be a verdict), "
    "words and notes. Of two runs or files: kind, a, b, verdict, reason, side_by_side, differing "
    "(each with key, a and b), cells (each with cell, a_ns and b_ns) and counts (compared, and "
    "changed: each with cell, count, a and b). What is not known is null.";

const struct command cmd_compare = {
    .name = "compare",
    .summary = "say which of two variants of a run is faster, cell by cell",
    .usage = "A B",
    .about = about,
    .examples = "hchanlab compare spin-mutex futex-park\n"
                "hchanlab compare --run before --fail-above 5% ticket mcs\n"
                "hchanlab compare 3 7\n"
                "hchanlab compare ./before.json ./after.json\n"
                "hchanlab compare -- ./old/benchmark ./new/benchmark\n"
                "hchanlab compare --scenario handoff ./old/hchanlab ./new/hchanlab",
    .offer = OFFER_OWN_VARIANTS,
    .options = options,
    .positional = words,
    .positional_max = 2,
    .run = cmd_compare_run,
};
