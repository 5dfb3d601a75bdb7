/* The topology, by hwloc: the only file that knows hwloc's objects. A topology is made once and not
 * changed; there is no other state. */
/* SPDX-License-Identifier: MIT */
#include "harness/machine/topo.h"
#include <errno.h>
#include <hwloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct topo {
    hwloc_topology_t hwloc;
    bool is_this_machine; /* neither synthetic nor read from a file (HWLOC_XMLFILE) */
    unsigned *pus;        /* OS indexes of the allowed PUs, ascending */
    size_t count;
};

/* hwloc leaves out what the process may not use. What remains is the allowed set, which the
 * affinity of the calling thread narrows further (taskset sets it). It is not the affinity of the
 * process: other threads, such as a sanitizer's, may be bound elsewhere. */
static int restrict_to_affinity(struct topo *t)
{
    hwloc_bitmap_t set = hwloc_bitmap_alloc();
    if (!set)
        return -1;
    int status = 0;
    if (hwloc_get_cpubind(t->hwloc, set, HWLOC_CPUBIND_THREAD) == 0 && !hwloc_bitmap_iszero(set))
        status = hwloc_topology_restrict(t->hwloc, set, 0);
    hwloc_bitmap_free(set);
    return status;
}

static int list_pus(struct topo *t)
{
    hwloc_const_cpuset_t allowed = hwloc_topology_get_allowed_cpuset(t->hwloc);
    t->pus = calloc((size_t)hwloc_bitmap_weight(allowed), sizeof(*t->pus));
    if (!t->pus)
        return -1;
    unsigned pu;
    hwloc_bitmap_foreach_begin(pu, allowed)
    {
        if (hwloc_get_pu_obj_by_os_index(t->hwloc, pu))
            t->pus[t->count++] = pu;
    }
    hwloc_bitmap_foreach_end();
    if (t->count == 0)
        errno = ENODEV;
    return t->count ? 0 : -1;
}

static struct topo *give_up(struct topo *t)
{
    int error = errno;
    topo_free(t);
    errno = error ? error : EINVAL;
    return NULL;
}

static int from_xml(hwloc_topology_t hwloc, const char *xml)
{
    return hwloc_topology_set_xmlbuffer(hwloc, xml, (int)strlen(xml) + 1);
}

/* Loads the machine's topology, or one that `describe` makes from a text. */
static struct topo *load(int (*describe)(hwloc_topology_t hwloc, const char *text),
                         const char *text)
{
    struct topo *t = calloc(1, sizeof(*t));
    if (!t)
        return NULL;
    if (hwloc_topology_init(&t->hwloc)) {
        free(t);
        return NULL;
    }
    if ((text && describe(t->hwloc, text)) || hwloc_topology_load(t->hwloc))
        return give_up(t);
    t->is_this_machine = hwloc_topology_is_thissystem(t->hwloc);
    if ((t->is_this_machine && restrict_to_affinity(t)) || list_pus(t))
        return give_up(t);
    return t;
}

struct topo *topo_load(const char *synthetic)
{
    return load(hwloc_topology_set_synthetic, synthetic);
}

struct topo *topo_load_xml(const char *xml)
{
    return load(from_xml, xml);
}

void topo_free(struct topo *t)
{
    if (!t)
        return;
    hwloc_topology_destroy(t->hwloc);
    free(t->pus);
    free(t);
}

bool topo_is_this_machine(const struct topo *t)
{
    return t->is_this_machine;
}

size_t topo_pus(const struct topo *t, const unsigned **pus)
{
    *pus = t->pus;
    return t->count;
}

/* Whether both are under one object of the type. */
static bool share(const struct topo *t, hwloc_obj_t a, hwloc_obj_t b, hwloc_obj_type_t type)
{
    hwloc_obj_t above = hwloc_get_ancestor_obj_by_type(t->hwloc, type, a);
    return above && above == hwloc_get_ancestor_obj_by_type(t->hwloc, type, b);
}

enum relation topo_relation(const struct topo *t, unsigned a, unsigned b)
{
    static const struct {
        hwloc_obj_type_t type;
        enum relation relation;
    } nearest_first[] = {
        {HWLOC_OBJ_CORE, RELATION_SMT},
        {HWLOC_OBJ_L2CACHE, RELATION_L2},
        {HWLOC_OBJ_L3CACHE, RELATION_L3},
        {HWLOC_OBJ_PACKAGE, RELATION_PACKAGE},
    };
    if (a == b)
        return RELATION_SAME_PU;
    hwloc_obj_t pa = hwloc_get_pu_obj_by_os_index(t->hwloc, a);
    hwloc_obj_t pb = hwloc_get_pu_obj_by_os_index(t->hwloc, b);
    for (size_t i = 0; i < sizeof(nearest_first) / sizeof(nearest_first[0]); i++)
        if (share(t, pa, pb, nearest_first[i].type))
            return nearest_first[i].relation;
    return RELATION_MACHINE;
}

bool topo_pair(const struct topo *t, enum relation r, unsigned *a, unsigned *b)
{
    for (size_t i = 0; i < t->count; i++)
        for (size_t k = i; k < t->count; k++)
            if (topo_relation(t, t->pus[i], t->pus[k]) == r) {
                *a = t->pus[i];
                *b = t->pus[k];
                return true;
            }
    return false;
}

bool topo_place_pus(const struct topo *t, const char *place, unsigned pu[2], char *reason,
                    size_t size)
{
    enum relation r = RELATION_SAME_PU;
    if ((place[0] == '\0' || relation_parse(place, &r)) && topo_pair(t, r, &pu[0], &pu[1]))
        return true;
    snprintf(reason, size, "no two allowed PUs are related as %s", place);
    return false;
}

static bool is_allowed(const struct topo *t, unsigned pu)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->pus[i] == pu)
            return true;
    return false;
}

/* Checks that this thread last ran where it was bound to. */
static int verify(const struct topo *t, hwloc_const_cpuset_t set)
{
    hwloc_bitmap_t seen = hwloc_bitmap_alloc();
    if (!seen)
        return -ENOMEM;
    int status = 0;
    if (hwloc_get_last_cpu_location(t->hwloc, seen, HWLOC_CPUBIND_THREAD))
        status = -errno;
    else if (!hwloc_bitmap_isincluded(seen, set))
        status = -EXDEV;
    hwloc_bitmap_free(seen);
    return status;
}

int topo_bind(const struct topo *t, unsigned pu)
{
    if (!t->is_this_machine || !is_allowed(t, pu))
        return -EINVAL;
    hwloc_bitmap_t set = hwloc_bitmap_alloc();
    if (!set)
        return -ENOMEM;
    hwloc_bitmap_only(set, pu);
    int status = 0;
    if (hwloc_set_cpubind(t->hwloc, set, HWLOC_CPUBIND_THREAD | HWLOC_CPUBIND_STRICT))
        status = -errno;
    else
        status = verify(t, set);
    hwloc_bitmap_free(set);
    return status;
}

char *topo_xml(const struct topo *t)
{
    char *xml = NULL;
    int length = 0;
    if (hwloc_topology_export_xmlbuffer(t->hwloc, &xml, &length, 0))
        return NULL;
    char *copy = strdup(xml);
    hwloc_free_xmlbuffer(t->hwloc, xml);
    return copy;
}

static void describe_pair(const struct topo *t, FILE *out, unsigned a, unsigned b, bool first)
{
    fprintf(out, "%sPU %u and %u: %s", first ? "; " : ", ", a, b,
            relation_name(topo_relation(t, a, b)));
}

/* Every pair, if there are few PUs; otherwise the first pair of each relation. */
static void describe_relations(const struct topo *t, FILE *out)
{
    enum { FEW = 4 };
    unsigned a, b;
    bool first = true;
    if (t->count > FEW) {
        for (enum relation r = RELATION_SMT; r < RELATION_COUNT; r++)
            if (topo_pair(t, r, &a, &b)) {
                describe_pair(t, out, a, b, first);
                first = false;
            }
        return;
    }
    for (size_t i = 0; i < t->count; i++)
        for (size_t k = i + 1; k < t->count; k++) {
            describe_pair(t, out, t->pus[i], t->pus[k], first);
            first = false;
        }
}

char *topo_describe(const struct topo *t)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    static const struct {
        hwloc_obj_type_t type;
        const char *name;
    } kinds[] = {{HWLOC_OBJ_PACKAGE, "package"},
                 {HWLOC_OBJ_L3CACHE, "L3"},
                 {HWLOC_OBJ_L2CACHE, "L2"},
                 {HWLOC_OBJ_CORE, "core"},
                 {HWLOC_OBJ_PU, "PU"}};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        int n = hwloc_get_nbobjs_by_type(t->hwloc, kinds[i].type);
        fprintf(out, "%s%d %s", i ? ", " : "", n < 0 ? 0 : n, kinds[i].name);
    }
    describe_relations(t, out);
    if (fclose(out) == EOF) {
        free(text);
        return NULL;
    }
    return text;
}
