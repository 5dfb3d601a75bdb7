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

/* Adds what one cell counted. */
static void add_cell(struct tally *tally, const struct tally *cell)
{
    double hits = (double)cell->hits, count = (double)cell->count;
    if (cell->count == 0)
        return;
    tally->hits += cell->hits;
    tally->count += cell->count;
    tally->cells++;
    tally->hits_hits += hits * hits;
    tally->hits_count += hits * count;
    tally->count_count += count * count;
}

struct tally tally_sum(const struct tally tallies[GROUPS])
{
    struct tally sum = {0};
    for (int g = 0; g < GROUPS; g++) {
        sum.hits += tallies[g].hits;
        sum.count += tallies[g].count;
        sum.cells += tallies[g].cells;
        sum.hits_hits += tallies[g].hits_hits;
        sum.hits_count += tallies[g].hits_count;
        sum.count_count += tallies[g].count_count;
    }
    return sum;
}

/* How many independent comparisons the tally is worth: no more than it has, and no fewer than it
 * has cells. Of few cells, and where nothing was hit or all of it, nobody knows, and it is the
 * cells. */
static double worth_of(const struct tally *tally)
{
    double n = (double)tally->count, cells = (double)tally->cells, p = (double)tally->hits / n;
    double spread = tally->hits_hits - 2 * p * tally->hits_count + p * p * tally->count_count;
    enum { FEW = 10 };
    if (tally->cells < FEW || p <= 0 || p >= 1)
        return cells;
    double variance = cells / (cells - 1) * fmax(spread, 0) / (n * n);
    return fmin(n, fmax(cells, p * (1 - p) / variance));
}

struct tally_interval tally_interval(const struct tally *tally)
{
    static const double z = 1.959963984540054; /* of a normal, 0.975 */
    if (tally->count == 0)
        return (struct tally_interval){NAN, NAN, NAN};
    double n = worth_of(tally), p = (double)tally->hits / (double)tally->count;
    double middle = (p + z * z / (2 * n)) / (1 + z * z / n);
    double half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    return (struct tally_interval){p, fmax(middle - half, 0), fmin(middle + half, 1)};
}

/* A cell and its twins, of whom the first is the variant itself, with the others of its block; and
 * some rounds of them. The costs are the run's. */
struct family {
    struct arms block;
    const struct arm *copies[TWINS_MAX], *wastes[SELFCHECK_WASTES];
    size_t copy_count, waste_count;
    enum place_group group;
};

static void view_rounds(const struct arms *block, size_t first, size_t rounds, enum looks looks,
                        struct arms *out)
{
    for (size_t i = 0; i < block->count; i++) {
        out->items[i] = block->items[i];
        out->items[i].costs += first;
        out->items[i].started_ms += out->items[i].started_ms ? first : 0;
    }
    out->count = block->count;
    out->rounds = rounds;
    out->looks = looks;
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

/* Compares two arms of a block over some rounds; `scratch` has room for the block. Returns 0;
 * -ENODATA if they have no round in common. */
static int compare_pair(const struct family *f, size_t first, size_t rounds, enum looks looks,
                        const char *a, const char *b, unsigned margin, struct arms *scratch,
                        struct compared *c)
{
    struct table table;
    view_rounds(&f->block, first, rounds, looks, scratch);
    int status = table_make(&table, scratch, a, b, margin);
    if (status)
        return status;
    *c = table.items[0];
    table_free(&table);
    return c->verdict.rounds ? 0 : -ENODATA;
}

/* What one cell counts, to be added as one. */
struct counting {
    struct tally wrong, adaptive, same, apart;
};

/* The first verdict that an adaptive run would come to. */
static int count_looks(const struct family *f, size_t first, const char *a, const char *b,
                       struct arms *scratch, struct tally *adaptive)
{
    static const size_t looks[] = {10, 20, SELFCHECK_ADAPTIVE};
    struct compared c = {.verdict = {.kind = VERDICT_CANT_TELL}};
    int status = 0;
    for (size_t k = 0; k < 3 && !status && c.verdict.kind == VERDICT_CANT_TELL; k++)
        status = compare_pair(f, first, looks[k], LOOKS_THREE, a, b, VERDICT_MARGIN, scratch, &c);
    if (!status)
        add(adaptive, is_called_different(&c));
    return status == -ENODATA ? 0 : status;
}

/* Two equal arms. */
static int count_equal(const struct family *f, const char *a, const char *b, struct arms *scratch,
                       struct counting *counting)
{
    size_t all = f->block.rounds, each = all < SELFCHECK_ROUNDS ? all : SELFCHECK_ROUNDS;
    int status = 0;
    for (size_t r = 0; r + each <= all && !status; r += each) {
        struct compared c;
        status = compare_pair(f, r, each, LOOKS_ONE, a, b, VERDICT_MARGIN, scratch, &c);
        if (!status) {
            add(&counting->wrong, is_called_different(&c));
            add(&counting->same, c.verdict.kind == VERDICT_SAME);
            add(&counting->apart, lie_apart(scratch, c.label, a, b));
        }
        status = status == -ENODATA ? 0 : status;
    }
    for (size_t r = 0; r + SELFCHECK_ADAPTIVE <= all && !status; r += SELFCHECK_ADAPTIVE)
        status = count_looks(f, r, a, b, scratch, &counting->adaptive);
    return status;
}

/* All pairs of equal arms of a cell. */
static int count_copies(struct selfcheck *check, const struct family *f, struct arms *scratch)
{
    struct counting counting = {0};
    int status = 0;
    for (size_t i = 0; i < f->copy_count && !status; i++)
        for (size_t k = i + 1; k < f->copy_count && !status; k++)
            status = count_equal(f, f->copies[i]->cell.variant, f->copies[k]->cell.variant, scratch,
                                 &counting);
    add_cell(&check->wrong[f->group], &counting.wrong);
    add_cell(&check->wrong_adaptive[f->group], &counting.adaptive);
    add_cell(&check->same[f->group], &counting.same);
    add_cell(&check->apart[f->group], &counting.apart);
    return status;
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

/* Each equal arm of a cell, and one that wastes. */
static int count_waste(struct selfcheck *check, const struct family *f, const struct arm *waste,
                       struct arms *scratch)
{
    size_t all = f->block.rounds, each = all < SELFCHECK_ROUNDS ? all : SELFCHECK_ROUNDS;
    struct power *power = power_of(check, twin_of(waste->cell.variant).waste);
    struct tally slower = {0}, same = {0};
    int status = 0;
    for (size_t i = 0; power && i < f->copy_count; i++)
        for (size_t r = 0; r + each <= all && !status; r += each) {
            struct compared c;
            status = compare_pair(f, r, each, LOOKS_ONE, f->copies[i]->cell.variant,
                                  waste->cell.variant, SELFCHECK_MARGIN, scratch, &c);
            if (!status) {
                add(&slower, c.verdict.kind == VERDICT_SLOWER);
                add(&same, c.verdict.kind == VERDICT_SAME);
            }
            status = status == -ENODATA ? 0 : status;
        }
    if (power) {
        add_cell(&power->slower[f->group], &slower);
        add_cell(&power->same[f->group], &same);
    }
    return status;
}

/* Finds a cell's block and twins. `items` has room for all arms. */
static void find_family(const struct arms *arms, const struct arm *cell, struct arm *items,
                        struct family *f)
{
    *f = (struct family){.block = {items, 0, arms->rounds, LOOKS_ONE},
                         .group = group_of(&cell->cell)};
    f->copies[f->copy_count++] = cell;
    for (size_t i = 0; i < arms->count; i++) {
        const struct arm *arm = &arms->items[i];
        struct twin twin = twin_of(arm->cell.variant);
        if (strcmp(arm->label, cell->label) != 0)
            continue;
        items[f->block.count++] = *arm;
        if (strcmp(twin.variant, cell->cell.variant) != 0)
            continue;
        if (twin.number && f->copy_count < TWINS_MAX)
            f->copies[f->copy_count++] = arm;
        if (twin.waste && f->waste_count < SELFCHECK_WASTES)
            f->wastes[f->waste_count++] = arm;
    }
}

static int count_cell(struct selfcheck *check, const struct arms *arms, const struct arm *cell,
                      struct arm *room)
{
    struct family f;
    struct arms scratch = {.items = room + arms->count};
    find_family(arms, cell, room, &f);
    int status = count_copies(check, &f, &scratch);
    for (size_t i = 0; i < f.waste_count && !status; i++)
        status = count_waste(check, &f, f.wastes[i], &scratch);
    return status;
}

static bool is_cell(const struct arm *arm)
{
    struct twin twin = twin_of(arm->cell.variant);
    return arm->cell.variant[0] && !twin.number && !twin.waste;
}

/* The tables of each variant and its first twin, as `compare` makes them. */
static int count_tables(struct selfcheck *check, const struct arms *arms)
{
    size_t count;
    const char **names = arms_variants(arms, &count);
    int status = names ? 0 : -ENOMEM;
    for (size_t i = 0; i < count && !status; i++) {
        struct twin twin = twin_of(names[i]);
        struct tally one = {0};
        struct table table;
        if (twin.number != 2)
            continue;
        status = table_make(&table, arms, twin.variant, names[i], VERDICT_MARGIN);
        if (!status) {
            add(&one, table.moved > 0);
            add_cell(&check->tables, &one);
            table_free(&table);
        }
        status = status == -ENODATA ? 0 : status;
    }
    free(names);
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
    *check = (struct selfcheck){.twins = 0};
    read_known(check, arms);
    if (check->twins == 0 || arms->rounds == 0)
        return -ENODATA;
    struct arm *room = malloc(2 * arms->count * sizeof(*room));
    int status = room ? count_tables(check, arms) : -ENOMEM;
    for (size_t i = 0; i < arms->count && !status; i++)
        if (is_cell(&arms->items[i]))
            status = count_cell(check, arms, &arms->items[i], room);
    free(room);
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
