/* Begins and runs what a command measures (sweeping.h). It owns no state. */
/* SPDX-License-Identifier: MIT */
#include "harness/cli/sweeping.h"
#include "harness/base/progress.h"
#include "harness/base/say.h"
#include "harness/cli/sweep_results.h"
#include "harness/cli/user_store.h"
#include "harness/machine/doctor.h"
#include "harness/machine/rank.h"
#include "harness/store/runs.h"
#include "harness/sweep/alone.h"
#include "harness/sweep/environment.h"
#include "harness/sweep/pause.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

int sweeping_check(struct sweeping *s)
{
    if (s->name && !runs_is_name(s->name))
        return complain(
            EXIT_USAGE,
            "--name %s: give a letter, and up to %d letters, digits or any of ._+-, but "
            "not `latest`",
            s->name, RUN_NAME_MAX - 1);
    if (s->db && s->db[strlen(s->db) - 1] == '\n')
        return complain(EXIT_USAGE,
                        "--db %s: it ends in a newline, so that no command of a shell could name "
                        "it: choose another name",
                        s->db);
    int status = pause_most(&s->pause_most_s);
    if (status != EXIT_OK)
        return status;
    char why[160];
    if (rank_raise(RANK_SWEEP, why, sizeof(why)))
        return complain(EXIT_ENVIRONMENT, "%s", why);
    signal(SIGPIPE, SIG_IGN); /* a log that nobody reads any more is no end of a sweep */
    return EXIT_OK;
}

int sweeping_topo(struct topo **topo)
{
    *topo = topo_load(NULL);
    return *topo ? EXIT_OK
                 : complain(EXIT_ENVIRONMENT, "the topology can't be read: %s", strerror(errno));
}

/* Refuses to spoil another sweep's figures, and to have its own spoiled. */
static int check_alone(void)
{
    pid_t other;
    char who[40] = "";
    int status = alone_begin(&other);
    if (status == 0)
        return EXIT_OK;
    if (status == -ENAMETOOLONG)
        return complain(EXIT_USAGE, "HCHANLAB_LOCK is too long: give it 90 characters at most");
    if (status != -EBUSY) {
        progress_note("another sweep on this machine would not be noticed: %s", strerror(-status));
        return EXIT_OK;
    }
    if (other > 0)
        snprintf(who, sizeof(who), " (process %d)", (int)other);
    return complain(EXIT_ENVIRONMENT,
                    "another sweep%s measures on this machine, and the two would spoil each other: "
                    "wait for it, or say --shared",
                    who);
}

int sweeping_prepare(struct sweeping *s, const struct topo *topo)
{
    if (!topo_is_this_machine(topo))
        return complain(EXIT_ENVIRONMENT, "hwloc was given another machine's topology: unset "
                                          "HWLOC_SYNTHETIC and HWLOC_XMLFILE");
    int exit_status = s->shared ? EXIT_OK : check_alone();
    return exit_status == EXIT_OK ? user_store_find(&s->db) : exit_status;
}

/* One line before a sweep whose figures will not be worth much. */
static void warn_of_machine(const json_t *environment)
{
    struct finding findings[FINDINGS_MAX];
    size_t count = doctor_examine(environment, findings);
    char grade = doctor_grade(findings, count);
    if (grade >= 'D')
        fprintf(stderr, "this machine is graded %c now: %s: %s (`hchanlab doctor` has more)\n",
                grade, findings[0].check, findings[0].seen);
}

int sweeping_seed(uint64_t chosen, uint64_t *seed)
{
    uint32_t random;
    *seed = chosen;
    if (*seed)
        return EXIT_OK;
    if (getrandom(&random, sizeof(random), 0) != sizeof(random))
        return complain(EXIT_ENVIRONMENT, "no random seed: %s: give one with --seed",
                        strerror(errno));
    *seed = random | 1;
    return EXIT_OK;
}

static int refuse_run(const struct sweeping *s, struct store *store, int status)
{
    if (status == -EEXIST && s->name)
        return complain(EXIT_USAGE, "--name %s: a run in %s has it: choose another name", s->name,
                        s->db);
    return complain(EXIT_IO, "%s: %s: name a store that can be written with --db", s->db,
                    store_error(store));
}

/* The run and its cells, or nothing: a sweep that is killed now leaves no run without cells. */
static int add_run(struct store *store, const struct plan *plan, const struct run *run,
                   struct sweep_job *job)
{
    int status = store_begin(store);
    if (status)
        return status;
    status = store_begin_run(store, run, &job->run);
    if (status == 0)
        status = sweep_add_cells(plan, store, job->run);
    if (status == 0)
        status = store_commit(store);
    if (status)
        store_rollback(store);
    return status;
}

int sweeping_begin(const struct sweeping *s, struct store *store, const struct plan *plan,
                   const struct topo *topo, char *(*make_command)(void *arg, uint64_t seed),
                   void *arg, struct sweep_job *job)
{
    *job = (struct sweep_job){.plan = plan, .store = store};
    int status = sweeping_seed(s->seed, &job->seed), begun;
    if (status != EXIT_OK)
        return status;
    char *command = make_command(arg, job->seed);
    json_t *environment = environment_of(plan, topo);
    warn_of_machine(environment);
    char *environment_text = environment ? json_dumps(environment, JSON_COMPACT) : NULL;
    char *xml = topo_xml(topo);
    const struct run run = {
        .command = command,
        .mode = plan->mode,
        .environment = environment_text,
        .topology = xml,
        .seed = job->seed,
        .processes = plan->sampling.processes,
        .samples = plan->sampling.samples,
        .window_ns = plan->sampling.window_ns,
        .limit_ns = plan->sampling.limit_ns,
        .kill_ns = plan->sampling.kill_ns,
        .name = s->name,
        .note = s->note,
    };
    if (!command || !environment_text || !xml)
        status = complain(EXIT_ENVIRONMENT, "out of memory: free some");
    else if ((begun = add_run(store, plan, &run, job)))
        status = refuse_run(s, store, begun);
    json_decref(environment);
    free(command);
    free(environment_text);
    free(xml);
    return status;
}

/* Another sweep with --shared would take what this one measures for cut short. */
static int check_run(const struct sweeping *s, int64_t run)
{
    pid_t other;
    char who[40] = "another process";
    if (alone_with_run(s->db, run, &other) != -EBUSY)
        return EXIT_OK;
    if (other > 0)
        snprintf(who, sizeof(who), "process %d", (int)other);
    return complain(EXIT_ENVIRONMENT, "run %lld is being measured by %s: wait for it",
                    (long long)run, who);
}

int sweeping_run(const struct sweeping *s, struct sweep_job *job)
{
    struct sweep_result result;
    job->pause_most_s = s->no_pause ? 0 : s->pause_most_s;
    int exit_status = check_run(s, job->run);
    if (exit_status == EXIT_OK)
        exit_status = sweep_run(job, &result);
    if (exit_status == EXIT_OK && store_check_place(job->store))
        exit_status =
            complain(EXIT_IO, "%s: leave it there and sweep again", store_error(job->store));
    if (exit_status == EXIT_OK) {
        printf("run %lld in %s\n", (long long)job->run, s->db);
        if (!s->untold)
            sweep_results_print(job->store, job->run);
        exit_status = sweep_results_judge(&result);
    }
    return exit_status;
}
