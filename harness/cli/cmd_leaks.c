/* `hchanlab leaks`: runs a program that leaks goroutines (leaks_sample.c) under the watcher
 * (hchan/watch.h), and checks that the report has the leaks that were planted and no others. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/say.h"
#include "harness/cli/commands.h"
#include "harness/demo/leaks_sample.h"
#include "harness/sweep/choices.h"
#include <fcntl.h>
#include <hchan/lines.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { NS_PER_S = 1000000000 };

static const char *variant_name;
static double after_s = 1;

/* Goroutines are threads here, and futex-park parks threads as most programs would. A build may do
 * without it. */
static const struct hchan_variant *usual_leaks_variant(void)
{
    const struct hchan_variant *usual = hchan_variant_find("futex-park");
    return usual ? usual : hchan_variant_next(NULL);
}

/* Whether places of this program have source lines: not without libdw, nor if it is stripped. */
static bool has_lines(void)
{
    char place[256];
    if (!hchan_lines_known())
        return false;
    hchan_place_line((const char *)(uintptr_t)has_lines + 1, place, sizeof(place));
    return strstr(place, "cmd_leaks.c:") != NULL;
}

/* Whether a line of the report is about the leak. */
static bool is_about(const char *line, const struct planted *p)
{
    char reason[64], channels[128], place[64];
    snprintf(reason, sizeof(reason), "[%s, ", p->reason);
    snprintf(channels, sizeof(channels),
             p->channels > 1 ? "]: channels %p, %p, at " : "]: channel %p, at ",
             (const void *)p->channel[0], (const void *)p->channel[1]);
    snprintf(place, sizeof(place), "leaks_sample.c:%d)", p->line);
    return strstr(line, reason) && strstr(line, channels) && (!has_lines() || strstr(line, place));
}

struct verdict {
    size_t found; /* planted and reported */
    size_t other; /* reported and not planted, or reported twice */
};

static struct verdict judge_leaks(const char *report, const struct planted *planted)
{
    struct verdict verdict = {0};
    bool seen[LEAKS_PLANTED] = {false};
    char line[2048];
    FILE *f = fmemopen((void *)(uintptr_t)report, strlen(report), "r");
    while (f && fgets(line, sizeof(line), f)) {
        size_t which = 0;
        if (strncmp(line, "goroutine ", 10) != 0)
            continue; /* a title */
        while (which < LEAKS_PLANTED && (seen[which] || !is_about(line, &planted[which])))
            which++;
        if (which < LEAKS_PLANTED) {
            seen[which] = true;
            verdict.found++;
        } else {
            verdict.other++;
        }
    }
    if (f)
        fclose(f);
    return verdict;
}

static void leaks_sleep(int64_t ns)
{
    nanosleep(&(struct timespec){.tv_sec = ns / NS_PER_S, .tv_nsec = ns % NS_PER_S}, NULL);
}

/* Lets the watcher run until the leaks have been there long enough, and half as long again, so that
 * anything that should not be reported has time to be. */
static int watch_leaks(FILE *report)
{
    const int64_t after_ns = (int64_t)(after_s * NS_PER_S);
    int error = hchan_watch_start(
        &(struct hchan_watch){.after_ns = after_ns, .stream = report, .place = hchan_place_line});
    if (error)
        return error;
    leaks_sleep(after_ns + after_ns / 2);
    hchan_watch_stop();
    return 0;
}

static int print_verdict(const char *report, const struct planted *planted)
{
    struct verdict verdict = judge_leaks(report, planted);
    printf("%s\n", report);
    if (verdict.found == LEAKS_PLANTED && verdict.other == 0) {
        printf("the %d leaks that were planted are reported, and nothing else\n", LEAKS_PLANTED);
        return EXIT_OK;
    }
    return complain(EXIT_WRONG,
                    "leaks: %zu of %d leaks were reported, and %zu other goroutines: on a busy "
                    "machine, give a longer --after",
                    verdict.found, LEAKS_PLANTED, verdict.other);
}

/* Whether enough files may be open: reading source lines needs some. */
static bool has_descriptors(void)
{
    enum { NEEDED = 8 };
    int fd[NEEDED], count = 0;
    while (count < NEEDED && (fd[count] = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0)
        count++;
    for (int i = 0; i < count; i++)
        close(fd[i]);
    return count == NEEDED;
}

static int cmd_leaks_run(void)
{
    struct planted planted[LEAKS_PLANTED];
    char *text = NULL;
    size_t size = 0;
    const struct hchan_variant *variant =
        variant_name ? choose_variant(variant_name) : usual_leaks_variant();
    if (!variant)
        return EXIT_USAGE;
    if (!has_descriptors())
        return complain(EXIT_ENVIRONMENT, "leaks: too few files may be open: ulimit -n 64");
    printf("harness/demo/leaks_sample.c, with channels of %s: %d of its %d goroutines leak\n\n",
           hchan_variant_name(variant), LEAKS_PLANTED, LEAKS_GOROUTINES);
    if (fflush(stdout) == EOF)
        return EXIT_OK; /* main() reports it from errno, so nothing may come in between */
    FILE *report = open_memstream(&text, &size);
    if (!report)
        return complain(EXIT_ENVIRONMENT, "leaks: out of memory: free some");
    int error = leaks_sample_start(variant, planted);
    if (!error)
        error = watch_leaks(report);
    fclose(report);
    int status = error ? complain(EXIT_ENVIRONMENT, "leaks: %s: allow more threads and memory",
                                  strerror(error))
                       : print_verdict(text, planted);
    free(text);
    return status;
}

static const struct option_spec options[] = {
    {.name = "after",
     .kind = OPTION_SECONDS,
     .value = &after_s,
     .min = 100,
     .max = 3600000,
     .argument = "SECONDS",
     .help = "report goroutines that have been parked for longer (default 1)"},
    {.name = "variant",
     .kind = OPTION_WORD,
     .value = &variant_name,
     .argument = "NAME",
     .help = "the channels' variant (default futex-park)",
     .offer = OFFER_OWN_VARIANTS},
    {0},
};

const struct command cmd_leaks = {
    .name = "leaks",
    .summary = "run a program that leaks goroutines, and report them with their lines",
    .usage = "",
    .about =
        "Runs a small program in this process, six goroutines of which three wait for ever, lets "
        "the "
        "watcher of hchan_watch_start(3) report those that are parked for too long, and checks "
        "that "
        "it reports the three and no others. Where the program has debug information, the reports "
        "name source lines.",
    .examples = "hchanlab leaks\n"
                "hchanlab leaks --after 0.5 --variant ticket",
    .options = options,
    .run = cmd_leaks_run,
};
