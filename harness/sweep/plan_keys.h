/* The keys of a plan's file (plan_file.h), and what their values may be. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_SWEEP_PLAN_KEYS_H
#define HARNESS_SWEEP_PLAN_KEYS_H

#include "harness/sweep/cross.h"
#include "harness/sweep/yaml_file.h"

/* What a plan says. */
struct crosses {
    struct cross *items;
    size_t count;
};

struct plan_file {
    const char *summary;
    uint64_t rounds, samples, window_ns; /* 0: not given */
    struct crosses crosses, exclude;
    char **texts; /* every word of it */
    size_t text_count;
    size_t files; /* that were read */
};

/* What a plan's settings may be, and the options of the same names. */
enum { PLAN_ROUNDS_MAX = 1000, PLAN_SAMPLES_MAX = 1000 };
#define PLAN_WINDOW_MIN UINT64_C(100000)
#define PLAN_WINDOW_MAX UINT64_C(10000000000)

/* A file while it is read. */
struct reading {
    struct plan_file *own; /* what it says */
    /* Reads a plan that the file at `from` includes; complaints begin with `where`. */
    int (*include)(struct reading *reading, const char *where, const char *word, const char *from);
    struct plan_file *included;     /* what the others say */
    const struct plan_chain *chain; /* the files that led here, this one first */
};

/* Reads the file's document into `reading`. EXIT_OK, or a complaint's status. */
int plan_read_keys(struct reading *reading, struct yaml_file *file);

/* A copy of the text, which lives as long as the plan; NULL if memory ran out. */
const char *plan_keep(struct plan_file *plan, const char *text);

/* Makes the plan the owner of a text that malloc() gave. False if memory ran out. */
bool plan_adopt(struct plan_file *plan, char *text);

/* Adds a cross; NULL if memory ran out. */
struct cross *plan_add_cross(struct crosses *crosses);

#endif
