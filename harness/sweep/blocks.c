/* Finds what is to run side by side (blocks.h). No state. */
/* SPDX-License-Identifier: MIT */
#include "harness/sweep/blocks.h"
#include "harness/base/say.h"
#include <stdlib.h>
#include <string.h>

/* Whether two cells belong side by side. */
static bool same_block(const struct cell *a, const struct cell *b)
{
    bool floors = !a->variant[0] && !b->variant[0];
    return strcmp(a->params.place, b->params.place) == 0 &&
           (floors || (strcmp(a->scenario, b->scenario) == 0 && !a->variant[0] == !b->variant[0] &&
                       memcmp(&a->params, &b->params, sizeof(a->params)) == 0));
}

/* Copies the cells to `to`, block by block, and numbers them. Returns how many blocks there are. */
static size_t copy_blocks(const struct cell *cells, size_t count, struct cell *to, size_t *block,
                          bool *done)
{
    size_t at = 0, blocks = 0;
    for (size_t i = 0; i < count; i++) {
        if (done[i])
            continue;
        for (size_t k = i; k < count; k++)
            if (!done[k] && same_block(&cells[i], &cells[k])) {
                done[k] = true;
                block[at] = blocks;
                to[at++] = cells[k];
            }
        blocks++;
    }
    return blocks;
}

int blocks_make(struct cell *cells, size_t count, size_t **block, size_t *blocks)
{
    struct cell *sorted = calloc(count, sizeof(*sorted));
    bool *done = calloc(count, sizeof(*done));
    int status = EXIT_OK;
    *block = calloc(count, sizeof(**block));
    if (!sorted || !done || !*block)
        status = complain(EXIT_ENVIRONMENT, "out of memory: choose fewer cells");
    else {
        *blocks = copy_blocks(cells, count, sorted, *block, done);
        memcpy(cells, sorted, count * sizeof(*cells));
    }
    free(sorted);
    free(done);
    return status;
}
