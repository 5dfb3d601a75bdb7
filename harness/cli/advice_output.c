/* Prints an advice (advice_output.h). With JSON, the object that is being made is the only state.
 */
/* SPDX-License-Identifier: MIT */
#include "harness/cli/advice_output.h"
#include "harness/base/numbers.h"
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static json_t *whole;

/* --- for people --- */

/* "1.12 times [1.08, 1.15]" */
static struct words times_words(const struct ratio_interval *times)
{
    return isnan(times->low)
               ? words_format("%.3g times (too few rounds for an interval)", times->ratio)
               : words_format("%.3g times [%.3g, %.3g]", times->ratio, times->low, times->high);
}

static void print_use(const struct ranked *r)
{
    if (!isnan(r->arm->cpu_ns))
        printf(", CPU %s", number_ns(r->arm->cpu_ns).text);
    if (!isnan(r->arm->switches))
        printf(", %s context switches", number_plain(r->arm->switches).text);
}

/* Not shown slower than the fastest. */
static bool may_be_best(const struct ranked *r)
{
    return r->standing.kind != STANDING_SLOWER;
}

/* The first that is shown slower, or NULL: what the fastest are ahead of. */
static const struct ranked *next_of(const struct ranking *ranking)
{
    for (size_t i = 0; i < ranking->count; i++)
        if (!may_be_best(&ranking->items[i]))
            return &ranking->items[i];
    return NULL;
}

/* The variants that may be the fastest, and the next one. */
static void print_ranking(const struct ranking *ranking)
{
    const struct ranked *next = next_of(ranking);
    for (size_t i = 0; i < ranking->count; i++) {
        const struct ranked *r = &ranking->items[i];
        if (!may_be_best(r))
            continue;
        printf("  %s %s: %s an operation", i == 0 ? "take" : "  or", r->arm->cell.variant,
               number_ns(r->cost.median).text);
        print_use(r);
        printf("%s\n", i ? ", not shown slower" : "");
    }
    if (next) {
        printf("  next: %s, %s as long", next->arm->cell.variant,
               times_words(&next->standing.times).text);
        print_use(next);
        puts("");
    } else {
        printf("  none of the %zu variants is shown slower than another\n", ranking->count);
    }
}

static void print_conditions(const struct advice *advice)
{
    const char *gap = "  as well at: ";
    for (size_t i = 0; i < advice->condition_count; i++)
        if (advice->conditions[i].holds) {
            printf("%s%s", gap, advice->conditions[i].where);
            gap = ", ";
        }
    if (gap[0] == ',')
        puts("");
    for (size_t i = 0; i < advice->condition_count; i++) {
        const struct condition *c = &advice->conditions[i];
        if (!c->holds)
            printf("  no longer at %s: there it takes %s as long as %s (run %lld)\n", c->where,
                   times_words(&c->times).text, c->better, (long long)c->run);
    }
    if (advice->condition_count == 0)
        puts("  conditions: not known; this machine's runs have no other value of any parameter");
}

static void print_text(const char *label, const struct advice *advice)
{
    if (!advice) {
        printf("%s\n  not known: no run of this machine has it\n", label);
        return;
    }
    printf("%s\n", label);
    print_ranking(&advice->ranking);
    print_conditions(advice);
    printf("  by run %lld of %s, %zu rounds, %zu variants side by side\n",
           (long long)advice->run->id, advice->run->started, advice->ranking.items[0].cost.count,
           advice->ranking.count);
}

/* --- for programs --- */

static json_t *real_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *pack_variants(const struct ranking *ranking)
{
    json_t *list = json_array();
    for (size_t i = 0; i < ranking->count; i++) {
        const struct ranked *r = &ranking->items[i];
        json_array_append_new(
            list,
            json_pack("{s:s s:o s:o s:o s:o s:b s:o s:o}", "variant", r->arm->cell.variant, "ns",
                      real_or_null(r->cost.median), "times", real_or_null(r->standing.times.ratio),
                      "low", real_or_null(r->standing.times.low), "high",
                      real_or_null(r->standing.times.high), "may_be_best", may_be_best(r), "cpu_ns",
                      real_or_null(r->arm->cpu_ns), "switches", real_or_null(r->arm->switches)));
    }
    return list;
}

static json_t *pack_conditions(const struct advice *advice)
{
    json_t *list = json_array();
    for (size_t i = 0; i < advice->condition_count; i++) {
        const struct condition *c = &advice->conditions[i];
        json_array_append_new(
            list, json_pack("{s:s s:b s:s s:o s:o s:o s:I}", "where", c->where, "holds", c->holds,
                            "better", c->better, "times", real_or_null(c->times.ratio), "low",
                            real_or_null(c->times.low), "high", real_or_null(c->times.high), "run",
                            (json_int_t)c->run));
    }
    return list;
}

static json_t *pack(const char *label, const struct advice *advice)
{
    if (!advice)
        return json_pack("{s:s}", "cell", label);
    return json_pack("{s:s s:I s:s s:i s:o s:o}", "cell", label, "run", (json_int_t)advice->run->id,
                     "started", advice->run->started, "rounds",
                     (int)advice->ranking.items[0].cost.count, "variants",
                     pack_variants(&advice->ranking), "conditions", pack_conditions(advice));
}

/* --- both --- */

void advice_print_begin(const struct advice_runs *runs, bool json)
{
    if (json)
        whole = json_pack("{s:i s:[]}", "elsewhere", (int)runs->elsewhere, "answers");
    else if (runs->elsewhere)
        printf("%zu run%s of other machines left out\n", runs->elsewhere,
               runs->elsewhere == 1 ? "" : "s");
}

void advice_print(const char *label, const struct advice *advice, bool json)
{
    if (json)
        json_array_append_new(json_object_get(whole, "answers"), pack(label, advice));
    else
        print_text(label, advice);
}

void advice_print_unknown(size_t cells, const char *command, double seconds, bool json)
{
    if (json) {
        json_object_set_new(whole, "sweep", json_string(command));
        json_object_set_new(whole, "sweep_seconds", json_real(seconds));
        return;
    }
    printf("%zu cell%s not known; about %.0f min %02.0f s of measuring would tell:\n%s\n", cells,
           cells == 1 ? " is" : "s are", floor(seconds / 60), fmod(seconds, 60), command);
}

void advice_print_end(bool json)
{
    if (!json)
        return;
    json_dumpf(whole, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    putchar('\n');
    json_decref(whole);
    whole = NULL;
}
