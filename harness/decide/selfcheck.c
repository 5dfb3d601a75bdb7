/* Counts verdicts on equal arms and on arms that differ by what is known (selfcheck.h). No state.
 */
/* SPDX-License-Identifier: MIT */
#include "harness/decide/selfcheck.h"
#include "harness/base/stats.h"
#include "harness/base/twin.h"
#include "harness/decide/table.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *place_group_name(enum place_group group)
{
    static const char *const names[GROUPS] = {"one thread", "one PU", "more PUs"};
    return names[group];
}

static enum place_group group_of(const struct cell *cell)
{
    return !cell->params.place[0]                       ? GROUP_ONE_THREAD
           : strcmp(cell->params.place, "same-pu") == 0 ? GROUP_ONE_PU
                                                        : GROUP_MORE_PUS;
}

static void add(struct tally *tally, bool hit)
{
    tally->hits += hit;
    tally->count++;
}

struct tally tally_sum(const struct tally tallies[GROUPS])
{
    struct tally sum = {0, 0};
    for (int g = 0; g < GROUPS; g++) {
        sum.hits += tallies[g].hits;
        sum.count += tallies[g].count;
    }
    return sum;
}

struct tally_interval tally_interval(const struct tally *tally)
{
    static const double z = 1.959963984540054; /* of a normal, 0.975 */
    double n = (double)tally->count, p = (double)tally->hits / n;
    if (tally->count == 0)
        return (struct tally_interval){NAN, NAN, NAN};
    double middle = (p + z * z / (2 * n)) / (1 + z * z / n);
    double half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    return (struct tally_interval){p, fmax(middle - half, 0), fmin(middle + half, 1)};
}

/* Some rounds of a run, as a run. The costs are the run's. */
static int view(const struct arms *arms, size_t first, size_t rounds, enum looks looks,
                struct arms *out)
{
    *out =
        (struct arms){malloc((arms->count + 1) * sizeof(*out->items)), arms->count, rounds, looks};
    if (!out->items)
        return -ENOMEM;
    for (size_t i = 0; i < arms->count; i++) {
        out->items[i] = arms->items[i];
        out->items[i].costs += first;
        out->items[i].started_ms += out->items[i].started_ms ? first : 0;
    }
    return 0;
}

/* How an arm's median lies, by its own interval over the first rounds. */
static struct interval median_of(const struct arms *arms, const char *label, const char *variant)
{
    enum { ROUNDS = 10 };
    const struct arm *arm = arms_find(arms, label, variant);
    double costs[ROUNDS];
    struct interval interval;
    size_t count = 0;
    for (size_t r = 0; arm && r < arms->rounds && r < ROUNDS; r++)
        if (!isnan(arm->costs[r]))
            costs[count++] = arm->costs[r];
    stats_interval(costs, count, &interval);
    return interval;
}

static bool lie_apart(const struct arms *arms, const char *label, const char *a, const char *b)
{
    struct interval x = median_of(arms, label, a), y = median_of(arms, label, b);
    return x.high < y.low || y.high < x.low;
}

static bool is_called_different(const struct compared *c)
{
    return c->verdict.kind == VERDICT_SLOWER || c->verdict.kind == VERDICT_FASTER;
}

/* A pair's table over some rounds; -ENODATA if the run has no such pair. */
struct view_table {
    struct arms arms;
    struct table table;
};

static int open_table(struct view_table *t, const struct arms *arms, size_t first, size_t rounds,
                      enum looks looks, const char *a, const char *b, unsigned margin)
{
    int status = view(arms, first, rounds, looks, &t->arms);
    if (status)
        return status;
    status = table_make(&t->table, &t->arms, a, b, margin);
    if (status)
        free(t->arms.items);
    return status;
}

static void close_table(struct view_table *t)
{
    table_free(&t->table);
    free(t->arms.items);
}

static enum place_group group_at(const struct view_table *t, size_t i, const char *variant)
{
    return group_of(&arms_find(&t->arms, t->table.items[i].label, variant)->cell);
}

/* Two equal arms, over some rounds. */
static int count_equal(struct selfcheck *check, const struct arms *arms, size_t first,
                       size_t rounds, const char *a, const char *b)
{
    struct view_table t;
    int status = open_table(&t, arms, first, rounds, LOOKS_ONE, a, b, VERDICT_MARGIN);
    if (status)
        return status == -ENODATA ? 0 : status;
    for (size_t i = 0; i < t.table.count; i++) {
        const struct compared *c = &t.table.items[i];
        enum place_group g = group_at(&t, i, a);
        if (c->verdict.rounds == 0)
            continue;
        add(&check->wrong[g], is_called_different(c));
        add(&check->same[g], c->verdict.kind == VERDICT_SAME);
        add(&check->apart[g], lie_apart(&t.arms, c->label, a, b));
    }
    add(&check->tables, t.table.moved > 0);
    close_table(&t);
    return 0;
}

/* The first verdict that an adaptive run would come to in a cell, of the tables of its looks. */
static void count_looks(struct selfcheck *check, const struct view_table looks[3], const char *a)
{
    for (size_t i = 0; i < looks[0].table.count; i++) {
        const char *label = looks[0].table.items[i].label;
        const struct compared *c = NULL;
        for (int k = 0; k < 3 && (!c || c->verdict.kind == VERDICT_CANT_TELL); k++)
            for (size_t j = 0; j < looks[k].table.count; j++)
                if (strcmp(looks[k].table.items[j].label, label) == 0)
                    c = &looks[k].table.items[j];
        if (c && c->verdict.rounds)
            add(&check->wrong_adaptive[group_at(&looks[0], i, a)], is_called_different(c));
    }
}

static int count_adaptive(struct selfcheck *check, const struct arms *arms, size_t first,
                          const char *a, const char *b)
{
    static const size_t rounds[3] = {10, 20, SELFCHECK_ADAPTIVE};
    struct view_table looks[3];
    int status = 0, opened = 0;
    while (opened < 3 && !status) {
        status = open_table(&looks[opened], arms, first, rounds[opened], LOOKS_THREE, a, b,
                            VERDICT_MARGIN);
        opened += !status;
    }
    if (!status)
        count_looks(check, looks, a);
    while (opened > 0)
        close_table(&looks[--opened]);
    return status == -ENODATA ? 0 : status;
}

/* An arm and one that wastes, over some rounds. */
static int count_power(struct power *power, const struct arms *arms, size_t first, size_t rounds,
                       const char *a, const char *b)
{
    struct view_table t;
    int status = open_table(&t, arms, first, rounds, LOOKS_ONE, a, b, SELFCHECK_MARGIN);
    if (status)
        return status == -ENODATA ? 0 : status;
    for (size_t i = 0; i < t.table.count; i++) {
        const struct verdict *v = &t.table.items[i].verdict;
        enum place_group g = group_at(&t, i, a);
        if (v->rounds == 0)
            continue;
        add(&power->slower[g], v->kind == VERDICT_SLOWER);
        add(&power->same[g], v->kind == VERDICT_SAME);
    }
    close_table(&t);
    return 0;
}

/* The place of a share among the powers, in rising order; NULL if there is no room. */
static struct power *power_of(struct selfcheck *check, unsigned waste)
{
    size_t at = 0;
    while (at < check->power_count && check->powers[at].waste < waste)
        at++;
    if (at < check->power_count && check->powers[at].waste == waste)
        return &check->powers[at];
    if (check->power_count == SELFCHECK_WASTES)
        return NULL;
    memmove(&check->powers[at + 1], &check->powers[at],
            (check->power_count++ - at) * sizeof(check->powers[0]));
    check->powers[at] = (struct power){.waste = waste};
    return &check->powers[at];
}

/* Whether a name is a twin's that is the second of a pair: 2 of 1, 4 of 3. So no arm is in two
 * pairs, and each comparison stands for itself. */
static bool is_second(const struct twin *twin, char first[LABEL_MAX])
{
    if (twin->waste || twin->number < 2 || twin->number % 2)
        return false;
    if (twin->number > 2)
        return twin_name(twin->variant, twin->number - 1, 0, first);
    strcpy(first, twin->variant);
    return true;
}

/* All that one variant's name, and its partner's, have to tell. */
static int count_variant(struct selfcheck *check, const struct arms *arms, const char *name)
{
    size_t each = arms->rounds < SELFCHECK_ROUNDS ? arms->rounds : SELFCHECK_ROUNDS;
    struct twin twin = twin_of(name);
    char first[LABEL_MAX];
    bool second = is_second(&twin, first);
    struct power *power = twin.waste ? power_of(check, twin.waste) : NULL;
    int status = 0;
    for (size_t r = 0; r + each <= arms->rounds && !status; r += each) {
        if (second)
            status = count_equal(check, arms, r, each, first, name);
        else if (power)
            status = count_power(power, arms, r, each, twin.variant, name);
    }
    for (size_t r = 0; second && r + SELFCHECK_ADAPTIVE <= arms->rounds && !status;
         r += SELFCHECK_ADAPTIVE)
        status = count_adaptive(check, arms, r, first, name);
    return status;
}

/* Reads the known costs, and counts the twins. */
static void read_known(struct selfcheck *check, const struct arms *arms)
{
    check->timer_ns = NAN;
    for (size_t i = 0; i < arms->count; i++) {
        const struct arm *arm = &arms->items[i];
        struct twin twin = twin_of(arm->cell.variant);
        check->twins += twin.number || twin.waste;
        if (strcmp(arm->cell.scenario, "floor-timer") == 0)
            check->timer_ns = arms_median_ns(arms, arm);
        if (strcmp(arm->cell.scenario, "busy-wait") == 0 && check->known_count < SELFCHECK_KNOWN)
            check->known[check->known_count++] =
                (struct known){(double)arm->cell.params.work, arms_median_ns(arms, arm)};
    }
}

int selfcheck_make(struct selfcheck *check, const struct arms *arms)
{
    size_t count;
    *check = (struct selfcheck){.twins = 0};
    read_known(check, arms);
    if (check->twins == 0)
        return -ENODATA;
    const char **names = arms_variants(arms, &count);
    int status = names && arms->rounds ? 0 : names ? -ENODATA : -ENOMEM;
    for (size_t i = 0; i < count && !status; i++)
        status = count_variant(check, arms, names[i]);
    free(names);
    return status;
}

bool known_is_right(const struct known *known, double timer_ns)
{
    enum { READINGS = 2 };
    double timer = isnan(timer_ns) ? 0 : READINGS * timer_ns;
    return known->measured_ns >= known->ns * 0.99 && known->measured_ns <= known->ns * 1.01 + timer;
}

static bool is_above(struct tally tally, double share)
{
    return tally_interval(&tally).low > share;
}

static bool is_below(struct tally tally, double share)
{
    return tally_interval(&tally).high < share;
}

bool selfcheck_keeps(const struct selfcheck *check)
{
    bool keeps = !is_above(tally_sum(check->wrong), SELFCHECK_WRONG) &&
                 !is_above(tally_sum(check->wrong_adaptive), SELFCHECK_WRONG);
    for (size_t i = 0; i < check->power_count; i++) {
        const struct power *power = &check->powers[i];
        if (power->waste == SELFCHECK_DIFFERENT)
            keeps = keeps && !is_above(tally_sum(power->same), SELFCHECK_WRONG) &&
                    !is_below(power->slower[GROUP_ONE_THREAD], SELFCHECK_FOUND) &&
                    !is_below(power->slower[GROUP_ONE_PU], SELFCHECK_FOUND);
    }
    for (size_t i = 0; i < check->known_count; i++)
        keeps = keeps && known_is_right(&check->known[i], check->timer_ns);
    return keeps;
}
