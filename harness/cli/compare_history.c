/* Prints how the ratio of two variants has gone from run to run (compare_output.h). No state. */
/* SPDX-License-Identifier: MIT */
#include "harness/cli/compare_output.h"
#include <math.h>
#include <stdio.h>

static bool is_outside(const struct trend *t)
{
    return t->predicted && t->prediction.outside;
}

static double newest_of(const struct trend *t)
{
    return exp(t->ratios[t->count - 1]);
}

static void print_trend(const struct trend *t)
{
    const struct prediction *p = &t->prediction;
    printf("  %s: %.2f× now, ", t->label, newest_of(t));
    if (t->predicted)
        printf("%s the [%.2f, %.2f] that %zu runs lead one to expect\n",
               is_outside(t) ? "outside" : "inside", exp(p->low), exp(p->high), p->count);
    else
        printf("after %zu runs: too few to expect anything\n", t->count - 1);
}

static void print_text(const struct compare_choice *choice, long long run, const struct trends *t)
{
    size_t outside = 0, few = 0;
    printf("run %lld after the runs before it: %s against %s\n", run, choice->b, choice->a);
    for (size_t i = 0; i < t->count; i++) {
        outside += is_outside(&t->items[i]);
        few += !t->items[i].predicted;
        if (choice->all || is_outside(&t->items[i]))
            print_trend(&t->items[i]);
    }
    printf("%zu of %zu outside, %zu inside, %zu with fewer than %d runs before\n", outside,
           t->count, t->count - outside - few, few, HISTORY_LEAST);
    if (outside)
        puts("Of what did not change, one in twenty is outside: confirm it by measuring the old "
             "and the new build side by side.");
}

static void print_json(const struct compare_choice *choice, long long run, const struct trends *t)
{
    json_t *cells = json_array();
    for (size_t i = 0; i < t->count; i++) {
        const struct trend *trend = &t->items[i];
        const struct prediction *p = &trend->prediction;
        json_t *ratios = json_array();
        for (size_t k = 0; k < trend->count; k++)
            json_array_append_new(ratios, json_real(exp(trend->ratios[k])));
        json_t *low = trend->predicted ? json_real(exp(p->low)) : json_null();
        json_t *high = trend->predicted ? json_real(exp(p->high)) : json_null();
        json_t *outside = trend->predicted ? json_boolean(p->outside) : json_null();
        json_array_append_new(cells,
                              json_pack("{s:s s:o s:o s:o s:o}", "cell", trend->label, "ratios",
                                        ratios, "low", low, "high", high, "outside", outside));
    }
    json_t *all = json_pack("{s:I s:s s:s s:o}", "run", (json_int_t)run, "a", choice->a, "b",
                            choice->b, "cells", cells);
    json_dumpf(all, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    putchar('\n');
    json_decref(all);
}

bool compare_print_history(const struct compare_choice *choice, long long run,
                           const struct trends *trends)
{
    bool open = false;
    if (choice->json)
        print_json(choice, run, trends);
    else
        print_text(choice, run, trends);
    for (size_t i = 0; i < trends->count; i++)
        open = open || !trends->items[i].predicted || is_outside(&trends->items[i]);
    return open;
}
