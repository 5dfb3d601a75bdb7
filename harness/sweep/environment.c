/* Adds to the machine's facts those that only the plan knows. */
/* SPDX-License-Identifier: MIT */
#include "harness/sweep/environment.h"
#include "harness/scenarios/scenario.h"
#include "harness/sweep/peers.h"
#include <hchan/hchan.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add_peer_versions(json_t *environment, const struct plan *plan)
{
    char key[LABEL_MAX + 8];
    for (size_t i = 0; environment && i < plan->count; i++) {
        const struct peer *peer = peer_find(plan->cells[i].variant);
        if (!peer)
            continue;
        snprintf(key, sizeof(key), "peer_%s", peer->name);
        json_object_set_new(environment, key, json_string(peer->version));
    }
}

static bool plan_has(const struct plan *plan, const char *variant)
{
    size_t i = 0;
    while (i < plan->count && strcmp(plan->cells[i].variant, variant) != 0)
        i++;
    return i < plan->count;
}

static void add_goroutines(json_t *environment, const struct plan *plan)
{
    char *names = NULL;
    size_t size;
    FILE *out = open_memstream(&names, &size);
    if (!out)
        return;
    for (const struct hchan_variant *v = hchan_variant_next(NULL); v; v = hchan_variant_next(v))
        if (bench_has_goroutines(v) && plan_has(plan, hchan_variant_name(v)))
            fprintf(out, "%s%s", ftell(out) > 0 ? " " : "", hchan_variant_name(v));
    if (fclose(out) == 0 && environment)
        json_object_set_new(environment, "goroutines", json_string(names[0] ? names : "none"));
    free(names);
}

json_t *environment_of(const struct plan *plan, const struct topo *topo)
{
    json_t *environment = env_collect(topo);
    add_peer_versions(environment, plan);
    add_goroutines(environment, plan);
    return environment;
}
