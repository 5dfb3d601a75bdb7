/* Prints two runs or files that were not side by side (compare_output.h): the costs of both, and no
 * verdict. No state. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/numbers.h"
#include "harness/cli/compare_output.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char reason[] = "not side by side: what drifted between them is in the numbers too";

/* A fact in a few words; what is not known is n/a. */
static void print_fact(const json_t *value)
{
    if (json_is_string(value))
        fputs(json_string_value(value), stdout);
    else if (json_is_number(value))
        printf("%g", json_number_value(value));
    else if (json_is_boolean(value))
        fputs(json_is_true(value) ? "true" : "false", stdout);
    else
        fputs(value && !json_is_null(value) ? "(a list)" : "n/a", stdout);
}

static void print_differing(const json_t *differing)
{
    size_t i;
    const json_t *fact;
    if (json_array_size(differing) == 0)
        puts("what they say of the machine and the build is the same");
    json_array_foreach(differing, i, fact)
    {
        printf("  %s: ", json_string_value(json_object_get(fact, "key")));
        print_fact(json_object_get(fact, "a"));
        fputs(" then, ", stdout);
        print_fact(json_object_get(fact, "b"));
        puts(" now");
    }
}

/* "1.00 [0.98, 1.02]" */
static struct words range_words(const struct count_range *range)
{
    return words_format("%s [%s, %s]", number_plain(range->middle).text,
                        number_plain(range->least).text, number_plain(range->most).text);
}

static void print_counts(const struct changed_counts *counts)
{
    if (counts->compared == 0)
        return;
    printf("counts an operation, which do not depend on the machine's speed: %zu of %zu changed\n",
           counts->count, counts->compared);
    for (size_t i = 0; i < counts->count; i++) {
        const struct changed_count *c = &counts->items[i];
        printf("  %s: %s %s then, %s now\n", c->cell, c->name, range_words(&c->a).text,
               range_words(&c->b).text);
    }
}

static void print_text(const struct apart *apart, const json_t *differing, bool markdown)
{
    const struct costs *a = &apart->costs[0], *b = &apart->costs[1];
    printf("can't tell: %s %s then, %s %s now, %s\n", apart->kind, apart->a, apart->kind, apart->b,
           reason);
    printf("to measure both side by side: %s\n", apart->command);
    print_differing(differing);
    print_counts(&apart->counts);
    if (markdown)
        puts("\n<details><summary>All cells, without a verdict</summary>\n");
    for (size_t i = 0; i < a->count; i++) {
        double now = costs_find(b, a->items[i].name);
        if (!isnan(now))
            printf("%s%s: %s then, %s now, not side by side\n", markdown ? "- " : "  ",
                   a->items[i].name, number_ns(a->items[i].ns).text, number_ns(now).text);
    }
    if (markdown)
        puts("\n</details>");
}

static json_t *pack_range(const struct count_range *range)
{
    return json_pack("{s:f s:f s:f s:i}", "middle", range->middle, "least", range->least, "most",
                     range->most, "processes", (int)range->processes);
}

static json_t *pack_counts(const struct changed_counts *counts)
{
    json_t *changed = json_array();
    for (size_t i = 0; i < counts->count; i++) {
        const struct changed_count *c = &counts->items[i];
        json_array_append_new(changed,
                              json_pack("{s:s s:s s:o s:o}", "cell", c->cell, "count", c->name, "a",
                                        pack_range(&c->a), "b", pack_range(&c->b)));
    }
    return json_pack("{s:i s:o}", "compared", (int)counts->compared, "changed", changed);
}

static void print_json(const struct apart *apart, json_t *differing)
{
    const struct costs *a = &apart->costs[0], *b = &apart->costs[1];
    json_t *cells = json_array();
    for (size_t i = 0; i < a->count; i++) {
        double now = costs_find(b, a->items[i].name);
        if (!isnan(now))
            json_array_append_new(cells, json_pack("{s:s s:f s:f}", "cell", a->items[i].name,
                                                   "a_ns", a->items[i].ns, "b_ns", now));
    }
    json_t *all = json_pack("{s:s s:s s:s s:s s:s s:s s:O s:o s:o}", "kind", apart->kind, "a",
                            apart->a, "b", apart->b, "verdict", "can't tell", "reason", reason,
                            "side_by_side", apart->command, "differing", differing, "cells", cells,
                            "counts", pack_counts(&apart->counts));
    json_dumpf(all, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    putchar('\n');
    json_decref(all);
}

size_t compare_print_apart(const struct compare_choice *choice, const struct apart *apart)
{
    size_t common = 0;
    for (size_t i = 0; i < apart->costs[0].count; i++)
        common += !isnan(costs_find(&apart->costs[1], apart->costs[0].items[i].name));
    if (common == 0)
        return 0;
    json_t *differing = costs_differ(&apart->costs[0], &apart->costs[1]);
    if (choice->json)
        print_json(apart, differing);
    else
        print_text(apart, differing, choice->markdown);
    json_decref(differing);
    return common;
}
