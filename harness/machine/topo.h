/* Where threads run. The allowed PUs of this process, how any two of them are related, and binding
 * a thread to one with the binding verified. Built on hwloc, inside the cpuset that the process is
 * allowed to use. A synthetic topology (hwloc's syntax, e.g. "pack:2 l3:1 core:2 pu:2") can stand
 * in for the machine's, for everything but binding. PUs are named by their OS index. */
#ifndef HARNESS_MACHINE_TOPO_H
#define HARNESS_MACHINE_TOPO_H

#include <stdbool.h>
#include <stddef.h>

struct topo;

/* How two PUs are related, nearest first. */
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
/* One of these. */
const char *relation_name(enum relation r);
/* Parses such a name; false where it is none. */
bool relation_parse(const char *name, enum relation *r);

/* Loads the machine's topology, restricted to the PUs that this process may use (its cpuset and the
 * affinity that it was started with), or a synthetic one where `synthetic` is not NULL. NULL with
 * errno: EINVAL where hwloc does not understand the description, ENODEV where no PU is left.
 * topo_free() releases it, and takes NULL. A loaded topology never changes: all that follows may be
 * called from several threads at once. */
struct topo *topo_load(const char *synthetic);
void topo_free(struct topo *t);

/* Loads what topo_xml() wrote, of whatever machine; nothing can be bound by it. As topo_load(). */
struct topo *topo_load_xml(const char *xml);

/* Whether it is the machine's own, so that threads can be bound by it: not a synthetic one, nor one
 * that hwloc's environment variables put in its place. */
bool topo_is_this_machine(const struct topo *t);

/* The allowed PUs by OS index, ascending, at least one; the array belongs to the topology. */
size_t topo_pus(const struct topo *t, const unsigned **pus);

/* The relation of two allowed PUs: the nearest thing that both are under. Where the machine does
 * not tell a level (no L3, say), the next one counts. */
enum relation topo_relation(const struct topo *t, unsigned a, unsigned b);

/* The first pair of allowed PUs, by index, that are related so; false where the machine has none.
 * For RELATION_SAME_PU both are the first allowed PU. */
bool topo_pair(const struct topo *t, enum relation r, unsigned *a, unsigned *b);

/* The PUs of a cell's place, which is the name of a relation, or "" for one PU. False with one
 * sentence in `reason` if no two allowed PUs are related so, or the name is no relation's. */
bool topo_place_pus(const struct topo *t, const char *place, unsigned pu[2], char *reason,
                    size_t size);

/* Binds the calling thread to a PU and verifies that it runs there. 0; -EINVAL where the PU is not
 * allowed or the topology is not this machine's; -EXDEV where the thread is elsewhere after binding
 * or the system can't bind so strictly; or another negative errno. */
int topo_bind(const struct topo *t, unsigned pu);

/* The topology as XML, malloc'd; the caller frees it. NULL with errno. */
char *topo_xml(const struct topo *t);

/* One line of text for people: how many packages, caches, cores and PUs, then the relation of every
 * pair of PUs; of more than four PUs, the first pair of each relation. Malloc'd; the caller frees
 * it. NULL with errno. */
char *topo_describe(const struct topo *t);

#endif
