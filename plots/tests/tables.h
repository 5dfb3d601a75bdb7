/* A report's folder with made-up tables: cells with costs that a test chooses, and samples that fit
 * them. */
/* SPDX-License-Identifier: MIT */
#ifndef PLOTS_TESTS_TABLES_H
#define PLOTS_TESTS_TABLES_H

#include "harness/base/files.h"
#include "scripts/test.h"
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[128];

static inline void make_folder(const char *name)
{
    char data[200];
    char base[] = "/tmp/hchanlab-page-XXXXXX";
    assert_non_null(mkdtemp(base));
    snprintf(folder, sizeof(folder), "%s/%s", base, name);
    snprintf(data, sizeof(data), "%s/data", folder);
    assert_int_equal(mkdir(folder, 0777), 0);
    assert_int_equal(mkdir(data, 0777), 0);
}

static inline void remove_folder(void)
{
    char command[300];
    *strrchr(folder, '/') = '\0';
    snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    assert_int_equal(system(command), 0);
}

static inline FILE *open_table(const char *name, const char *header)
{
    char path[200];
    snprintf(path, sizeof(path), "%s/data/%s.tsv", folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f, "%s\n", header);
    return f;
}

/* A cell. A field that is 0 or NULL takes the value of a good cell. */
struct made_cell {
    const char *scenario, *variant, *path, *place;
    double threads, median_ns, spread; /* the interval is median * (1 +- spread) */
    double purity;
    double capacity, switches, overlap, fairness, floor_ns, handovers,
        traced_ratio; /* n/a where 0 */
    double level;     /* of the interval; below 0: no interval */
    const char *status, *reason;
};

enum { MADE_PROCESSES = 10 };

static inline void made_name(const struct made_cell *c, char *name, size_t size)
{
    char capacity[40] = "";
    if (c->capacity > 0)
        snprintf(capacity, sizeof(capacity), "/capacity=%g", c->capacity);
    snprintf(name, size, "%s/variant=%s%s/elem=8/threads=%g%s%s", c->scenario, c->variant, capacity,
             c->threads ? c->threads : 2, c->place ? "/place=" : "", c->place ? c->place : "");
}

/* A field, and the tab or newline after it. */
static inline void put_known(FILE *f, double value, char end)
{
    if (value > 0)
        fprintf(f, "%g%c", value, end);
    else
        fprintf(f, "n/a%c", end);
}

static inline void put_made_cell(FILE *f, const struct made_cell *c)
{
    char name[200];
    bool ok = !c->status || strcmp(c->status, "ok") == 0;
    double spread = c->spread ? c->spread : 0.01;
    made_name(c, name, sizeof(name));
    fprintf(f, "%s\t%s\t%s\t%s\tpair\t", name, c->scenario, c->variant, c->path ? c->path : "n/a");
    put_known(f, c->capacity, '\t');
    fprintf(f, "8\t%g\t%s\t%s\t%s\t", c->threads ? c->threads : 2, c->place ? c->place : "n/a",
            c->status ? c->status : "ok", c->reason ? c->reason : "n/a");
    if (ok && c->level < 0)
        fprintf(f, "20\t10\t%g\tn/a\tn/a\tn/a\t", c->median_ns);
    else if (ok)
        fprintf(f, "20\t10\t%g\t%g\t%g\t%g\t", c->median_ns, c->median_ns * (1 - spread),
                c->median_ns * (1 + spread), c->level > 0 ? c->level : 0.97);
    else
        fprintf(f, "0\t0\tn/a\tn/a\tn/a\tn/a\t");
    put_known(f, c->purity ? c->purity : 1, '\t');
    put_known(f, c->switches, '\t');
    put_known(f, c->overlap, '\t');
    put_known(f, c->fairness, '\t');
    put_known(f, c->floor_ns, '\t');
    put_known(f, c->floor_ns > 0, '\t');
    put_known(f, c->floor_ns > 0 ? c->median_ns / c->floor_ns : 0, '\t');
    put_known(f, c->handovers, '\t');
    put_known(f, c->traced_ratio, '\n');
}

#define MADE_CELLS_HEADER                                                                        \
    "name\tscenario\tvariant\tpath\top\tcapacity\telem\tthreads\tplace\tstatus\treason\t"        \
    "samples\tprocesses\tmedian_ns\tci_low_ns\tci_high_ns\tci_level\tpurity\t"                   \
    "switches_per_op\toverlap\tfairness\tfloor_ns\tfloor_units\tfloor_ratio\thandovers\ttraced_" \
    "ratio"

/* Writes cells.tsv and samples.tsv; process p's windows lie within the interval. */
static inline void make_tables(const struct made_cell *cells, size_t count)
{
    FILE *f = open_table("cells", MADE_CELLS_HEADER);
    for (size_t i = 0; i < count; i++)
        put_made_cell(f, &cells[i]);
    fclose(f);
    f = open_table("samples", "name\tprocess\tindex\tns_per_op");
    for (size_t i = 0; i < count; i++) {
        char name[200];
        double spread = cells[i].spread ? cells[i].spread : 0.01;
        made_name(&cells[i], name, sizeof(name));
        for (int p = 0; p < MADE_PROCESSES && cells[i].median_ns > 0; p++)
            for (int w = 0; w < 2; w++)
                fprintf(f, "%s\t%d\t%d\t%.9g\n", name, p, w,
                        cells[i].median_ns * (1 + spread * (p - 4.5) / 10));
    }
    fclose(f);
}

/* A row of outcomes.tsv. */
static inline void put_outcome(FILE *f, const struct made_cell *c, const char *outcome,
                               double per_op)
{
    char name[200];
    made_name(c, name, sizeof(name));
    fprintf(f, "%s\t%s\t%g\n", name, outcome, per_op);
}

/* A file of the folder; the caller frees. */
static inline char *read_made(const char *name)
{
    static char *data; /* static, since gcc 12 takes a local one for what is returned */
    char path[200];
    size_t length;
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    assert_int_equal(file_read(path, &data, &length), 0);
    return data;
}

#endif
