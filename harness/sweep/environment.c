/* Adds to the machine's facts those that only the plan knows. */
/* SPDX-License-Identifier: MIT */
#include "harness/sweep/environment.h"
#include "harness/base/say.h"
#include "harness/scenarios/scenario.h"
#include "harness/sweep/looks.h"
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
    if (plan->adaptive && environment)
        json_object_set_new(environment, LOOKS_FACT, json_string(LOOKS_WHEN));
    return environment;
}

/* What a fact says, in a few words. */
static void put_fact(char text[80], const json_t *value)
{
    char *all = json_is_string(value) ? NULL : json_dumps(value, JSON_ENCODE_ANY);
    snprintf(text, 80, "%.76s", all ? all : value ? json_string_value(value) : "not known");
    free(all);
}

static int refuse(const struct run *run, const char *key, const json_t *then, const json_t *now)
{
    char before[80], after[80];
    put_fact(before, then);
    put_fact(after, now);
    return complain(EXIT_ENVIRONMENT,
                    "run %lld was measured with another %s (%s, now %s): go on where that is so, "
                    "or begin anew with `hchanlab rerun %lld`",
                    (long long)run->id, key, before, after, (long long)run->id);
}

int environment_check_same(const json_t *now, const struct run *run)
{
    /* These say most, and come first. */
    static const char *const first[] = {"hostname", "hchanlab_version", "hchanlab_build_id"};
    json_t *then = json_loads(run->environment, 0, NULL), *value;
    const char *key;
    int status = EXIT_OK;
    if (!then)
        return complain(EXIT_IO, "the environment of run %lld is no JSON: begin anew",
                        (long long)run->id);
    for (size_t i = 0; i < sizeof(first) / sizeof(first[0]) && status == EXIT_OK; i++) {
        value = json_object_get(now, first[i]);
        if (!json_equal(value, json_object_get(then, first[i])))
            status = refuse(run, first[i], json_object_get(then, first[i]), value);
    }
    json_object_foreach((json_t *)(uintptr_t)now, key, value)
    {
        const json_t *before = json_object_get(then, key);
        if (status == EXIT_OK && !env_is_of_the_moment(key) && !json_equal(value, before))
            status = refuse(run, key, before, value);
    }
    json_decref(then);
    return status;
}
