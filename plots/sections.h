/* The sections of the page, in the order of page.c's table. Each draws its figures and writes its
 * part of the document. It returns 0 or a negative errno; then `error` holds a sentence or is
 * empty. Data that the run lacks is not an error: the section states that it is missing. */
/* SPDX-License-Identifier: MIT */
#ifndef PLOTS_SECTIONS_H
#define PLOTS_SECTIONS_H

#include "plots/doc.h"
#include "plots/model.h"

struct page {
    const struct model *m;
    struct doc *d;
    const char *directory;
    char *error; /* for a sentence of up to `size` bytes */
    size_t size;
};

/* All before the first heading: what was measured, the findings, the warnings. */
int section_answer(const struct page *p);

int section_glossary(const struct page *p);  /* the terms */
int section_paths(const struct page *p);     /* the headline: costs of the three paths */
int section_multiples(const struct page *p); /* the same as multiples of the floor */
int section_claims(const struct page *p);
int section_parking(const struct page *p); /* every window of park and wake */
int section_latency(const struct page *p);
int section_mix(const struct page *p); /* which path the operations took */
int section_locks(const struct page *p);

/* Every other scenario: its variants by cost, and a curve for each parameter that varies. */
bool has_workloads(const struct model *m);
int section_workloads(const struct page *p);
/* The curves of one scenario. */
int workload_curves(const struct page *p, const char *scenario);

int section_barging(const struct page *p);   /* woken waiters are served, or compete again */
int section_peers(const struct page *p);     /* other people's channels */
int section_measuring(const struct page *p); /* what the measuring itself costs */
int section_counters(const struct page *p);
int section_floors(const struct page *p);
int section_cells(const struct page *p);
int section_method(const struct page *p);
int section_machine(const struct page *p); /* environment, topology, doctor */
int section_repeat(const struct page *p);

/* Whether the run has what the section is about; if not, the page leaves the section out. */
bool has_paths(const struct model *m);
bool has_multiples(const struct model *m);
bool has_parking(const struct model *m);
bool has_latency(const struct model *m);
bool has_locks(const struct model *m); /* with several threads */
bool has_peers(const struct model *m);
bool has_counters(const struct model *m);

/* A cell's median cost with its interval, or "n/a". */
struct words cell_cost(const struct page_cell *c);

#endif
