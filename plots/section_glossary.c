/* The terms that the page uses, explained before the sections that use them. */
/* SPDX-License-Identifier: MIT */
#include "plots/glossary.h"
#include "plots/sections.h"

static const struct {
    const char *name, *text;
} terms[] = {
#define TERM(name, text) {name, text},
#include "plots/glossary.def"
#undef TERM
};

int section_glossary(const struct page *p)
{
    doc_list_begin(p->d, "terms");
    for (size_t i = 0; i < sizeof(terms) / sizeof(terms[0]); i++)
        doc_fact(p->d, terms[i].name, "%s", terms[i].text);
    doc_list_end(p->d);
    return 0;
}
