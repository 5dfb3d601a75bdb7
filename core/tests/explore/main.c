/* explore: looks for a schedule in which a program goes wrong, or repeats one, by hand. */
#include "core/hchan.h"
#include "core/tests/explore/judge.h"
#include <errno.h>
#include <stdio.h>

static const char help[] =
    "explore --variant NAME[:traced] --program TEXT [OPTION VALUE]...\n"
    "explore --list     the variants\n"
    "\n"
    "Runs a program (core/tests/check/program.h) on a variant under many schedules and judges "
    "each\n"
    "history. Ends with 0: none failed; 1: one failed; 2: the command line is wrong.\n"
    "\n"
    "  --bound N        all schedules with at most N preemptions, spurious wake-ups and early\n"
    "                   timeouts; the default, with N = 2\n"
    "  --limit N        but no more than so many\n"
    "  --random N       N schedules drawn uniformly\n"
    "  --pct N          N schedules drawn by priorities that change --depth D (3) less one times\n"
    "  --seed S         of what is drawn (1)\n"
    "  --replay TEXT    one schedule, as a failure prints it, or `default`: says what each step "
    "does\n";

enum mode { MODE_KEPT, MODE_RANDOM, MODE_PCT, MODE_REPLAY };

static const char *variant_name, *program_text, *schedule;
static enum mode mode;
static uint64_t bound = 2, limit = EXPLORE_ALL, drawn, depth = 3, seed = 1;

/* An option has a text or a number, and may set the mode. */
static const struct {
    const char *name;
    const char **text;
    uint64_t *number;
    enum mode mode;
} options[] = {
    {"--variant", &variant_name, NULL, MODE_KEPT}, {"--program", &program_text, NULL, MODE_KEPT},
    {"--bound", NULL, &bound, MODE_KEPT},          {"--limit", NULL, &limit, MODE_KEPT},
    {"--random", NULL, &drawn, MODE_RANDOM},       {"--pct", NULL, &drawn, MODE_PCT},
    {"--depth", NULL, &depth, MODE_KEPT},          {"--seed", NULL, &seed, MODE_KEPT},
    {"--replay", &schedule, NULL, MODE_REPLAY},
};

static int wrong(const char *what, const char *value)
{
    fprintf(stderr, "explore: %s: %s\n", value, what);
    return 2;
}

static bool number(const char *text, uint64_t *n)
{
    char *end;
    errno = 0;
    *n = strtoull(text, &end, 10);
    return *text >= '0' && *text <= '9' && !*end && !errno;
}

static int list(void)
{
    for (const struct hchan_variant *v = hchan_variant_next(NULL); v; v = hchan_variant_next(v))
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
    const struct hchan_variant *v = hchan_variant_find(plain);
    return v && is_traced ? hchan_traced(v) : v;
}

static bool explore(const struct explore_case *what, struct explore_result *result)
{
    switch (mode) {
    case MODE_RANDOM:
        return explore_random(what, drawn, seed, result);
    case MODE_PCT:
        return explore_pct(what, drawn, (unsigned)depth, seed, result);
    case MODE_REPLAY:
        return explore_replay(what, schedule, true, result);
    default:
        return explore_all(what, bound < UINT32_MAX ? (uint32_t)bound : UINT32_MAX, limit, result);
    }
}

static int run(void)
{
    static struct judge judge;
    static struct program program;
    static struct explore_result result;
    const struct hchan_variant *variant = find(variant_name);
    if (!variant)
        return wrong("no such variant: --list has them", variant_name);
    const char *error = program_parse(&program, program_text);
    if (error)
        return wrong(error, program_text);
    judge_make(&judge, &program, variant);
    static struct explore_schedule parsed;
    if (mode == MODE_REPLAY && !explore_parse(&parsed, schedule))
        return wrong("no schedule: give `default`, or STEP:CHOICE ... with rising steps", schedule);
    bool ok = explore(&judge.what, &result);
    if (!ok || mode == MODE_REPLAY)
        judge_print(&judge, stdout);
    printf("%llu schedules%s, %llu different histories, %llu outcomes\n",
           (unsigned long long)result.schedules,
           result.exhausted ? ", which are all within the bound" : "",
           (unsigned long long)judge.histories, (unsigned long long)judge.outcomes);
    if (fflush(stdout) || ferror(stdout)) {
        fprintf(stderr, "explore: standard output: %s\n", strerror(errno));
        return 2;
    }
    return ok ? 0 : 1;
}

static int set(const char *name, const char *value)
{
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        if (strcmp(options[i].name, name) != 0)
            continue;
        if (!value)
            return wrong("needs a value", name);
        if (options[i].text)
            *options[i].text = value;
        else if (!number(value, options[i].number))
            return wrong("give a number in digits", value);
        if (options[i].mode)
            mode = options[i].mode;
        return 0;
    }
    return wrong("no such option: --help has them", name);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--list") == 0)
        return list();
    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return fputs(help, stdout) < 0;
    for (int i = 1; i < argc; i += 2) {
        int status = set(argv[i], argv[i + 1]); /* argv ends with NULL */
        if (status)
            return status;
    }
    if (!variant_name || !program_text)
        return wrong("give these two: --help has more", "--variant, --program");
    return run();
}
