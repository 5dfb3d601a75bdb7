/* Builds pages from made-up tables, and looks things up in them. */
/* SPDX-License-Identifier: MIT */
#ifndef PLOTS_TESTS_BUILT_H
#define PLOTS_TESTS_BUILT_H

#include "plots/page.h"
#include "plots/tests/tables.h"

#define HANDOFF(v, ns)                                                                         \
    {                                                                                          \
        .scenario = "handoff", .variant = v, .path = "handoff", .place = "l3", .median_ns = ns \
    }
#define PARK(v, ns)                                                                           \
    {                                                                                         \
        .scenario = "park-wake", .variant = v, .path = "park", .place = "l3", .median_ns = ns \
    }
#define HOP(v, ns)                                                                               \
    {                                                                                            \
        .scenario = "buffer-hop", .variant = v, .path = "buffer", .place = "l3", .median_ns = ns \
    }

enum { CELLS = 6 };

static const struct made_cell usual[CELLS] = {
    HANDOFF("spin-mutex", 71.5), HANDOFF("ticket", 83.5),  HOP("spin-mutex", 20.5),
    HOP("ticket", 31.5),         PARK("spin-mutex", 3333), PARK("ticket", 4444),
};

static char error[1024];

static inline void build(const struct made_cell *cells, size_t count)
{
    make_tables(cells, count);
    if (page_build(folder, error, sizeof(error)))
        fail_msg("%s", error);
}

static inline void assert_has(const char *text, const char *wanted)
{
    if (!strstr(text, wanted))
        fail_msg("\"%s\" is not in: %.30000s", wanted, text);
}

static inline void assert_lacks(const char *text, const char *unwanted)
{
    if (strstr(text, unwanted))
        fail_msg("\"%s\" is in: %.30000s", unwanted, text);
}

/* The Markdown before the first section, without warnings; the caller frees. */
static inline char *answer(void)
{
    char *md = read_made("report.md"), *warnings = strstr(md, "\n> ");
    *strstr(md, "\n## ") = '\0';
    if (warnings)
        *warnings = '\0';
    return md;
}

/* The row of the table of claims that quotes these words; the caller frees. */
static inline char *claim_row(const char *quote)
{
    char *md = read_made("report.md"), *at = strstr(md, quote);
    assert_non_null(at);
    memmove(md, at, strlen(at) + 1);
    md[strcspn(md, "\n")] = '\0';
    return md;
}

static inline void put_run(const char *finished)
{
    FILE *f = open_table("run", "key\tvalue");
    fprintf(f, "started\t2030-01-02T03:04:05Z\nfinished\t%s\nmode\tfull\nprocesses\t31\n",
            finished);
    fclose(f);
}

#endif
