/* Ratios of two cells, paired by process: the sweep runs every cell once in each round, in an order
 * that is shuffled anew, so that what drifts hits both cells of a round alike. */
/* SPDX-License-Identifier: MIT */
#ifndef PLOTS_PAIRED_H
#define PLOTS_PAIRED_H

#include "harness/base/standing.h"
#include "plots/model.h"
#include <stdbool.h>
#include <stddef.h>

/* The median of the processes' ratios (each of the medians of its windows), and the order-statistic
 * interval at 95% or a little more; the interval is NaN below six pairs, and all is NaN for none.
 */
struct ratio {
    double median, low, high;
    size_t pairs;
};

/* How long `over` takes as a multiple of `under`. */
struct ratio ratio_paired(const struct model *m, const struct page_cell *over,
                          const struct page_cell *under);

/* Whether each of the cells is one of those not shown slower than any other of them, by signed
 * ranks over rounds at 5% for the whole set (harness/base/multiple.h). 0; -ENOMEM; -EINVAL if
 * samples can't be right. */
int paired_best(const struct model *m, const struct page_cell *const *cells, size_t count,
                bool *best);

/* How a cell stands to the fastest of `variants` cells of its block, over the rounds that both
 * have. 0; -ENOMEM; -EINVAL if samples can't be right. */
int paired_standing(const struct model *m, const struct page_cell *c,
                    const struct page_cell *fastest, size_t variants, struct standing *standing);

/* A cell's cost as the best of `count`: the interval covers the true median as often as the others
 * do although the cell was chosen for its cost, since its level is 5% divided by `count`. */
struct words paired_cost_of_best(const struct model *m, const struct page_cell *c, size_t count);

/* "0.83× [0.71, 0.95]"; "0.83×, no interval" below six pairs; or "n/a". */
struct words ratio_words(struct ratio r);

/* A cell's samples in ns, sorted; malloc'd, the caller frees. Returns how many; 0 with NULL for
 * none (or no memory). */
size_t cell_samples(const struct model *m, const struct page_cell *c, double **values);

#endif
