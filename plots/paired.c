/* Ratios of cells from the table of samples (paired.h). It owns no state; the arithmetic is that of
 * harness/base/stats.h, which the harness uses for its own tables. */
/* SPDX-License-Identifier: MIT */
#include "plots/paired.h"
#include "harness/base/stats.h"
#include <math.h>
#include <stdlib.h>

/* A cell's samples, as far as the table has them: processes and times. malloc'd, the caller frees.
 */
static size_t samples_of(const struct model *m, const struct page_cell *c, struct sample **out)
{
    const struct named_row *of_cell;
    size_t rows = by_name_find(&m->rows.samples, c->name, &of_cell), count = 0;
    *out = rows ? calloc(rows, sizeof(**out)) : NULL;
    for (size_t i = 0; *out && i < rows; i++) {
        double process = tsv_number(&m->samples, of_cell[i].row, "process");
        double ns = tsv_number(&m->samples, of_cell[i].row, "ns_per_op");
        if (process >= 0 && process <= UINT32_MAX && ns > 0)
            (*out)[count++] = (struct sample){.process = (uint32_t)process, .ns_per_op = ns};
    }
    return count;
}

struct ratio ratio_paired(const struct model *m, const struct page_cell *over,
                          const struct page_cell *under)
{
    struct sample *a, *b;
    struct interval in;
    size_t in_a = samples_of(m, over, &a), in_b = samples_of(m, under, &b);
    stats_paired_ratio(a, in_a, b, in_b, &in); /* which fills `in` even if there is no pair */
    free(a);
    free(b);
    return (struct ratio){in.median, in.low, in.high, in.count};
}

struct words ratio_words(struct ratio r)
{
    if (!isfinite(r.median))
        return words_format("n/a");
    if (!isfinite(r.low))
        return words_format("%s×, no interval", number_plain(r.median).text);
    return words_format("%s× [%s, %s]", number_plain(r.median).text, number_plain(r.low).text,
                        number_plain(r.high).text);
}

size_t cell_samples(const struct model *m, const struct page_cell *c, double **values)
{
    struct sample *x;
    size_t count = samples_of(m, c, &x);
    *values = count ? malloc(count * sizeof(**values)) : NULL;
    for (size_t i = 0; *values && i < count; i++)
        (*values)[i] = x[i].ns_per_op;
    free(x);
    if (!*values)
        return 0;
    stats_median(*values, count); /* which sorts them */
    return count;
}
