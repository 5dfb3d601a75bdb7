/* The variants' locks by themselves, with increasing numbers of threads. */
/* SPDX-License-Identifier: MIT */
#include "plots/chart.h"
#include "plots/escape.h"
#include "plots/paired.h"
#include "plots/sections.h"
#include "plots/svg.h"
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <string.h>

static bool is_lock(const struct page_cell *c)
{
    return strcmp(c->scenario, "lock") == 0;
}

/* Cells that were not contended are not drawn, nor those of other work than the usual. */
static bool is_drawn(const struct model *m, const struct page_cell *c)
{
    return is_lock(c) && cell_is_ok(c) && !cell_is_uncontended(c) && cell_is_usual(m, c);
}

/* Whether a cell belongs in the drawing of a place: it ran there, or with a single thread. */
static bool belongs(const struct model *m, const struct page_cell *c, const char *variant,
                    const char *place)
{
    return is_drawn(m, c) && strcmp(c->variant, variant) == 0 &&
           (strcmp(c->place, place) == 0 || c->place[0] == '\0');
}

static void put_curve(const struct model *m, const char *variant, const char *place, FILE *out,
                      double *most)
{
    for (size_t i = 0; i < m->sorted_count; i++) {
        const struct page_cell *c = m->sorted[i];
        if (!belongs(m, c, variant, place) || !(c->threads > 0) || !(c->median_ns > 0))
            continue;
        bool interval = cell_has_interval(c);
        fprintf(out, "%g\t%.9g\t%.9g\t%.9g\n", c->threads, c->median_ns,
                interval ? c->ci_low_ns : c->median_ns, interval ? c->ci_high_ns : c->median_ns);
        *most = fmax(*most, c->threads);
    }
}

/* Replaces all characters that could have a meaning in a file's name or in gnuplot's settings. */
static void keep_plain(char *text)
{
    for (; *text; text++)
        if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-, ", *text))
            *text = '-';
}

/* The range of all drawings, so that places can be compared. */
static void fit_all(const struct model *m, double *low, double *high)
{
    *low = INFINITY;
    *high = 0;
    for (size_t i = 0; i < m->sorted_count; i++) {
        const struct page_cell *c = m->sorted[i];
        if (!is_drawn(m, c) || !(c->median_ns > 0))
            continue;
        *low = fmin(*low, cell_has_interval(c) && c->ci_low_ns > 0 ? c->ci_low_ns : c->median_ns);
        *high = fmax(*high, cell_has_interval(c) ? c->ci_high_ns : c->median_ns);
    }
}

static int draw(const struct page *p, const char *place, const struct page_cell *first,
                struct words *name)
{
    char file[PATH_MAX], settings[900], looks[500] = "";
    struct file_draft draft;
    size_t curves = 0;
    double most = 1, low, high;
    fit_all(p->m, &low, &high);
    int status = file_draft(&draft);
    if (status)
        return status;
    for (size_t v = 0; v < p->m->variant_count && curves < 24; v++) {
        struct page_cell like = {.variant = p->m->variants[v], .variant_index = v};
        bool any = false;
        for (size_t i = 0; i < p->m->sorted_count; i++)
            any = any || belongs(p->m, p->m->sorted[i], like.variant, place);
        if (!any)
            continue;
        fputs(curves++ ? "\n\n" : "", draft.out);
        escape_label(draft.out, like.variant);
        fputc('\n', draft.out);
        put_curve(p->m, like.variant, place, draft.out, &most);
        snprintf(looks + strlen(looks), sizeof(looks) - strlen(looks), "#%06x %u ",
                 variant_colour(p->m, &like), variant_point(p->m, &like));
    }
    *name = words_format("locks-%.40s", place);
    keep_plain(name->text);
    if (snprintf(file, sizeof(file), "%s/data/%s.tsv", p->directory, name->text) >=
        (int)sizeof(file)) {
        file_discard(&draft);
        return -ENAMETOOLONG;
    }
    status = file_commit(&draft, file);
    if (status)
        return status;
    struct page_cell where = *first;
    where.threads = NAN;
    struct words heading = cell_place(&where);
    keep_plain(heading.text);
    snprintf(settings, sizeof(settings),
             "width=520; height=%zu; curves=%zu; most=%g; ymin=%g; ymax=%g; looks='%s'; "
             "heading='%s'",
             340 + 12 * curves, curves, most, low / 1.5, high * 1.5, looks, heading.text);
    return svg_draw(&(struct drawing){p->directory, "threads.gp", name->text, settings}, p->error,
                    p->size);
}

/* A cell's cost as a multiple of what one thread of its variant takes with the same work; NaN if
 * either is unknown. */
static struct ratio growth(const struct model *m, const struct page_cell *c)
{
    const struct page_cell *alone = model_cell(m, "lock", c->variant, 1, "");
    if (!is_lock(c) || !cell_is_usual(m, c) || !cell_is_usable(c) || !(c->threads > 1) || !alone ||
        !cell_is_usable(alone))
        return (struct ratio){NAN, NAN, NAN, 0};
    return ratio_paired(m, c, alone);
}

static void say_growth(const struct page *p, const char *lead, const struct page_cell *c)
{
    struct ratio r = growth(p->m, c);
    doc_aside(p->d, "answer", "%s: %s, %s. A pair costs %s, %s× [%s, %s] what one thread takes.",
              lead, c->variant, cell_place(c).text, cell_cost(c).text, number_times(r.median).text,
              number_times(r.low).text, number_times(r.high).text);
}

/* The cell whose cost grew most over that of one thread, and the cell that grew least
 * at the same place with as many threads. */
static void say_finding(const struct page *p)
{
    const struct page_cell *worst = NULL, *best = NULL;
    double most = 0, least = INFINITY;
    for (size_t i = 0; i < p->m->sorted_count; i++) {
        double times = growth(p->m, p->m->sorted[i]).median;
        if (times > most) {
            most = times;
            worst = p->m->sorted[i];
        }
    }
    if (!worst)
        return;
    for (size_t i = 0; i < p->m->sorted_count; i++) {
        double times = growth(p->m, p->m->sorted[i]).median;
        if (cell_same_group(p->m->sorted[i], worst) && times < least) {
            least = times;
            best = p->m->sorted[i];
        }
    }
    say_growth(p, "Most affected", worst);
    if (best && best != worst)
        say_growth(p, "Least affected there", best);
}

static const struct doc_column columns[] = {
    {"lock of", COLUMN_WORD},         {"threads and place", COLUMN_WORD},
    {"per pair", COLUMN_NUMBER},      {"times one thread", COLUMN_NUMBER},
    {"changed hands", COLUMN_NUMBER}, {"CPU per pair", COLUMN_NUMBER},
    {"fairness", COLUMN_NUMBER},      {"overlap", COLUMN_NUMBER},
};

static void put_table(const struct page *p)
{
    doc_table_begin(p->d, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < p->m->sorted_count; i++) {
        const struct page_cell *c = p->m->sorted[i];
        if (!is_lock(c))
            continue;
        struct ratio r = growth(p->m, c);
        doc_row(p->d, !cell_is_ok(c) ? "failed" : cell_is_uncontended(c) ? "impure" : "");
        doc_cell(p->d, c->variant);
        doc_cell(p->d, cell_threads_and_place(c).text);
        doc_cell(p->d, cell_cost(c).text);
        doc_cell(p->d, r.pairs ? words_format("%s [%s, %s]", number_times(r.median).text,
                                              number_times(r.low).text, number_times(r.high).text)
                                     .text
                               : "n/a");
        doc_cell(p->d, number_share(c->handovers).text);
        doc_cell(p->d, number_ns(c->cpu_ns).text);
        doc_cell(p->d, number_plain(c->fairness).text);
        doc_cell(p->d, number_share(c->overlap).text);
    }
    doc_table_end(p->d);
    doc_aside(
        p->d, "small",
        "Fairness is Jain's index of the threads' shares: 1 means equal shares, 1/n that one of n "
        "threads did everything. Overlap is the share of threads that made any progress within a "
        "window. Changed hands: the share of acquisitions by another thread than the one before, "
        "counted under the lock. A cell is not contended (red) if fewer than 99%% of its threads "
        "made progress, or if fewer than 10%% of the acquisitions changed hands. Such cells are "
        "left out of charts and findings.");
}

bool has_locks(const struct model *m)
{
    for (size_t i = 0; i < m->sorted_count; i++)
        if (is_lock(m->sorted[i]) && cell_is_ok(m->sorted[i]) && m->sorted[i]->threads > 1)
            return true;
    return false;
}

int section_locks(const struct page *p)
{
    size_t drawn = 0;
    const char *seen[16];
    for (size_t i = 0; i < p->m->sorted_count && drawn < 16; i++) {
        const struct page_cell *c = p->m->sorted[i];
        bool known = !is_drawn(p->m, c) || c->place[0] == '\0';
        for (size_t k = 0; k < drawn; k++)
            known = known || strcmp(seen[k], c->place) == 0;
        if (known)
            continue;
        struct words name;
        int status = draw(p, c->place, c, &name);
        if (status)
            return status;
        if (drawn == 0) {
            say_finding(p);
            doc_figures_begin(p->d);
        }
        seen[drawn++] = c->place;
        doc_figure(
            p->d, name.text,
            words_format("Chart: cost of each lock by number of threads, %s", c->place).text);
    }
    if (drawn == 0) {
        doc_text(p->d, "No lock was contended, so there is no chart.");
        put_table(p);
        return 0;
    }
    doc_figures_end(p->d,
                    "The lock scenario: for a fixed time each thread locks, increments a word, "
                    "unlocks and does something else for a while. One operation is a lock and "
                    "unlock pair of any thread. Both axes are logarithmic; each line begins at one "
                    "thread. A cell without contention is left out.");
    put_table(p);
    return 0;
}
