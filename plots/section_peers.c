/* Other people's channels: for each cell that a peer was also measured in, the cheapest variant
 * against the cheapest peer, and then each peer, or what it lacks. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/goroutines.h"
#include "plots/paired.h"
#include "plots/sections.h"
#include <math.h>
#include <string.h>

/* The version of a peer, which the run's environment holds for each peer that it measured; "" for
 * variants. */
static const char *peer_version(const struct model *m, const char *variant)
{
    return model_fact(&m->environment, words_format("peer_%s", variant).text);
}

static bool is_peer(const struct model *m, const struct page_cell *c)
{
    return peer_version(m, c->variant)[0] != '\0';
}

/* The run's environment names the variants that goroutines used. An older run's does not; there the
 * variant's own name shows it. */
static bool is_of_goroutines(const struct model *m, const struct page_cell *c)
{
    return goroutines_named(model_fact(&m->environment, "goroutines"), c->variant);
}

/* Which cells are compared. */
enum whose { PEERS, VARIANTS, OF_THREADS, OF_GOROUTINES };

static bool is_of(const struct model *m, const struct page_cell *c, enum whose whose)
{
    bool peer = is_peer(m, c), goroutines = is_of_goroutines(m, c);
    switch (whose) {
    case PEERS:
        return peer;
    case OF_THREADS:
        return !peer && !goroutines;
    case OF_GOROUTINES:
        return !peer && goroutines;
    default:
        return !peer;
    }
}

/* The cheapest usable cell that differs from this one only in the variant, or NULL. */
static const struct page_cell *cheapest(const struct model *m, const struct page_cell *like,
                                        enum whose whose)
{
    const struct page_cell *best = NULL;
    for (size_t i = 0; i < m->sorted_count; i++) {
        const struct page_cell *c = m->sorted[i];
        if (is_of(m, c, whose) && cell_same_but_variant(c, like) && cell_is_usable(c) &&
            (!best || c->median_ns < best->median_ns))
            best = c;
    }
    return best;
}

static bool is_first_of_its_kind(const struct model *m, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (is_peer(m, m->sorted[i]) && cell_same_but_variant(m->sorted[i], m->sorted[index]))
            return false;
    return is_peer(m, m->sorted[index]);
}

/* The cell's name without its variant: "prod-cons capacity=128 elem=8 ...". */
static struct words kind_of(const struct page_cell *c)
{
    struct words w = words_format("%s%s", c->scenario, cell_parameters(c));
    for (char *p = w.text; *p; p++)
        *p = *p == '/' ? ' ' : *p;
    return w;
}

static void put_cost(const struct page *p, const struct page_cell *c)
{
    doc_cell(p->d, c ? words_format("%s: %s", c->variant, cell_cost(c).text).text : "n/a");
}

static void put_ratio(const struct page *p, const struct page_cell *ours,
                      const struct page_cell *peer)
{
    struct ratio r = {NAN, NAN, NAN, 0};
    if (ours && peer)
        r = ratio_paired(p->m, ours, peer);
    doc_cell(p->d, ratio_words(r).text);
}

static void put_row(const struct page *p, const struct page_cell *c)
{
    const struct page_cell *ours = cheapest(p->m, c, VARIANTS), *peer = cheapest(p->m, c, PEERS);
    doc_row(p->d, "");
    doc_cell(p->d, kind_of(c).text);
    put_cost(p, ours);
    put_cost(p, peer);
    put_ratio(p, ours, peer);
}

/* The peer's cell that corresponds to this one, or NULL. */
static const struct page_cell *peer_cell(const struct model *m, const struct page_cell *like,
                                         const char *peer)
{
    for (size_t i = 0; i < m->cell_count; i++)
        if (strcmp(m->cells[i].variant, peer) == 0 && cell_same_but_variant(&m->cells[i], like))
            return &m->cells[i];
    return NULL;
}

/* The cost of the peer in the corresponding cell, or the reason why it is unknown. */
static struct words peer_cost(const struct model *m, const struct page_cell *like, const char *peer)
{
    const struct page_cell *c = peer_cell(m, like, peer);
    if (!c)
        return words_format("n/a");
    if (cell_is_ok(c))
        return cell_cost(c);
    return words_format("n/a: %s", c->reason[0] ? c->reason : c->status);
}

enum { COLUMNS_MAX = 64 };

/* A column per peer, after one for the cell's name. */
static size_t peer_columns(const struct model *m, struct doc_column columns[COLUMNS_MAX])
{
    size_t count = 0;
    columns[count++] = (struct doc_column){"cell", COLUMN_TEXT};
    for (size_t i = 0; i < m->variant_count && count < COLUMNS_MAX; i++)
        if (peer_version(m, m->variants[i])[0])
            columns[count++] = (struct doc_column){m->variants[i], COLUMN_TEXT};
    return count;
}

static void put_each_peer(const struct page *p)
{
    static struct doc_column columns[COLUMNS_MAX];
    size_t count = peer_columns(p->m, columns);
    doc_table_begin(p->d, columns, count);
    for (size_t i = 0; i < p->m->sorted_count; i++) {
        if (!is_first_of_its_kind(p->m, i))
            continue;
        doc_row(p->d, "");
        doc_cell(p->d, kind_of(p->m->sorted[i]).text);
        for (size_t k = 1; k < count; k++)
            doc_cell(p->d, peer_cost(p->m, p->m->sorted[i], columns[k].title).text);
    }
    doc_table_end(p->d);
}

/* The cheapest variant of threads, or of goroutines, against each peer. */
static void put_ratios(const struct page *p, const struct page_cell *like, enum whose whose,
                       const struct doc_column *columns, size_t count)
{
    const struct page_cell *ours = cheapest(p->m, like, whose);
    if (!ours)
        return;
    doc_row(p->d, "");
    doc_cell(p->d, kind_of(like).text);
    put_cost(p, ours);
    for (size_t k = 1; k < count; k++)
        put_ratio(p, ours, peer_cell(p->m, like, columns[k].title));
}

static void put_over_each_peer(const struct page *p)
{
    static struct doc_column columns[COLUMNS_MAX], with_ours[COLUMNS_MAX + 1];
    size_t count = peer_columns(p->m, columns);
    with_ours[0] = columns[0];
    with_ours[1] = (struct doc_column){"cheapest variant: threads, then goroutines", COLUMN_TEXT};
    memcpy(&with_ours[2], &columns[1], (count - 1) * sizeof(columns[0]));
    doc_table_begin(p->d, with_ours, count + 1);
    for (size_t i = 0; i < p->m->sorted_count; i++) {
        if (!is_first_of_its_kind(p->m, i))
            continue;
        put_ratios(p, p->m->sorted[i], OF_THREADS, columns, count);
        put_ratios(p, p->m->sorted[i], OF_GOROUTINES, columns, count);
    }
    doc_table_end(p->d);
}

static void say_versions(const struct page *p)
{
    doc_list_begin(p->d, "");
    for (size_t i = 0; i < p->m->variant_count; i++) {
        const char *version = peer_version(p->m, p->m->variants[i]);
        if (version[0])
            doc_item(p->d, "%s: %s", p->m->variants[i], version);
    }
    doc_list_end(p->d);
}

int section_peers(const struct page *p)
{
    static const struct doc_column columns[] = {
        {"cell", COLUMN_TEXT},
        {"cheapest variant", COLUMN_WORD},
        {"cheapest peer", COLUMN_WORD},
        {"variant / peer", COLUMN_NUMBER},
    };
    bool any = false;
    for (size_t i = 0; i < p->m->sorted_count; i++)
        any = any || is_peer(p->m, p->m->sorted[i]);
    if (!any) {
        doc_text(p->d, "This run measured no other channel: n/a. " DOC_CODE(
                           "hchanlab sweep --peers") " adds them.");
        return 0;
    }
    doc_table_begin(p->d, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < p->m->sorted_count; i++)
        if (is_first_of_its_kind(p->m, i))
            put_row(p, p->m->sorted[i]);
    doc_table_end(p->d);
    doc_text(p->d, "The cost of each peer, or what it lacks:");
    put_each_peer(p);
    doc_text(p->d, "The cheapest variant as a multiple of each peer:");
    put_over_each_peer(p);
    doc_aside(p->d, "small",
              "Each peer is driven by a program in its own language. The ratio is paired by "
              "process and has an interval; below 1 the variant is cheaper. The cheapest of "
              "several is chosen by its median, so a ratio near 1 means nothing. The peers go and "
              "boost-fiber have goroutines and fibers, whose parks are no system calls. What each "
              "peer lacks is listed by " DOC_CODE("hchanlab list") ".");
    say_versions(p);
    return 0;
}
