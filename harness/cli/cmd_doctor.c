/* `hchanlab doctor`: prints what on this machine will spoil numbers, and what to do about it. The
 * judgement is doctor.h's. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/say.h"
#include "harness/cli/commands.h"
#include "harness/machine/doctor.h"
#include "harness/machine/env.h"
#include "harness/machine/topo.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool as_json;

static const char *env_text(const json_t *env, const char *key)
{
    const char *text = json_string_value(json_object_get(env, key));
    return text ? text : "unknown";
}

static void print_head(const json_t *env, const struct finding *findings, size_t count)
{
    size_t tally[SEVERITIES] = {0};
    for (size_t i = 0; i < count; i++)
        tally[findings[i].severity]++;
    char grade = doctor_grade(findings, count);
    printf("grade %c: %s (", grade, doctor_grade_meaning(grade));
    for (int s = SEVERITY_BAD; s >= SEVERITY_OK; s--)
        printf("%zu %s%s", tally[s], severity_name((enum severity)s), s ? ", " : ")\n");
    printf("%s, %s; %s\n\n", env_text(env, "cpu_model"), env_text(env, "kernel"),
           env_text(env, "topology"));
}

static void print_text(const json_t *env, const struct finding *findings, size_t count)
{
    enum { NAMES = 24 }; /* the columns before what was seen */
    print_head(env, findings, count);
    for (size_t i = 0; i < count; i++) {
        const struct finding *f = &findings[i];
        printf("%-5s %-17s %s%s%s\n", severity_name(f->severity), f->check, f->seen,
               f->effect[0] ? ": " : "", f->effect);
        if (f->remedy[0])
            printf("%*s-> %s\n", NAMES, "", f->remedy);
    }
}

static int print_json(json_t *env, const struct finding *findings, size_t count)
{
    char grade[2] = {doctor_grade(findings, count), '\0'};
    bool whole = true;
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        whole &=
            json_array_append_new(
                list, json_pack("{s:s s:s s:s s:s s:s}", "check", findings[i].check, "severity",
                                severity_name(findings[i].severity), "seen", findings[i].seen,
                                "effect", findings[i].effect, "remedy", findings[i].remedy)) == 0;
    json_t *all = json_pack("{s:s s:s s:o s:O}", "grade", grade, "meaning",
                            doctor_grade_meaning(grade[0]), "findings", list, "environment", env);
    char *text = whole && all ? json_dumps(all, JSON_INDENT(2) | JSON_REAL_PRECISION(6)) : NULL;
    json_decref(all);
    if (!text)
        return complain(EXIT_ENVIRONMENT,
                        "the findings can't be written as JSON: free some memory");
    puts(text);
    free(text);
    return EXIT_OK;
}

static int cmd_doctor_run(void)
{
    struct finding findings[FINDINGS_MAX];
    struct topo *topo = topo_load(NULL);
    if (!topo)
        return complain(EXIT_ENVIRONMENT, "the topology can't be read: %s", strerror(errno));
    json_t *env = env_collect(topo);
    topo_free(topo);
    if (!env)
        return complain(EXIT_ENVIRONMENT, "the environment can't be read: %s", strerror(errno));
    size_t count = doctor_examine(env, findings);
    int status = EXIT_OK;
    if (as_json)
        status = print_json(env, findings, count);
    else
        print_text(env, findings, count);
    json_decref(env);
    return status;
}

static const struct option_spec options[] = {
    {.name = "json",
     .kind = OPTION_FLAG,
     .value = &as_json,
     .help = "one JSON object: the grade, the findings, the environment"},
    {0},
};

const struct command cmd_doctor = {
    .name = "doctor",
    .summary = "show what on this machine will spoil numbers, and what to do about it",
    .usage = "",
    .about =
        "Looks at the machine as it is now, and lists what makes numbers that are measured here "
        "hard to trust or to repeat: other load, virtualisation, frequency scaling, missing "
        "counters. Each finding comes with its effect and with a remedy if there is one. The "
        "grade, from A to F, sums them up; each run keeps the one of its beginning.",
    .examples = "hchanlab doctor\n"
                "hchanlab doctor --json",
    .options = options,
    .run = cmd_doctor_run,
};
