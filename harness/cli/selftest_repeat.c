/* Prints how the ratios of two runs differ (selftest_repeat.h). No state. */
/* SPDX-License-Identifier: MIT */
#include "harness/cli/selftest_repeat.h"
#include "harness/base/numbers.h"
#include "harness/base/say.h"
#include "harness/decide/repeat.h"
#include "harness/decide/selfcheck.h"
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>

/* How many ratios are shown where few are apart. */
enum { SHOWN = 10 };

static void print_ratio(const struct repeated *r)
{
    printf("%s\n  %s over %s: %.3g [%.3g, %.3g], then %.3g [%.3g, %.3g]%s\n", r->label, r->variant,
           r->base, r->first.ratio, r->first.low, r->first.high, r->second.ratio, r->second.low,
           r->second.high, r->apart ? "  apart" : "");
}

static void print_text(const struct repeats *repeats, int64_t first, int64_t second)
{
    const double apart = (double)repeats->apart, count = (double)repeats->count;
    const struct tally tally = {repeats->apart, repeats->count, repeats->count,
                                apart,          apart,          count};
    struct tally_interval in = tally_interval(&tally);
    printf("runs %lld and %lld: %zu ratios of variants that were side by side in both\n",
           (long long)first, (long long)second, repeats->count);
    printf("they changed by %.1f%% in the middle\n", 100 * expm1(repeats->median_change));
    printf("intervals apart: %zu, %.1f%% [%.1f, %.1f]; some 0.6%% are where nothing changed\n",
           repeats->apart, 100 * in.share, 100 * in.low, 100 * in.high);
    for (size_t i = 0; i < repeats->count; i++)
        if (i < SHOWN || repeats->items[i].apart)
            print_ratio(&repeats->items[i]);
    if (repeats->count > SHOWN)
        puts("the greatest changes first; --json has all of them");
}

static json_t *pack_ratio(const struct ratio_interval *times)
{
    return json_pack("{s:f s:f s:f}", "ratio", times->ratio, "low", times->low, "high",
                     times->high);
}

static void print_json(const struct repeats *repeats, int64_t first, int64_t second)
{
    json_t *ratios = json_array();
    for (size_t i = 0; i < repeats->count; i++) {
        const struct repeated *r = &repeats->items[i];
        json_array_append_new(ratios, json_pack("{s:s s:s s:s s:o s:o s:b}", "cell", r->label,
                                                "base", r->base, "variant", r->variant, "first",
                                                pack_ratio(&r->first), "second",
                                                pack_ratio(&r->second), "apart", r->apart));
    }
    json_t *all =
        json_pack("{s:I s:I s:i s:i s:f s:o}", "first", (json_int_t)first, "second",
                  (json_int_t)second, "count", (int)repeats->count, "apart", (int)repeats->apart,
                  "median_change_percent", 100 * expm1(repeats->median_change), "ratios", ratios);
    json_dumpf(all, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    putchar('\n');
    json_decref(all);
}

static int refuse(int status, const struct run *first, const struct run *second)
{
    if (status == -ENODATA)
        return complain(EXIT_USAGE,
                        "runs %lld and %lld have no cell with two variants and six rounds in "
                        "common: measure one of them again with `hchanlab rerun`",
                        (long long)first->id, (long long)second->id);
    return complain(EXIT_ENVIRONMENT, status == -E2BIG ? "too many rounds: compare other runs"
                                                       : "out of memory: free some");
}

/* With both runs' arms read. */
static int tell(const struct run *first, const struct arms *a, const struct run *second,
                const struct arms *b, bool json)
{
    struct repeats repeats;
    int status = repeats_make(&repeats, a, b);
    if (status)
        return refuse(status, first, second);
    if (json)
        print_json(&repeats, first->id, second->id);
    else
        print_text(&repeats, first->id, second->id);
    repeats_free(&repeats);
    return EXIT_OK;
}

int selftest_repeat(struct store *store, const struct run *first, const struct run *second,
                    bool json)
{
    struct arms a, b;
    if (arms_read(store, first->id, &a))
        return complain(EXIT_IO, "run %lld: %s", (long long)first->id, store_error(store));
    a.looks = arms_looks(first);
    if (arms_read(store, second->id, &b)) {
        arms_free(&a);
        return complain(EXIT_IO, "run %lld: %s", (long long)second->id, store_error(store));
    }
    b.looks = arms_looks(second);
    int status = tell(first, &a, second, &b, json);
    arms_free(&b);
    arms_free(&a);
    return status;
}
