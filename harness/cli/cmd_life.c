/* `hchanlab life`: runs a program whose goroutines park (life_sample.c), traces it (hchan/trace.h),
 * and checks that each goroutine goes through the steps that it would in Go. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/say.h"
#include "harness/cli/commands.h"
#include "harness/demo/life_sample.h"
#include "harness/sweep/choices.h"
#include <hchan/trace.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { STEPS = 3, ROOM = 16 };

static const char *variant_name;

/* The first variant that parks goroutines. */
static const struct hchan_variant *usual_variant(void)
{
    const struct hchan_variant *v = hchan_variant_next(NULL);
    while (v && !hchan_variant_goroutines(v))
        v = hchan_variant_next(v);
    return v ? v : hchan_variant_next(NULL);
}

/* What is wrong about the trace of a life, or NULL. */
static const char *judge_life(const struct life *life, const struct hchan_event *e, size_t count)
{
    static const enum gstatus steps[STEPS + 1] = {GRUNNING, GWAITING, GRUNNABLE, GRUNNING};
    for (size_t i = 0; i < count && i < STEPS; i++) {
        if (e[i].from != steps[i] || e[i].to != steps[i + 1])
            return "its steps are not in this order: waits, is made ready, runs";
        if (e[i].goroutine != life->goroutine)
            return "a step is another goroutine's";
        if (e[i].by != (e[i].to == GRUNNABLE ? life->by : 0))
            return "it was not made ready by the goroutine that woke it";
        if (strcmp(e[i].reason, life->reason) != 0)
            return "it has the wrong reason to wait";
        if (e[i].channel != (i == 0 ? life->on : life->through))
            return "it has the wrong channel";
        if (i > 0 && e[i].at < e[i - 1].at)
            return "a step is earlier than the one before it";
    }
    return count == STEPS ? NULL : count < STEPS ? "a step is missing" : "there is a step too many";
}

/* Prints what distinguishes a step. `before` is the step before it, or NULL. */
static void print_detail(const struct life *life, const struct hchan_event *e,
                         const struct hchan_event *before)
{
    if (e->to == GWAITING && e->channel)
        printf("%s, on %s of %p", e->reason,
               strcmp(e->reason, "chan send") == 0 ? "sendq" : "recvq", e->channel);
    else if (e->to == GWAITING)
        printf("%s, on all its channels", e->reason);
    else if (e->to == GRUNNABLE)
        printf("goready by goroutine %" PRIu32, e->by);
    else if (e->to == GRUNNING && before)
        printf("%" PRId64 " ns later, and %s returns", e->at - before->at, life->returns);
    if (e->to == GRUNNABLE && before && !before->channel)
        printf(", which came to %p", e->channel);
}

static void print_life(const struct life *life, const struct hchan_event *e, size_t count)
{
    printf("%s\n", life->title);
    for (size_t i = 0; i < count; i++) {
        printf("%10" PRId64 " ns  goroutine %" PRIu32 "  %-10s -> %-10s  ", e[i].at - e[0].at,
               e[i].goroutine, hchan_gstatus_name(e[i].from), hchan_gstatus_name(e[i].to));
        print_detail(life, &e[i], i ? &e[i - 1] : NULL);
        printf("\n");
    }
    printf("\n");
}

static int watch_life(const struct hchan_variant *variant, unsigned which)
{
    static struct hchan_event events[ROOM];
    struct life life;
    size_t lost;
    int error = hchan_trace_start(events, ROOM);
    if (!error)
        error = life_sample_run(variant, which, &life);
    size_t count = hchan_trace_stop(&lost);
    if (error)
        return complain(EXIT_ENVIRONMENT, "life: %s: allow more threads and memory",
                        strerror(error));
    print_life(&life, events, count);
    const char *wrong = judge_life(&life, events, count + lost);
    return wrong ? complain(EXIT_WRONG, "life: %s: %s", life.title, wrong) : EXIT_OK;
}

static int cmd_life_run(void)
{
    const struct hchan_variant *variant =
        variant_name ? choose_variant(variant_name) : usual_variant();
    int status = EXIT_OK;
    if (!variant)
        return EXIT_USAGE;
    printf("harness/demo/life_sample.c, with channels of %s, by %s\n\n",
           hchan_variant_name(variant),
           hchan_variant_goroutines(variant) ? "goroutines" : "threads");
    for (unsigned which = 0; which < LIVES && status == EXIT_OK; which++)
        status = watch_life(variant, which);
    if (status == EXIT_OK)
        printf("each of the %d lives has its %d steps in order\n", LIVES, STEPS);
    return status;
}

static const struct option_spec options[] = {
    {.name = "variant",
     .kind = OPTION_WORD,
     .value = &variant_name,
     .argument = "NAME",
     .help = "the channels' variant (default: the first that parks goroutines)",
     .offer = OFFER_OWN_VARIANTS},
    {0},
};

const struct command cmd_life = {
    .name = "life",
    .summary = "trace goroutines that park: what makes them ready, and when they run again",
    .usage = "",
    .about =
        "Runs a small program in this process, traces its goroutines with hchan_trace_start(3), "
        "and prints each step: when one waits and on what, which other one makes it ready, and "
        "when it runs again. It checks that each goroutine goes through the steps that it would "
        "in Go.",
    .examples = "hchanlab life",
    .options = options,
    .run = cmd_life_run,
};
