/* How two PUs are related: what a cell's place names. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_BASE_RELATION_H
#define HARNESS_BASE_RELATION_H

#include <stdbool.h>

/* Nearest first. */
enum relation {
    RELATION_SAME_PU,
    RELATION_SMT,
    RELATION_L2,
    RELATION_L3,
    RELATION_PACKAGE,
    RELATION_MACHINE,
    RELATION_COUNT,
};

#define RELATION_NAMES "same-pu, smt, l2, l3, package, machine"
/* The relation's name, one of these. */
const char *relation_name(enum relation r);
/* Parses such a name; false if it is not one. */
bool relation_parse(const char *name, enum relation *r);

#endif
