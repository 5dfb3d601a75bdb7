/* A machine of two PUs that share an L3, for tests of plans: load() and unload() are a group's
 * setup and teardown. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_TESTS_TWO_PUS_H
#define HARNESS_TESTS_TWO_PUS_H

#include "harness/machine/topo.h"

static struct topo *two_pus;

static inline int load(void **state)
{
    (void)state;
    two_pus = topo_load("pack:1 l3:1 l2:2 core:1 pu:1");
    return two_pus ? 0 : -1;
}

static inline int unload(void **state)
{
    (void)state;
    topo_free(two_pus);
    return 0;
}

#endif
