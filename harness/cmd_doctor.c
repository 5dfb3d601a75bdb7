/* `hchanlab doctor`: what on this machine will spoil numbers, and what to do about it. */
#include "harness/commands.h"
#include "harness/doctor.h"
#include "harness/env.h"
#include "harness/say.h"
#include "harness/topo.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool as_json;

static void print_text(const json_t *env, const struct finding *findings, size_t count)
{
    const char *model = json_string_value(json_object_get(env, "cpu_model"));
    printf("grade %c  %s; %s\n\n", doctor_grade(findings, count), model ? model : "unknown CPU",
           json_string_value(json_object_get(env, "topology")));
    for (size_t i = 0; i < count; i++) {
        const struct finding *f = &findings[i];
        printf("%-5s %-18s %s\n", severity_name(f->severity), f->check, f->seen);
        if (f->effect[0])
            printf("%-24s does: %s\n", "", f->effect);
        if (f->remedy[0])
            printf("%-24s do:   %s\n", "", f->remedy);
    }
}

static int print_json(json_t *env, const struct finding *findings, size_t count)
{
    char grade[2] = {doctor_grade(findings, count), '\0'};
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_pack("{s:s s:s s:s s:s s:s}", "check", findings[i].check,
                                              "severity", severity_name(findings[i].severity),
                                              "seen", findings[i].seen, "effect",
                                              findings[i].effect, "remedy", findings[i].remedy));
    json_t *all = json_pack("{s:s s:o s:O}", "grade", grade, "findings", list, "environment", env);
    int status = all && json_dumpf(all, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6)) == 0 &&
                         putchar('\n') != EOF
                     ? EXIT_OK
                     : EXIT_IO;
    json_decref(all);
    return status;
}

static int run(void)
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
    .summary = "tell what on this machine will spoil numbers, and what to do about it",
    .usage = "",
    .options = options,
    .run = run,
};
