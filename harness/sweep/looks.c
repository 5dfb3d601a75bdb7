/* Looks at the blocks of an adaptive sweep (looks.h). No state: what a look finds follows from the
 * store, so a sweep that goes on finds it again. */
/* SPDX-License-Identifier: MIT */
#include "harness/sweep/looks.h"
#include "harness/store/processes.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>

bool looks_after(uint32_t rounds)
{
    return rounds == 10 || rounds == 20;
}

/* The log of what a cell's process cost in each round; NaN where none ended well. */
struct costs {
    double of[LOOKS_ROUNDS];
};

static int read_costs(struct store *store, int64_t cell, uint32_t rounds, struct costs *costs)
{
    struct process_row *rows = NULL;
    uint32_t *ok = NULL;
    size_t count = 0, ok_count = 0, next = 0;
    for (size_t r = 0; r < LOOKS_ROUNDS; r++)
        costs->of[r] = NAN;
    int status = processes_read(store, cell, &rows, &count);
    if (status == 0)
        status = processes_ok(store, cell, &ok, &ok_count);
    for (size_t i = 0; i < count && status == 0; i++) {
        while (next < ok_count && ok[next] < rows[i].process)
            next++;
        bool ended_well = next < ok_count && ok[next] == rows[i].process;
        if (ended_well && rows[i].process < rounds && rows[i].ns_per_op > 0)
            costs->of[rows[i].process] = log(rows[i].ns_per_op);
    }
    free(rows);
    free(ok);
    return status;
}

/* Whether something can be said of b and a, or never will be. */
static int compare(const struct costs *a, const struct costs *b, uint32_t rounds, bool *done)
{
    double differences[LOOKS_ROUNDS];
    struct verdict verdict;
    size_t count = 0;
    *done = true;
    for (uint32_t r = 0; r < rounds; r++)
        if (isfinite(b->of[r] - a->of[r]))
            differences[count++] = b->of[r] - a->of[r];
    if (count == 0)
        return 0;
    int status = verdict_make(&verdict, differences, count, LOOKS_THREE, VERDICT_MARGIN);
    *done = status == 0 && verdict.kind != VERDICT_CANT_TELL;
    return status;
}

int looks_at_block(struct store *store, const struct plan *plan, const int64_t *cell_ids,
                   size_t block, uint32_t rounds, bool *done)
{
    struct costs first, other;
    size_t i = 0;
    *done = true;
    while (plan->block[i] != block)
        i++;
    if (!plan->cells[i].variant[0])
        return 0;
    int status = read_costs(store, cell_ids[i], rounds, &first);
    for (i++; i < plan->count && plan->block[i] == block && status == 0 && *done; i++) {
        status = read_costs(store, cell_ids[i], rounds, &other);
        if (status == 0)
            status = compare(&first, &other, rounds, done);
    }
    return status;
}
