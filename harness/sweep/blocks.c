/* Finds what is to run side by side (blocks.h). No state. */
/* SPDX-License-Identifier: MIT */
#include "harness/sweep/blocks.h"
#include "harness/base/say.h"
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A cell while it is sorted. */
struct entry {
    const struct cell *cell;
    size_t at;    /* where it stood */
    size_t first; /* where the first of its block stood */
    bool again;   /* it stood before */
};

/* Orders cells by block: those of one are equal. */
static int compare_blocks(const struct cell *a, const struct cell *b)
{
    bool a_floor = !a->variant[0], b_floor = !b->variant[0];
    int order = strcmp(a->params.place, b->params.place);
    if (order == 0)
        order = (int)a_floor - (int)b_floor;
    if (order || a_floor)
        return order;
    order = strcmp(a->scenario, b->scenario);
    return order ? order : memcmp(&a->params, &b->params, sizeof(a->params));
}

static int compare_places(size_t a, size_t b)
{
    return a < b ? -1 : a > b;
}

static int by_block(const void *one, const void *other)
{
    const struct entry *a = one, *b = other;
    int order = compare_blocks(a->cell, b->cell);
    if (order == 0)
        order = strcmp(a->cell->name, b->cell->name);
    return order ? order : compare_places(a->at, b->at);
}

static int by_first(const void *one, const void *other)
{
    const struct entry *a = one, *b = other;
    int order = compare_places(a->first, b->first);
    return order ? order : compare_places(a->at, b->at);
}

/* Finds the first of each entry's block, and those that stood before. */
static void find_blocks(struct entry *entries, size_t count)
{
    qsort(entries, count, sizeof(*entries), by_block);
    for (size_t i = 0, end; i < count; i = end) {
        size_t first = entries[i].at;
        for (end = i; end < count && !compare_blocks(entries[i].cell, entries[end].cell); end++) {
            first = entries[end].at < first ? entries[end].at : first;
            entries[end].again =
                end > i && strcmp(entries[end].cell->name, entries[end - 1].cell->name) == 0;
        }
        for (size_t k = i; k < end; k++)
            entries[k].first = first;
    }
    qsort(entries, count, sizeof(*entries), by_first);
}

/* Copies the cells to `to`, block by block, and numbers them. Returns how many blocks there are. */
static size_t copy_blocks(const struct entry *entries, size_t *count, struct cell *to,
                          size_t *block)
{
    size_t first = SIZE_MAX, at = 0, blocks = 0;
    for (size_t i = 0; i < *count; i++) {
        if (entries[i].again)
            continue;
        blocks += entries[i].first != first;
        first = entries[i].first;
        block[at] = blocks - 1;
        to[at++] = *entries[i].cell;
    }
    *count = at;
    return blocks;
}

int blocks_make(struct cell *cells, size_t *count, size_t **block, size_t *blocks)
{
    size_t room = *count ? *count : 1;
    struct entry *entries = calloc(room, sizeof(*entries));
    struct cell *sorted = calloc(room, sizeof(*sorted));
    int status = EXIT_OK;
    *block = calloc(room, sizeof(**block));
    if (!entries || !sorted || !*block)
        status = complain(EXIT_ENVIRONMENT, "out of memory: choose fewer cells");
    else {
        for (size_t i = 0; i < *count; i++)
            entries[i] = (struct entry){.cell = &cells[i], .at = i};
        find_blocks(entries, *count);
        *blocks = copy_blocks(entries, count, sorted, *block);
        memcpy(cells, sorted, *count * sizeof(*cells));
    }
    free(entries);
    free(sorted);
    return status;
}
