/* Prints what a self-test counted (selftest_output.h). No state. */
/* SPDX-License-Identifier: MIT */
#include "harness/cli/selftest_output.h"
#include "harness/base/numbers.h"
#include <jansson.h>
#include <math.h>
#include <stdio.h>

/* "3.1% [1.2, 7.6], 5 of 160"; "none" if nothing was counted. */
static struct words tally_words(struct tally tally)
{
    struct tally_interval in = tally_interval(&tally);
    if (tally.count == 0)
        return words_format("none");
    return words_format("%.1f%% [%.1f, %.1f], %zu of %zu", 100 * in.share, 100 * in.low,
                        100 * in.high, tally.hits, tally.count);
}

/* A line for each kind of cell that has any, and one for all. */
static void print_groups(const char *title, const struct tally tallies[GROUPS])
{
    struct tally sum = tally_sum(tallies);
    if (sum.count == 0)
        return;
    printf("%s: %s\n", title, tally_words(sum).text);
    for (int g = 0; g < GROUPS; g++)
        if (tallies[g].count && tallies[g].count < sum.count)
            printf("  %-12s %s\n", place_group_name((enum place_group)g),
                   tally_words(tallies[g]).text);
}

static void print_equal(const struct selfcheck *check)
{
    print_groups("equal arms called slower or faster (5% promised)", check->wrong);
    print_groups("the same, as an adaptive sweep looks (5% promised)", check->wrong_adaptive);
    print_groups("equal arms called the same within 5%", check->same);
    print_groups("equal arms whose medians of 10 rounds have intervals apart, which is no verdict",
                 check->apart);
    if (check->tables.count)
        printf("tables of equal arms with a mark in any cell: %s\n",
               tally_words(check->tables).text);
}

static void print_power(const struct power *power)
{
    char title[96];
    snprintf(title, sizeof(title), "arms that waste %u%%, called slower%s", power->waste,
             power->waste == SELFCHECK_DIFFERENT ? " (95% promised for one thread, one PU)" : "");
    print_groups(title, power->slower);
    if (power->waste >= SELFCHECK_DIFFERENT) {
        snprintf(title, sizeof(title), "arms that waste %u%%, called the same within %d%% (%s)",
                 power->waste, SELFCHECK_MARGIN, "at most 5% promised");
        print_groups(title, power->same);
    }
}

static void print_known(const struct selfcheck *check)
{
    for (size_t i = 0; i < check->known_count; i++) {
        const struct known *known = &check->known[i];
        printf("a wait of %s is measured as %s: %s\n", number_ns(known->ns).text,
               number_ns(known->measured_ns).text,
               known_is_right(known, check->timer_ns) ? "right" : "WRONG");
    }
    if (check->known_count && !isnan(check->timer_ns))
        printf("(right: within 1%% and two readings of the clock, %s each)\n",
               number_ns(check->timer_ns).text);
}

static void print_text(const struct selfcheck *check, int64_t run)
{
    printf("run %lld judged itself, %d rounds a comparison; intervals at 95%%\n", (long long)run,
           SELFCHECK_ROUNDS);
    print_equal(check);
    for (size_t i = 0; i < check->power_count; i++)
        print_power(&check->powers[i]);
    print_known(check);
    puts(selfcheck_keeps(check) ? "nothing is beyond what is promised"
                                : "the lab does not keep what it promises here");
}

static json_t *real_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *pack_tally(struct tally tally)
{
    struct tally_interval in = tally_interval(&tally);
    return json_pack("{s:I s:I s:o s:o s:o}", "hits", (json_int_t)tally.hits, "count",
                     (json_int_t)tally.count, "share", real_or_null(in.share), "low",
                     real_or_null(in.low), "high", real_or_null(in.high));
}

static json_t *pack_groups(const struct tally tallies[GROUPS])
{
    json_t *groups = json_pack("{s:o}", "all", pack_tally(tally_sum(tallies)));
    for (int g = 0; g < GROUPS; g++)
        json_object_set_new(groups, place_group_name((enum place_group)g), pack_tally(tallies[g]));
    return groups;
}

static json_t *pack_powers(const struct selfcheck *check)
{
    json_t *powers = json_array();
    for (size_t i = 0; i < check->power_count; i++) {
        const struct power *power = &check->powers[i];
        json_array_append_new(powers, json_pack("{s:i s:o s:o}", "waste_percent", (int)power->waste,
                                                "slower", pack_groups(power->slower), "same",
                                                pack_groups(power->same)));
    }
    return powers;
}

static json_t *pack_known(const struct selfcheck *check)
{
    json_t *list = json_array();
    for (size_t i = 0; i < check->known_count; i++)
        json_array_append_new(list,
                              json_pack("{s:f s:o s:b}", "ns", check->known[i].ns, "measured_ns",
                                        real_or_null(check->known[i].measured_ns), "right",
                                        known_is_right(&check->known[i], check->timer_ns)));
    return list;
}

static void print_json(const struct selfcheck *check, int64_t run)
{
    json_t *equal = json_pack("{s:o s:o s:o s:o}", "wrong", pack_groups(check->wrong),
                              "wrong_adaptive", pack_groups(check->wrong_adaptive), "same",
                              pack_groups(check->same), "apart", pack_groups(check->apart));
    json_t *all = json_pack("{s:I s:i s:o s:o s:o s:o s:o s:b}", "run", (json_int_t)run, "rounds",
                            SELFCHECK_ROUNDS, "equal_arms", equal, "tables_with_a_mark",
                            pack_tally(check->tables), "wasting_arms", pack_powers(check), "known",
                            pack_known(check), "timer_ns", real_or_null(check->timer_ns), "keeps",
                            selfcheck_keeps(check));
    json_dumpf(all, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    putchar('\n');
    json_decref(all);
}

void selftest_print(const struct selfcheck *check, int64_t run, bool json)
{
    if (json)
        print_json(check, run);
    else
        print_text(check, run);
}
