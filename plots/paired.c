#include "plots/paired.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct timing {
    double process, ns;
};

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int compare_timings(const void *a, const void *b)
{
    const struct timing *x = a, *y = b;
    int by_process = (x->process > y->process) - (x->process < y->process);
    return by_process ? by_process : (x->ns > y->ns) - (x->ns < y->ns);
}

/* A cell's samples by process, then time. */
static size_t read_timings(const struct model *m, const struct page_cell *c, struct timing **out)
{
    const struct tsv *t = &m->samples;
    size_t count = 0;
    *out = t->rows ? malloc(t->rows * sizeof(**out)) : NULL;
    for (size_t i = 0; *out && i < t->rows; i++) {
        if (strcmp(tsv_text(t, i, "name"), c->name) != 0)
            continue;
        struct timing x = {tsv_number(t, i, "process"), tsv_number(t, i, "ns_per_op")};
        if (isfinite(x.process) && x.ns > 0)
            (*out)[count++] = x;
    }
    if (count)
        qsort(*out, count, sizeof(**out), compare_timings);
    return count;
}

/* The medians of the processes, in place. */
static size_t reduce_to_processes(struct timing *x, size_t count)
{
    size_t processes = 0;
    for (size_t i = 0, n; i < count; i += n) {
        for (n = 0; i + n < count && x[i + n].process == x[i].process;)
            n++;
        double low = x[i + (n - 1) / 2].ns, high = x[i + n / 2].ns;
        x[processes++] = (struct timing){x[i].process, (low + high) / 2};
    }
    return processes;
}

bool median_ranks(size_t count, double level, size_t *low, size_t *high)
{
    bool found = false;
    double below = 0; /* the chance that `rank` or fewer of the values lie below the median */
    double n = (double)count;
    for (size_t rank = 0; 2 * rank + 1 < count; rank++) {
        double k = (double)rank;
        below += exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) - n * log(2));
        if (1 - 2 * below < level)
            break;
        *low = rank;
        *high = count - 1 - rank;
        found = true;
    }
    return found;
}

static struct ratio summarise(double *ratios, size_t count)
{
    struct ratio r = {NAN, NAN, NAN, count};
    size_t low, high;
    if (count == 0)
        return r;
    qsort(ratios, count, sizeof(*ratios), compare_doubles);
    r.median = (ratios[(count - 1) / 2] + ratios[count / 2]) / 2;
    if (median_ranks(count, 0.95, &low, &high)) {
        r.low = ratios[low];
        r.high = ratios[high];
    }
    return r;
}

struct ratio ratio_paired(const struct model *m, const struct page_cell *over,
                          const struct page_cell *under)
{
    struct timing *a, *b;
    size_t in_a = read_timings(m, over, &a), in_b = read_timings(m, under, &b);
    in_a = reduce_to_processes(a, in_a);
    in_b = reduce_to_processes(b, in_b);
    double *ratios = malloc((in_a + 1) * sizeof(*ratios));
    size_t count = 0;
    for (size_t i = 0, k = 0; ratios && i < in_a && k < in_b;) {
        if (a[i].process == b[k].process)
            ratios[count++] = a[i++].ns / b[k++].ns;
        else if (a[i].process < b[k].process)
            i++;
        else
            k++;
    }
    struct ratio r = summarise(ratios, count);
    free(ratios);
    free(a);
    free(b);
    return r;
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
    struct timing *x;
    size_t count = read_timings(m, c, &x);
    *values = count ? malloc(count * sizeof(**values)) : NULL;
    for (size_t i = 0; *values && i < count; i++)
        (*values)[i] = x[i].ns;
    free(x);
    if (!*values)
        return 0;
    qsort(*values, count, sizeof(**values), compare_doubles);
    return count;
}
