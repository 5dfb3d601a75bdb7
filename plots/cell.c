/* What a cell is fit for, and what it is called. */
/* SPDX-License-Identifier: MIT */
#include "plots/model.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

bool cell_is_ok(const struct page_cell *c)
{
    return strcmp(c->status, "ok") == 0 && isfinite(c->median_ns);
}

bool cell_is_usable(const struct page_cell *c)
{
    return cell_is_ok(c) && cell_has_interval(c) && !cell_is_impure(c) && !cell_is_uncontended(c);
}

bool cell_is_as_written(const struct page_cell *c)
{
    return strncmp(c->scenario, "seed-", 5) == 0;
}

bool cell_is_impure(const struct page_cell *c)
{
    return c->purity < PURE_SHARE;
}

bool cell_is_uncontended(const struct page_cell *c)
{
    return c->threads > 1 && (c->overlap < PURE_SHARE || c->handovers < CONTENDED_SHARE);
}

bool cell_is_traced_otherwise(const struct page_cell *c)
{
    return c->traced_ratio < REGIME_LOW || c->traced_ratio > REGIME_HIGH;
}

bool cell_is_lacking(const struct page_cell *c)
{
    return strcmp(c->status, "lacking") == 0;
}

bool cell_is_floor(const struct page_cell *c)
{
    return c->variant[0] == '\0';
}

const char *cell_parameters(const struct page_cell *c)
{
    size_t before = strlen(c->scenario) + strlen("/variant=") + strlen(c->variant);
    return strlen(c->name) < before ? "" : c->name + before;
}

bool cell_same_but_variant(const struct page_cell *a, const struct page_cell *b)
{
    return strcmp(a->scenario, b->scenario) == 0 &&
           strcmp(cell_parameters(a), cell_parameters(b)) == 0;
}

bool cell_has_interval(const struct page_cell *c)
{
    return isfinite(c->ci_low_ns) && isfinite(c->ci_high_ns);
}

/* Adds ", word", or "word" where it is the first. */
static void append_word(struct words *out, const char *format, const char *word)
{
    size_t used = strlen(out->text);
    snprintf(out->text + used, sizeof(out->text) - used, "%s", used ? ", " : "");
    used = strlen(out->text);
    snprintf(out->text + used, sizeof(out->text) - used, format, word);
}

static void add_threads(struct words *out, const struct page_cell *c)
{
    if (isfinite(c->threads))
        append_word(out, c->threads == 1 ? "%s thread" : "%s threads",
                    number_count(c->threads).text);
}

static bool differ(double a, double b)
{
    return !(a == b || (isnan(a) && isnan(b)));
}

struct words cell_group(const struct model *m, const struct page_cell *c)
{
    struct words out = {""};
    bool capacities_differ = false;
    for (size_t i = 0; i < m->headline_count; i++) {
        const struct page_cell *other = m->headline[i];
        capacities_differ = capacities_differ || (strcmp(other->scenario, c->scenario) == 0 &&
                                                  differ(other->capacity, c->capacity));
    }
    append_word(&out, "%s", c->path);
    add_threads(&out, c);
    if (capacities_differ)
        append_word(&out, "capacity %s", number_count(c->capacity).text);
    if (c->place[0])
        append_word(&out, "%s", c->place);
    return out;
}

static const struct {
    const char *place, *words;
} place_words[] = {
    {"same-pu", "same PU"},
    {"smt", "SMT siblings"},
    {"l2", "two PUs sharing an L2"},
    {"l3", "two PUs sharing an L3"},
    {"package", "two PUs of one package"},
    {"machine", "two PUs of two packages"},
};

struct words cell_place(const struct page_cell *c)
{
    struct words out = {""};
    const char *place = c->place;
    for (size_t i = 0; i < sizeof(place_words) / sizeof(place_words[0]); i++)
        if (strcmp(place_words[i].place, place) == 0)
            place = place_words[i].words;
    if (isfinite(c->threads) && !(c->threads == 2 && place[0]))
        append_word(&out, c->threads == 1 ? "%s thread" : "%s threads",
                    number_count(c->threads).text);
    if (place[0])
        append_word(&out, "%s", place);
    if (out.text[0] == '\0')
        append_word(&out, "%s", "1 thread");
    return out;
}

struct words cell_threads_and_place(const struct page_cell *c)
{
    struct page_cell where = *c;
    where.threads = NAN;
    return c->place[0] ? words_format("%s threads, %s", number_count(c->threads).text,
                                      cell_place(&where).text)
                       : cell_place(c);
}

struct words cell_floor_words(const struct page_cell *c)
{
    static const struct {
        const char *floor, *one, *two;
    } known[] = {
        {"floor-cacheline", "a cache-line transfer", "two cache-line transfers"},
        {"floor-futex", "a raw futex wake", "two raw futex wakes"},
        {"floor-switch", "a bare switch of stacks", "two bare switches of stacks"},
        {"floor-atomic", "a bare lock and unlock", "two bare locks and unlocks"},
    };
    size_t length = strcspn(c->floor, "/");
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strlen(known[i].floor) == length && strncmp(known[i].floor, c->floor, length) == 0)
            return words_format("%s", c->floor_units == 2 ? known[i].two : known[i].one);
    return words_format("%s%s", c->floor_units == 2 ? "two of " : "", c->floor);
}

struct words cell_where(const struct page_cell *c)
{
    struct words out = {""};
    if (!cell_is_floor(c))
        append_word(&out, "%s", c->variant);
    add_threads(&out, c);
    if (c->place[0])
        append_word(&out, "%s", c->place);
    return out;
}
