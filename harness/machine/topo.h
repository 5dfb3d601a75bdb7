/* Where threads run: the PUs (processing units, what the kernel calls CPUs) that this process may
 * use, how any two of them are related, and binding a thread to one, verified. A synthetic topology
 * in hwloc's syntax, e.g. "pack:2 l3:1 core:2 pu:2", can replace the machine's for everything but
 * binding. PUs are named by their OS index. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_MACHINE_TOPO_H
#define HARNESS_MACHINE_TOPO_H

#include "harness/base/relation.h"
#include <stdbool.h>
#include <stddef.h>

struct topo;

/* Loads the machine's topology, restricted to the PUs that this process may use (its cpuset and the
 * affinity that it was started with), or a synthetic one if `synthetic` is not NULL. NULL with
 * errno: EINVAL if hwloc does not understand the description, ENODEV if no PU is left. topo_free()
 * releases it, and takes NULL. A loaded topology never changes, so the functions below may be
 * called from several threads at once. */
struct topo *topo_load(const char *synthetic);
void topo_free(struct topo *t);

/* Loads what topo_xml() wrote, on any machine; it cannot bind threads. As topo_load(). */
struct topo *topo_load_xml(const char *xml);

/* Whether it is this machine's own, so that it can bind threads: neither synthetic nor replaced by
 * hwloc's environment variables. */
bool topo_is_this_machine(const struct topo *t);

/* The allowed PUs by OS index, ascending; at least one. The array belongs to the topology. */
size_t topo_pus(const struct topo *t, const unsigned **pus);

/* The relation of two allowed PUs: the nearest thing that they share. A level that the machine does
 * not report, e.g. an L3, is passed over. */
enum relation topo_relation(const struct topo *t, unsigned a, unsigned b);

/* The first pair of allowed PUs, by index, with this relation; false if the machine has none. For
 * RELATION_SAME_PU both are the first allowed PU. */
bool topo_pair(const struct topo *t, enum relation r, unsigned *a, unsigned *b);

/* The PUs of a cell's place, which is the name of a relation, or "" for one PU. False with one
 * sentence in `reason` if no two allowed PUs are related so, or the name is no relation's. */
bool topo_place_pus(const struct topo *t, const char *place, unsigned pu[2], char *reason,
                    size_t size);

/* Binds the calling thread to a PU and verifies that it runs there. 0; -EINVAL if the PU is not
 * allowed or the topology is not this machine's; -EXDEV if the thread is elsewhere after binding or
 * the system can't bind so strictly; or another negative errno. */
int topo_bind(const struct topo *t, unsigned pu);

/* The topology as XML, malloc'd; the caller frees it. NULL with errno. */
char *topo_xml(const struct topo *t);

/* One line of text: how many packages, caches, cores and PUs, then the relation of every pair of
 * PUs, or, if there are more than four PUs, of the first pair of each relation. Malloc'd; the
 * caller frees it. NULL with errno. */
char *topo_describe(const struct topo *t);

#endif
