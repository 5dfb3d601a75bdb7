/* The names of relations. No state. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/relation.h"
#include <string.h>

static const char *const names[RELATION_COUNT] = {"same-pu", "smt",     "l2",
                                                  "l3",      "package", "machine"};

const char *relation_name(enum relation r)
{
    return names[r];
}

bool relation_parse(const char *name, enum relation *r)
{
    for (unsigned i = 0; i < RELATION_COUNT; i++)
        if (strcmp(names[i], name) == 0) {
            *r = (enum relation)i;
            return true;
        }
    return false;
}
