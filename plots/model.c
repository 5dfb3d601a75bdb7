/* A run's exported tables, read into cells, samples and facts that the sections ask for. A model
 * owns all of it, from model_read() to model_free(). */
/* SPDX-License-Identifier: MIT */
#include "plots/model.h"
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The parameters at which scenarios are compared: what a sweep runs if nothing else is asked for,
 * as most scenarios have them. */
enum { USUAL_ELEM = 8, USUAL_CAPACITY = 128 };

static const char *const path_order[] = {"handoff", "buffer", "park"};
static const char *const place_order[] = {"", "same-pu", "smt", "l2", "l3", "package", "machine"};

static size_t rank_of(const char *word, const char *const *order, size_t count)
{
    size_t i = 0;
    while (i < count && strcmp(order[i], word) != 0)
        i++;
    return i;
}

static size_t path_rank(const char *path)
{
    return rank_of(path, path_order, sizeof(path_order) / sizeof(path_order[0]));
}

static size_t place_rank(const char *place)
{
    return rank_of(place, place_order, sizeof(place_order) / sizeof(place_order[0]));
}

static void read_cell(struct page_cell *c, const struct tsv *t, size_t row)
{
    *c = (struct page_cell){
        .name = tsv_text(t, row, "name"),
        .scenario = tsv_text(t, row, "scenario"),
        .variant = tsv_text(t, row, "variant"),
        .path = tsv_text(t, row, "path"),
        .op = tsv_text(t, row, "op"),
        .place = tsv_text(t, row, "place"),
        .status = tsv_text(t, row, "status"),
        .reason = tsv_text(t, row, "reason"),
        .floor = tsv_text(t, row, "floor"),
        .ci_unit = tsv_text(t, row, "ci_unit"),
        .capacity = tsv_number(t, row, "capacity"),
        .elem = tsv_number(t, row, "elem"),
        .threads = tsv_number(t, row, "threads"),
        .work = tsv_number(t, row, "work"),
        .held = tsv_number(t, row, "held"),
        .lines = tsv_number(t, row, "lines"),
        .away = tsv_number(t, row, "away"),
        .geometric = tsv_number(t, row, "geometric"),
        .handovers = tsv_number(t, row, "handovers"),
        .samples = tsv_number(t, row, "samples"),
        .processes = tsv_number(t, row, "processes"),
        .median_ns = tsv_number(t, row, "median_ns"),
        .ci_low_ns = tsv_number(t, row, "ci_low_ns"),
        .ci_high_ns = tsv_number(t, row, "ci_high_ns"),
        .ci_level = tsv_number(t, row, "ci_level"),
        .purity = tsv_number(t, row, "purity"),
        .floor_units = tsv_number(t, row, "floor_units"),
        .floor_ns = tsv_number(t, row, "floor_ns"),
        .floor_ratio = tsv_number(t, row, "floor_ratio"),
        .cpu_ns = tsv_number(t, row, "cpu_ns_per_op"),
        .switches = tsv_number(t, row, "switches_per_op"),
        .overlap = tsv_number(t, row, "overlap"),
        .fairness = tsv_number(t, row, "fairness"),
        .traced_ns = tsv_number(t, row, "traced_ns"),
        .traced_ratio = tsv_number(t, row, "traced_ratio"),
        .traced_low = tsv_number(t, row, "traced_low"),
        .traced_high = tsv_number(t, row, "traced_high"),
    };
}

static size_t variant_number(struct model *m, const char *variant)
{
    size_t i = 0;
    while (i < m->variant_count && strcmp(m->variants[i], variant) != 0)
        i++;
    if (i == m->variant_count)
        m->variants[m->variant_count++] = variant;
    return i;
}

double model_elem(const struct model *m, const char *scenario)
{
    double elem = NAN;
    for (size_t i = 0; i < m->cell_count; i++) {
        const struct page_cell *c = &m->cells[i];
        if (strcmp(c->scenario, scenario) != 0)
            continue;
        if (c->elem == USUAL_ELEM)
            return USUAL_ELEM;
        if (isfinite(c->elem) && !(elem <= c->elem))
            elem = c->elem;
    }
    return elem;
}

/* The usual number of slots if the scenario was run with it, otherwise the fewest. */
static double usual_capacity(const struct model *m, const char *scenario)
{
    double capacity = NAN;
    for (size_t i = 0; i < m->cell_count; i++) {
        const struct page_cell *c = &m->cells[i];
        if (strcmp(c->scenario, scenario) != 0)
            continue;
        if (c->capacity == USUAL_CAPACITY)
            return USUAL_CAPACITY;
        if (isfinite(c->capacity) && !(capacity <= c->capacity))
            capacity = c->capacity;
    }
    return capacity;
}

/* The parameters of which the least value is usual: where in a cell. */
static const size_t least_is_usual[] = {
    offsetof(struct page_cell, work),      offsetof(struct page_cell, held),
    offsetof(struct page_cell, lines),     offsetof(struct page_cell, away),
    offsetof(struct page_cell, geometric),
};

enum { LEAST = sizeof(least_is_usual) / sizeof(least_is_usual[0]) };

static double number_at(const struct page_cell *c, size_t at)
{
    double value;
    memcpy(&value, (const char *)c + at, sizeof(value));
    return value;
}

static double least_of(const struct model *m, const char *scenario, size_t at)
{
    double least = NAN;
    for (size_t i = 0; i < m->cell_count; i++)
        if (strcmp(m->cells[i].scenario, scenario) == 0)
            least = fmin(least, number_at(&m->cells[i], at)); /* of a number and NaN, the number */
    return least;
}

bool cell_is_usual(const struct model *m, const struct page_cell *c)
{
    double elem = model_elem(m, c->scenario), capacity = usual_capacity(m, c->scenario);
    for (size_t i = 0; i < LEAST; i++) {
        double least = least_of(m, c->scenario, least_is_usual[i]);
        if (isfinite(least) && number_at(c, least_is_usual[i]) != least)
            return false;
    }
    return (c->elem == elem || !isfinite(elem)) && (c->capacity == capacity || !isfinite(capacity));
}

const struct page_cell *model_cell(const struct model *m, const char *scenario, const char *variant,
                                   double threads, const char *place)
{
    for (size_t i = 0; i < m->cell_count; i++) {
        const struct page_cell *c = &m->cells[i];
        if (strcmp(c->scenario, scenario) == 0 && strcmp(c->variant, variant) == 0 &&
            strcmp(c->place, place) == 0 && (isnan(threads) || c->threads == threads) &&
            cell_is_usual(m, c))
            return c;
    }
    return NULL;
}

double model_outcome(const struct model *m, const struct page_cell *c, const char *outcome)
{
    const struct named_row *of_cell;
    size_t count = by_name_find(&m->rows.outcomes, c->name, &of_cell);
    for (size_t i = 0; i < count; i++)
        if (strcmp(tsv_text(&m->outcomes, of_cell[i].row, "outcome"), outcome) == 0)
            return tsv_number(&m->outcomes, of_cell[i].row, "per_op");
    return NAN;
}

size_t model_latency_row(const struct model *m, const struct page_cell *c, const char *side)
{
    const struct named_row *of_cell;
    size_t count = by_name_find(&m->rows.latency, c->name, &of_cell);
    for (size_t i = 0; i < count; i++)
        if (strcmp(tsv_text(&m->latency, of_cell[i].row, "side"), side) == 0)
            return of_cell[i].row;
    return m->latency.rows;
}

/* So few parks an operation are those of a start or an end, and say nothing of the operations. */
static const double parks_least = 1e-3;

/* The share of `parks` that an outcome was; 0 if the run is from before it was counted. */
static double share_of(const struct model *m, const struct page_cell *c, const char *outcome,
                       double parks)
{
    double per_op = model_outcome(m, c, outcome);
    return per_op > 0 ? fmin(per_op / parks, 1) : 0;
}

struct park_shares model_parks(const struct model *m, const struct page_cell *c)
{
    /* A call that was woken to compete again has parked, too; below it counts by how it ended. */
    double retries = model_outcome(m, c, "wake_to_retry"),
           parks = model_outcome(m, c, "send_park") + model_outcome(m, c, "recv_park") +
                   (retries > 0 ? retries : 0);
    if (!(parks > parks_least))
        return (struct park_shares){NAN, NAN, NAN};
    double slept = share_of(m, c, "park_slept", parks);
    double switched = share_of(m, c, "park_switched", parks);
    return (struct park_shares){slept, switched, fmin(slept + switched, 1)};
}

static int compare_numbers(double a, double b)
{
    if (isfinite(a) != isfinite(b))
        return isfinite(a) ? 1 : -1;
    return (a > b) - (a < b);
}

static int compare_groups(const struct page_cell *a, const struct page_cell *b)
{
    int by_path = (int)path_rank(a->path) - (int)path_rank(b->path);
    if (by_path || (by_path = strcmp(a->path, b->path)) ||
        (by_path = strcmp(a->scenario, b->scenario)))
        return by_path;
    int by_params = compare_numbers(a->threads, b->threads);
    if (by_params || (by_params = compare_numbers(a->capacity, b->capacity)))
        return by_params;
    for (size_t i = 0; i < LEAST; i++)
        if ((by_params =
                 compare_numbers(number_at(a, least_is_usual[i]), number_at(b, least_is_usual[i]))))
            return by_params;
    int by_place = (int)place_rank(a->place) - (int)place_rank(b->place);
    return by_place ? by_place : strcmp(a->place, b->place);
}

static int compare_sorted(const void *left, const void *right)
{
    const struct page_cell *a = *(const struct page_cell *const *)left;
    const struct page_cell *b = *(const struct page_cell *const *)right;
    int by_group = compare_groups(a, b);
    return by_group ? by_group
                    : (a->variant_index > b->variant_index) - (a->variant_index < b->variant_index);
}

bool cell_same_group(const struct page_cell *a, const struct page_cell *b)
{
    return compare_groups(a, b) == 0;
}

static void choose_headline(struct model *m)
{
    for (size_t i = 0; i < m->cell_count; i++) {
        const struct page_cell *c = &m->cells[i];
        if (cell_is_floor(c))
            continue;
        m->sorted[m->sorted_count++] = c;
        if (c->path[0] == '\0')
            continue;
        double elem = model_elem(m, c->scenario);
        if (c->elem == elem || !isfinite(elem))
            m->headline[m->headline_count++] = c;
    }
    qsort(m->sorted, m->sorted_count, sizeof(*m->sorted), compare_sorted);
    qsort(m->headline, m->headline_count, sizeof(*m->headline), compare_sorted);
}

static int read_table(struct tsv *t, const char *directory, const char *name)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof(path), "%s/data/%s.tsv", directory, name) >= (int)sizeof(path))
        return -ENAMETOOLONG;
    return tsv_read(t, path);
}

static int read_tables(struct model *m, const char *directory, char *error, size_t size)
{
    const struct {
        const char *name;
        struct tsv *table;
    } tables[] = {
        {"cells", &m->cells_table}, {"samples", &m->samples},
        {"latency", &m->latency},   {"histogram", &m->histogram},
        {"outcomes", &m->outcomes}, {"counters", &m->counters},
        {"run", &m->run},           {"environment", &m->environment},
        {"topology", &m->topology}, {"doctor", &m->doctor},
    };
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        int status = read_table(tables[i].table, directory, tables[i].name);
        if (!status || (status == -ENOENT && i > 0))
            continue;
        snprintf(error, size, "%s/data/%s.tsv: %s: export a run's tables there first", directory,
                 tables[i].name, status == -EINVAL ? "not a table" : strerror(-status));
        return status;
    }
    if (m->cells_table.rows > 0)
        return 0;
    snprintf(error, size, "%s/data/cells.tsv: it holds no cell: report a run that measured one",
             directory);
    return -ENODATA;
}

static int index_tables(struct model *m)
{
    int status = by_name_make(&m->rows.samples, &m->samples);
    if (!status)
        status = by_name_make(&m->rows.outcomes, &m->outcomes);
    return status ? status : by_name_make(&m->rows.latency, &m->latency);
}

int model_read(struct model *m, const char *directory, char *error, size_t size)
{
    memset(m, 0, sizeof(*m));
    int status = read_tables(m, directory, error, size);
    if (status) {
        model_free(m);
        return status;
    }
    size_t count = m->cells_table.rows;
    m->cells = calloc(count, sizeof(*m->cells));
    m->variants = calloc(count, sizeof(*m->variants));
    m->headline = calloc(count, sizeof(*m->headline));
    m->sorted = calloc(count, sizeof(*m->sorted));
    if (!m->cells || !m->variants || !m->headline || !m->sorted || index_tables(m)) {
        model_free(m);
        snprintf(error, size, "out of memory: report a smaller run");
        return -ENOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        struct page_cell *c = &m->cells[m->cell_count++];
        read_cell(c, &m->cells_table, i);
        if (!cell_is_floor(c))
            c->variant_index = variant_number(m, c->variant);
    }
    choose_headline(m);
    return 0;
}

void model_free(struct model *m)
{
    tsv_free(&m->cells_table);
    tsv_free(&m->samples);
    tsv_free(&m->latency);
    tsv_free(&m->histogram);
    tsv_free(&m->outcomes);
    tsv_free(&m->counters);
    tsv_free(&m->environment);
    tsv_free(&m->run);
    tsv_free(&m->topology);
    tsv_free(&m->doctor);
    by_name_free(&m->rows.samples);
    by_name_free(&m->rows.outcomes);
    by_name_free(&m->rows.latency);
    free(m->cells);
    free(m->variants);
    free(m->headline);
    free(m->sorted);
    memset(m, 0, sizeof(*m));
}

const char *model_fact(const struct tsv *table, const char *key)
{
    for (size_t i = 0; i < table->rows; i++)
        if (strcmp(tsv_text(table, i, "key"), key) == 0)
            return tsv_text(table, i, "value");
    return "";
}

bool model_is_cut_short(const struct model *m)
{
    for (size_t i = 0; i < m->run.rows; i++)
        if (strcmp(tsv_text(&m->run, i, "key"), "finished") == 0)
            return tsv_text(&m->run, i, "value")[0] == '\0';
    return false;
}

struct words model_processes(const struct model *m)
{
    const char *planned = model_fact(&m->run, "processes");
    double least = INFINITY, most = 0;
    for (size_t i = 0; i < m->cell_count; i++) {
        const struct page_cell *c = &m->cells[i];
        if (cell_is_ok(c) && isfinite(c->processes)) {
            least = fmin(least, c->processes);
            most = fmax(most, c->processes);
        }
    }
    planned = planned[0] ? planned : "n/a";
    if (!model_is_cut_short(m))
        return words_format("%s", planned);
    if (least >= most)
        return words_format("%s of %.40s", number_count(most).text, planned);
    return words_format("%s to %s of %.40s", number_count(least).text, number_count(most).text,
                        planned);
}
