/* What cells cost, by name: of a stored run, or of a file in Google Benchmark's JSON. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_DECIDE_COSTS_H
#define HARNESS_DECIDE_COSTS_H

#include "harness/store/store.h"
#include <jansson.h>

struct cost {
    char *name;
    double ns; /* an operation's; the median over processes, or over repetitions */
};

struct costs {
    struct cost *items;
    size_t count;
    json_t *about; /* an object: the machine and the build, as the run or the file says */
};

/* Reads the costs of a run; a cell without any is left out. Returns 0, or a negative errno with the
 * sentence in store_error(). costs_free() releases what a success has left in *costs. */
int costs_of_run(struct store *s, const struct run *run, struct costs *costs);

/* Reads a file that Google Benchmark wrote with --benchmark_format=json; benchmarks that failed are
 * left out. Returns 0; otherwise *error is a sentence (size bytes), and the result is -EBADMSG if
 * the file is not one of these or holds what is no number, -ENOMEM, or why it could not be read. */
int costs_of_file(const char *path, struct costs *costs, char *error, size_t size);

/* Adds a cost, with a copy of the name. Returns 0 or -ENOMEM. */
int costs_add(struct costs *costs, const char *name, double ns);

void costs_free(struct costs *costs);

/* The cost of this name; NaN if there is none. */
double costs_find(const struct costs *costs, const char *name);

/* What two of them say differently of the machine and the build: an array of {"key", "a", "b"},
 * where one that says nothing has null. What changes by itself, such as the load, is left out. The
 * caller decrefs it. */
json_t *costs_differ(const struct costs *a, const struct costs *b);

#endif
