/* explore, the program: looks for a schedule in which a program goes wrong, or repeats one. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/explore/judge.h"
#include "core/tests/explore/proc.h"
#include "core/tests/given.h"
#include <hchan/hchan.h>

static const char help[] =
    "explore --variant NAME[:traced] --program TEXT [OPTION VALUE]...\n"
    "explore --list     the variants\n"
    "\n"
    "Runs a program (core/tests/check/program.h) on a variant under many schedules, and\n"
    "judges each history. Ends with 0: none failed; 1: one failed, or --replay does not fit\n"
    "the program; 2: the command line is wrong; 3: standard output could not be written.\n"
    "\n"
    "One of these; without, --bound 2:\n"
    "  --bound N        all schedules with at most N preemptions, spurious wake-ups and early\n"
    "                   timeouts; with --limit N no more than so many\n"
    "  --random N       N schedules drawn uniformly\n"
    "  --pct N          N schedules drawn by priorities that change --depth D (3) less one times\n"
    "  --replay TEXT    one schedule, as a failure prints it, or `default`: says what each\n"
    "                   step does\n"
    "\n"
    "  --procs N        the parties are goroutines on N Ps, 1 to 4, and not threads; but for\n"
    "                   those whose bits --threads M has: 2 is the second party alone\n"
    "  --ends 1         sends and closes by hchan_send() and its like, which return that a\n"
    "                   channel is closed, where the others panic\n"
    "  --seed S         of what --random and --pct draw (1)\n";

/* Ways to choose schedules; a set of them is their bits. */
enum mode { BOUND = 1, RANDOM = 2, PCT = 4, REPLAY = 8, EACH = 15 };

static const char *variant_name, *program_text, *schedule;
static uint64_t bound = 2, limit = EXPLORE_ALL, drawn, depth = 3, seed = 1, procs, threads, ends;

/* An option takes a text, or a number from min to max. */
static const struct option {
    const char *name;
    const char **text;
    uint64_t *number, min, max;
    unsigned modes;      /* in which it has a meaning */
    const char *belongs; /* to options that choose a mode; NULL if it chooses one itself */
} options[] = {
    {"--variant", &variant_name, NULL, 0, 0, EACH, "every one"},
    {"--program", &program_text, NULL, 0, 0, EACH, "every one"},
    {"--bound", NULL, &bound, 0, EXPLORE_UNBOUNDED, BOUND, NULL},
    {"--limit", NULL, &limit, 1, EXPLORE_ALL, BOUND, "--bound"},
    {"--random", NULL, &drawn, 1, EXPLORE_ALL, RANDOM, NULL},
    {"--pct", NULL, &drawn, 1, EXPLORE_ALL, PCT, NULL},
    {"--depth", NULL, &depth, 1, EXPLORE_DEPTH_MAX, PCT, "--pct"},
    {"--procs", NULL, &procs, 1, EXPLORE_PROCS, EACH, "every one"},
    {"--threads", NULL, &threads, 0, (1 << PROGRAM_PARTIES) - 1, EACH, "every one"},
    {"--ends", NULL, &ends, 0, 1, EACH, "every one"},
    {"--seed", NULL, &seed, 0, UINT64_MAX, RANDOM | PCT, "--random and --pct"},
    {"--replay", &schedule, NULL, 0, 0, REPLAY, NULL},
};
enum { OPTIONS = sizeof(options) / sizeof(options[0]) };

static bool given[OPTIONS];

static int wrong(const char *what, const char *why)
{
    return given_wrong("explore", what, why);
}

static int list(void)
{
    for (const struct hchan_variant *v = hchan_variant_next(NULL); v; v = hchan_variant_next(v))
        if (!judge_blind(v))
            printf("%s\n%s:traced\n", hchan_variant_name(v), hchan_variant_name(v));
    return 0;
}

static const struct hchan_variant *find(const char *name)
{
    static const char traced[] = ":traced";
    char plain[128];
    size_t length = strlen(name), suffix = sizeof(traced) - 1;
    bool is_traced = length > suffix && strcmp(name + length - suffix, traced) == 0;
    snprintf(plain, sizeof(plain), "%.*s", (int)(is_traced ? length - suffix : length), name);
    const struct hchan_variant *v = given_variant("explore", plain);
    return v && is_traced ? hchan_traced(v) : v;
}

static bool explore(enum mode mode, const struct explore_case *what, struct explore_result *result)
{
    switch (mode) {
    case RANDOM:
        return explore_random(what, drawn, seed, result);
    case PCT:
        return explore_pct(what, drawn, (unsigned)depth, seed, result);
    case REPLAY:
        return explore_replay(what, schedule, true, result);
    default:
        return explore_all(what, (uint32_t)bound, limit, result);
    }
}

static int run(enum mode mode)
{
    static struct judge judge;
    static struct program program;
    static struct explore_result result;
    const struct hchan_variant *variant = find(variant_name);
    if (!variant)
        return 2;
    const char *error = judge_blind(variant);
    if (error)
        return wrong(variant_name, error);
    error = program_parse(&program, program_text);
    if (error)
        return wrong(program_text, error);
    judge_make_sched(&judge, &program, variant, (unsigned)procs, (uint32_t)threads);
    if (ends)
        judge_for_ends(&judge);
    static struct explore_schedule parsed;
    if (mode == REPLAY && !explore_parse(&parsed, schedule))
        return wrong(schedule, "no schedule: give `default`, or STEP:CHOICE ... with rising steps");
    bool ok = explore(mode, &judge.what, &result);
    if (!ok || mode == REPLAY)
        judge_print(&judge, stdout);
    printf("%llu schedules%s, %llu different histories, %llu outcomes\n",
           (unsigned long long)result.schedules,
           result.exhausted ? ", which are all within the bound" : "",
           (unsigned long long)judge.histories, (unsigned long long)judge.outcomes);
    return ok ? 0 : 1;
}

static int set(const char *name, const char *value)
{
    for (size_t i = 0; i < OPTIONS; i++) {
        const struct option *o = &options[i];
        if (strcmp(o->name, name) != 0)
            continue;
        if (!value)
            return wrong(name, "needs a value: --help has more");
        if (given[i])
            return wrong(name, "is given twice: give it once");
        given[i] = true;
        if (!o->text)
            return given_number("explore", value, o->min, o->max, o->number);
        *o->text = value;
        return 0;
    }
    return wrong(name, "no such option: --help has them");
}

/* The mode that was chosen, for which every given option must have a meaning. */
static int choose_mode(enum mode *mode)
{
    const struct option *chosen = NULL;
    char why[80];
    for (size_t i = 0; i < OPTIONS; i++) {
        if (!given[i] || options[i].belongs)
            continue;
        if (chosen) {
            snprintf(why, sizeof(why), "does not go with %s: give one of them", chosen->name);
            return wrong(options[i].name, why);
        }
        chosen = &options[i];
    }
    if (chosen)
        *mode = chosen->modes;
    for (size_t i = 0; i < OPTIONS; i++)
        if (given[i] && !(options[i].modes & *mode)) {
            snprintf(why, sizeof(why), "says nothing here: it belongs to %s", options[i].belongs);
            return wrong(options[i].name, why);
        }
    return 0;
}

static int call(char **argv)
{
    enum mode mode = BOUND;
    int status;
    for (; *argv; argv += 2) { /* ends with NULL, which set() refuses */
        if (strcmp(*argv, "--list") == 0)
            return list();
        if (strcmp(*argv, "--help") == 0)
            return fputs(help, stdout) < 0;
        status = set(argv[0], argv[1]);
        if (status)
            return status;
    }
    if (!variant_name || !program_text)
        return wrong("--variant, --program", "give these two: --help has more");
    if (threads && !procs)
        return wrong("--threads", "all parties are: give --procs as well, or leave it out");
    status = choose_mode(&mode);
    return status ? status : run(mode);
}

int main(int argc, char **argv)
{
    return given_out("explore", call(argc ? argv + 1 : argv));
}
