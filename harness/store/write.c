/* Adds runs, cells and what was measured to a store (store.h): a transaction for each call, unless
 * one was begun. All state is in struct store. */
/* SPDX-License-Identifier: MIT */
#include "harness/store/sql.h"
#include "harness/store/store.h"
#include <endian.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>

int store_begin(struct store *s)
{
    return store_finish(s, store_prepare(s, "BEGIN IMMEDIATE", ""));
}

int store_commit(struct store *s)
{
    return store_finish(s, store_prepare(s, "COMMIT", ""));
}

void store_rollback(struct store *s)
{
    sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
}

static void now_utc(char text[32])
{
    time_t now = time(NULL);
    struct tm tm;
    gmtime_r(&now, &tm);
    strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

int store_begin_run(struct store *s, const struct run *run, int64_t *id)
{
    char started[32];
    now_utc(started);
    int status = store_finish(
        s, store_prepare(s,
                         "INSERT INTO runs (started, command, mode, environment, topology, seed,"
                         " processes, name, note, samples, window_ns, limit_ns, kill_ns)"
                         " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                         "tttttiittiiii", started, run->command, run->mode, run->environment,
                         run->topology, (int64_t)run->seed, (int64_t)run->processes, run->name,
                         run->note, (int64_t)run->samples, (int64_t)run->window_ns,
                         (int64_t)run->limit_ns, (int64_t)run->kill_ns));
    *id = sqlite3_last_insert_rowid(s->db);
    return status;
}

int store_end_run(struct store *s, int64_t run)
{
    char finished[32];
    now_utc(finished);
    return store_finish(
        s, store_prepare(s, "UPDATE runs SET finished = ? WHERE id = ?", "ti", finished, run));
}

int store_add_fact(struct store *s, int64_t run, const char *name, double value)
{
    if (isnan(value))
        return 0;
    return store_finish(s, store_prepare(s,
                                         "UPDATE runs SET environment = json_set(environment,"
                                         " '$.' || ?, ?) WHERE id = ? AND json_valid(environment)",
                                         "tdi", name, value, run));
}

int store_raise_fact(struct store *s, int64_t run, const char *name, double by)
{
    return store_finish(
        s, store_prepare(s,
                         "UPDATE runs SET environment = json_set(environment, '$.' || ?1,"
                         " coalesce(json_extract(environment, '$.' || ?1), 0) + ?2)"
                         " WHERE id = ?3 AND json_valid(environment)",
                         "tdi", name, by, run));
}

int store_add_cell(struct store *s, int64_t run, const struct cell *c, int64_t *id)
{
    int status =
        store_finish(s, store_prepare(s,
                                      "INSERT INTO cells (run, name, scenario, variant, path, op,"
                                      " capacity, elem, threads, work, place)"
                                      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                                      "itttttuuuut", run, c->name, c->scenario, c->variant, c->path,
                                      c->op, c->params.capacity, c->params.elem, c->params.threads,
                                      c->params.work, c->params.place));
    *id = sqlite3_last_insert_rowid(s->db);
    return status;
}

int store_add_trial(struct store *s, int64_t cell, uint32_t process, enum trial_status status,
                    const char *message, const struct others_shares *others,
                    const struct trial_when *when)
{
    const uint64_t unknown = PARAM_ABSENT;
    return store_finish(s,
                        store_prepare(s,
                                      "INSERT INTO trials (cell, process, status, message,"
                                      " others_share, steal_meanwhile, block, position, started_ms)"
                                      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                                      "iiitdduuu", cell, (int64_t)process, (int64_t)status, message,
                                      others ? others->programs : NAN, others ? others->host : NAN,
                                      when ? when->block : unknown, when ? when->position : unknown,
                                      when ? when->started_ms : unknown));
}

int store_add_sample(struct store *s, int64_t cell, const struct sample *x)
{
    return store_finish(
        s, store_prepare(s, "INSERT INTO samples VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                         "iiiiddddddd", cell, (int64_t)x->process, (int64_t)x->index,
                         (int64_t)x->ops, x->ns_per_op, x->window_ns, x->overlap, x->cpu_ns_per_op,
                         x->switches_per_op, x->fairness, x->handovers));
}

int store_add_outcome(struct store *s, int64_t cell, uint32_t process,
                      const struct outcome_count *o)
{
    return store_finish(s, store_prepare(s, "INSERT INTO outcomes VALUES (?, ?, ?, ?, ?)", "iitii",
                                         cell, (int64_t)process, o->name, (int64_t)o->count,
                                         (int64_t)o->ops));
}

int store_add_counter(struct store *s, int64_t cell, uint32_t process, const struct counter *c)
{
    return store_finish(s, store_prepare(s, "INSERT INTO counters VALUES (?, ?, ?, ?, ?, ?)",
                                         "iittdt", cell, (int64_t)process, c->name, c->domain,
                                         c->available ? c->per_op : NAN, c->reason));
}

int store_add_latency(struct store *s, int64_t cell, uint32_t process, const struct latency *h)
{
    size_t used = 0;
    for (unsigned i = 0; i < HIST_BUCKETS; i++)
        used += h->bucket[i] != 0;
    uint64_t *pairs = malloc((2 * used + 1) * sizeof(*pairs));
    if (!pairs)
        return store_fail_with(s, -ENOMEM);
    size_t n = 0;
    for (unsigned i = 0; i < HIST_BUCKETS; i++)
        if (h->bucket[i]) {
            pairs[n++] = htole64(i);
            pairs[n++] = htole64(h->bucket[i]);
        }
    sqlite3_stmt *statement = store_prepare(
        s,
        "INSERT INTO latencies (cell, process, side, count, min_ns, max_ns, buckets)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        "iitidd", cell, (int64_t)process, h->side, (int64_t)h->count, h->min_ns, h->max_ns);
    if (statement &&
        sqlite3_bind_blob(statement, 7, pairs, (int)(n * sizeof(*pairs)), SQLITE_TRANSIENT)) {
        store_fail(s);
        sqlite3_finalize(statement);
        statement = NULL;
    }
    free(pairs);
    return store_finish(s, statement);
}
