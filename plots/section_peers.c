/* Other people's channels: for each cell that a peer was also measured in, our library against the
 * cheapest peer, and then each peer, or what it lacks. Our own channel through the library is
 * measured as a peer is (variants/peers/libhchan.h), since a loop with the channel's code inlined
 * has no call that they have; without it, the cheapest variant stands in, and it is said. */
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

static const char our_threads[] = "libhchan", our_goroutines[] = "libhchan-go";

/* Whether it is our own channel, through the library. */
static bool is_library(const struct page_cell *c)
{
    return strcmp(c->variant, our_threads) == 0 || strcmp(c->variant, our_goroutines) == 0;
}

static bool is_peer(const struct model *m, const struct page_cell *c)
{
    return !is_library(c) && peer_version(m, c->variant)[0] != '\0';
}

/* The run's environment names the variants that goroutines used. An older run's does not; there the
 * variant's own name shows it. */
static bool is_of_goroutines(const struct model *m, const struct page_cell *c)
{
    return strcmp(c->variant, our_goroutines) == 0 ||
           goroutines_named(model_fact(&m->environment, "goroutines"), c->variant);
}

/* Which cells are compared: other people's, or ours, inlined or through the library. */
enum whose {
    PEERS,
    INLINED,
    INLINED_THREADS,
    INLINED_GOROUTINES,
    LIBRARY_THREADS,
    LIBRARY_GOROUTINES
};

static bool is_of(const struct model *m, const struct page_cell *c, enum whose whose)
{
    bool peer = is_peer(m, c), library = is_library(c), goroutines = is_of_goroutines(m, c);
    switch (whose) {
    case PEERS:
        return peer;
    case INLINED_THREADS:
        return !peer && !library && !goroutines;
    case INLINED_GOROUTINES:
        return !peer && !library && goroutines;
    case LIBRARY_THREADS:
        return library && !goroutines;
    case LIBRARY_GOROUTINES:
        return library && goroutines;
    default:
        return !peer && !library;
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

/* Ours, as users have it: the cheaper of the library's two, or NULL. */
static const struct page_cell *library(const struct model *m, const struct page_cell *like)
{
    const struct page_cell *threads = cheapest(m, like, LIBRARY_THREADS);
    const struct page_cell *goroutines = cheapest(m, like, LIBRARY_GOROUTINES);
    if (!threads || !goroutines)
        return threads ? threads : goroutines;
    return threads->median_ns < goroutines->median_ns ? threads : goroutines;
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
    const struct page_cell *ours = library(p->m, c), *inlined = cheapest(p->m, c, INLINED);
    const struct page_cell *peer = cheapest(p->m, c, PEERS);
    doc_row(p->d, "");
    doc_cell(p->d, kind_of(c).text);
    put_cost(p, ours);
    put_cost(p, inlined);
    put_cost(p, peer);
    put_ratio(p, ours ? ours : inlined, peer);
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
        if (peer_version(m, m->variants[i])[0] && strcmp(m->variants[i], our_threads) != 0 &&
            strcmp(m->variants[i], our_goroutines) != 0)
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

/* Ours of threads, or of goroutines, against each peer: the library's, or else the cheapest
 * inlined.
 */
static void put_ratios(const struct page *p, const struct page_cell *like, enum whose through,
                       enum whose inlined, const struct doc_column *columns, size_t count)
{
    const struct page_cell *ours = cheapest(p->m, like, through);
    if (!ours)
        ours = cheapest(p->m, like, inlined);
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
    with_ours[1] = (struct doc_column){"ours: threads, then goroutines", COLUMN_TEXT};
    memcpy(&with_ours[2], &columns[1], (count - 1) * sizeof(columns[0]));
    doc_table_begin(p->d, with_ours, count + 1);
    for (size_t i = 0; i < p->m->sorted_count; i++) {
        if (!is_first_of_its_kind(p->m, i))
            continue;
        const struct page_cell *like = p->m->sorted[i];
        put_ratios(p, like, LIBRARY_THREADS, INLINED_THREADS, columns, count);
        put_ratios(p, like, LIBRARY_GOROUTINES, INLINED_GOROUTINES, columns, count);
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

bool has_peers(const struct model *m)
{
    for (size_t i = 0; i < m->sorted_count; i++)
        if (is_peer(m, m->sorted[i]))
            return true;
    return false;
}

int section_peers(const struct page *p)
{
    static const struct doc_column columns[] = {
        {"cell", COLUMN_TEXT},
        {"ours, through the library", COLUMN_WORD},
        {"cheapest variant, inlined", COLUMN_WORD},
        {"cheapest peer", COLUMN_WORD},
        {"ours / peer", COLUMN_NUMBER},
    };
    doc_table_begin(p->d, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < p->m->sorted_count; i++)
        if (is_first_of_its_kind(p->m, i))
            put_row(p, p->m->sorted[i]);
    doc_table_end(p->d);
    doc_text(p->d, "The cost of each peer, or what it lacks:");
    put_each_peer(p);
    doc_text(p->d, "Ours as a multiple of each peer:");
    put_over_each_peer(p);
    doc_aside(p->d, "small",
              "Each peer is driven by a program in its own language. The ratio is paired by "
              "process and has an interval; below 1 ours is cheaper. Ours is the channel as users "
              "call it, through the library; where the run has not measured that, it is the "
              "cheapest variant, whose code is inlined into the loop, which saves a call for each "
              "operation. The cheapest of "
              "several is chosen by its median, so a ratio near 1 means nothing. The peers go and "
              "boost-fiber have goroutines and fibers, whose parks are no system calls. What each "
              "peer lacks is listed by " DOC_CODE("hchanlab list") ".");
    say_versions(p);
    return 0;
}
