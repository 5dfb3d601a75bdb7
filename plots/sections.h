/* The sections of the page, in the order of page.c's table. Each draws its figures and writes its
 * part of both twins. It returns 0, or a negative errno with a sentence in `error` or an empty one;
 * what the run lacks is no error: the section then says so. */
#ifndef PLOTS_SECTIONS_H
#define PLOTS_SECTIONS_H

#include "plots/doc.h"
#include "plots/model.h"

struct page {
    const struct model *m;
    struct doc *d;
    const char *directory;
    char *error; /* room for a sentence */
    size_t size;
};

/* Title's subject, the answer, warnings: what stands before the first heading. */
int section_answer(const struct page *p);

int section_paths(const struct page *p);     /* the headline */
int section_multiples(const struct page *p); /* the same over the floor */
int section_claims(const struct page *p);
int section_parking(const struct page *p); /* distributions of park and wake */
int section_latency(const struct page *p);
int section_mix(const struct page *p);
int section_locks(const struct page *p);
int section_barging(const struct page *p);   /* who is woken is served, or competes again */
int section_peers(const struct page *p);     /* other people's channels */
int section_measuring(const struct page *p); /* what the measuring costs */
int section_counters(const struct page *p);
int section_floors(const struct page *p);
int section_cells(const struct page *p);
int section_method(const struct page *p);
int section_machine(const struct page *p); /* environment, topology, doctor */
int section_repeat(const struct page *p);

/* A cell's cost with its interval, or `n/a`. */
struct words cell_cost(const struct page_cell *c);

#endif
