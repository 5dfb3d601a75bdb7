/* Runs one process of a cell (attempt.h). All state is in struct attempt, but for the buffer of one
 * record, which is too large for the stack. */
/* SPDX-License-Identifier: MIT */
#include "harness/sweep/attempt.h"
#include "harness/store/trials.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Stores one record. 0, or a negative errno of the store. */
static int store_record(const struct attempt *a, const struct record *r)
{
    switch (r->kind) {
    case RECORD_SAMPLE: {
        struct sample sample = r->sample;
        sample.process = a->process; /* whatever the process calls itself */
        return store_add_sample(a->store, a->cell_id, &sample);
    }
    case RECORD_OUTCOME:
        return store_add_outcome(a->store, a->cell_id, a->process, &r->outcome);
    case RECORD_COUNTER:
        return store_add_counter(a->store, a->cell_id, a->process, &r->counter);
    case RECORD_LATENCY:
        return store_add_latency(a->store, a->cell_id, a->process, &r->latency);
    case RECORD_END:
        break; /* child.c keeps it itself */
    }
    return 0;
}

static int take_record(void *arg, const struct record *r)
{
    const struct attempt *a = arg;
    return a->kept ? record_write(a->kept, r) : store_record(a, r);
}

/* The arguments of a cell's process. */
struct cell_arguments {
    char number[4][24];
    const char *list[12];
};

static void set_arguments(struct cell_arguments *to, const struct attempt *a)
{
    const struct sampling *s = a->sampling;
    const uint64_t values[] = {a->process, s->samples, s->window_ns, s->limit_ns};
    for (size_t i = 0; i < 4; i++)
        snprintf(to->number[i], sizeof(to->number[i]), "%llu", (unsigned long long)values[i]);
    const char *const list[] = {"cell",       a->cell->name, "--process",   to->number[0],
                                "--samples",  to->number[1], "--window-ns", to->number[2],
                                "--limit-ns", to->number[3], "--ack",       NULL};
    memcpy(to->list, list, sizeof(list));
}

static int store_end(const struct attempt *a)
{
    const struct others_shares shares = others_shares(&a->others);
    return store_add_trial(a->store, a->cell_id, a->process, a->status, a->message, &shares,
                           &a->when);
}

/* Stores the lines of records that were kept. One that comes twice makes the process a failure, as
 * where records are stored at once. */
static int store_kept(struct attempt *a, char *lines)
{
    static struct record record;
    int status = 0;
    char *save;
    for (char *line = strtok_r(lines, "\n", &save); line && status == 0;
         line = strtok_r(NULL, "\n", &save)) {
        status = record_read(line, &record);
        if (status == 0)
            status = store_record(a, &record);
        if (status == -EEXIST) {
            if (a->status == TRIAL_OK) {
                a->status = TRIAL_FAILED;
                snprintf(a->message, sizeof(a->message), "it wrote a record twice");
            }
            status = 0;
        }
    }
    return status;
}

/* Puts what this process sent in the place of what the one before did. */
static int replace(struct attempt *a, char *lines)
{
    int status = store_begin(a->store);
    if (status)
        return status;
    status = trials_remove(a->store, a->cell_id, a->process);
    if (status == 0)
        status = store_kept(a, lines);
    if (status == 0)
        status = store_end(a);
    if (status == 0)
        status = store_raise_fact(a->store, a->run, "retried", 1);
    if (status == 0)
        status = store_commit(a->store);
    if (status)
        store_rollback(a->store);
    return status;
}

/* Runs the process to its end, and keeps how it ended. */
static int run_child(struct attempt *a)
{
    struct cell_arguments arguments;
    set_arguments(&arguments, a);
    const struct child_job job = {
        .arguments = arguments.list,
        .kill_ns = a->sampling->kill_ns,
        .samples = true,
        .signals = a->signals,
        .take = take_record,
        .arg = a,
    };
    struct child child;
    struct others_start start;
    others_begin(&start);
    int status = child_start(&child, &job);
    a->cannot_start = status != 0;
    if (status)
        return status;
    int watched = child_watch(&child);
    child_end(&child, watched);
    a->used_ns = child.limit.used_ns;
    if (!child.limit
             .stood_still) /* or others had the machine meanwhile, and are to blame for nothing */
        others_add(&a->others, &start);
    if (watched != 0 && watched != -ETIME)
        return watched;
    a->ended = true;
    a->status = child.status;
    snprintf(a->message, sizeof(a->message), "%s", child.message);
    return 0;
}

int attempt_make(struct attempt *a)
{
    char *lines = NULL;
    size_t size;
    a->kept = a->again ? open_memstream(&lines, &size) : NULL;
    if (a->again && !a->kept)
        return -errno;
    int status = run_child(a);
    if (a->kept && fclose(a->kept) == EOF && status == 0)
        status = -ENOMEM;
    a->kept = NULL;
    if (status == 0)
        status = a->again ? replace(a, lines) : store_end(a);
    free(lines);
    return status ? status : store_check_place(a->store);
}
