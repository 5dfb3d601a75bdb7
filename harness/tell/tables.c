/* Writes a run's tables (tables.h), one function each; the list at the end names them. It owns no
 * state. */
/* SPDX-License-Identifier: MIT */
#include "harness/tell/tables.h"
#include "harness/base/files.h"
#include "harness/base/hist.h"
#include "harness/base/side.h"
#include "harness/machine/doctor.h"
#include "harness/machine/topo.h"
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COUNTERS_IN_CELL = 64 };

/* Fields of a line: the first, and those after it, each with a tab before it. */
static void first_text(FILE *f, const char *text)
{
    for (; *text; text++)
        fputc((unsigned char)*text < ' ' ? ' ' : *text, f);
}

static void next_text(FILE *f, const char *text)
{
    fputc('\t', f);
    first_text(f, text);
}

static void next_number(FILE *f, double value)
{
    if (isfinite(value))
        fprintf(f, "\t%.9g", value);
    else
        fputs("\tn/a", f);
}

static void next_param(FILE *f, uint64_t value)
{
    if (value == PARAM_ABSENT)
        fputs("\tn/a", f);
    else
        fprintf(f, "\t%llu", (unsigned long long)value);
}

void tables_put_cell(FILE *f, const struct row *r)
{
    const struct cell *c = &r->cell;
    const struct summary *s = &r->summary;
    first_text(f, c->name);
    next_text(f, c->scenario);
    next_text(f, c->variant[0] ? c->variant : "n/a");
    next_text(f, c->path[0] ? c->path : "n/a");
    next_text(f, c->op);
    next_param(f, c->params.capacity);
    next_param(f, c->params.elem);
    next_param(f, c->params.threads);
    next_param(f, c->params.work);
    next_text(f, c->params.place[0] ? c->params.place : "n/a");
    next_text(f, row_status(r));
    next_text(f, r->reason[0] ? r->reason : "n/a");
    next_param(f, s->samples);
    next_param(f, s->processes);
    next_number(f, s->median_ns);
    next_number(f, s->ci_low_ns);
    next_number(f, s->ci_high_ns);
    next_number(f, s->ci_level);
    next_text(f, s->samples == 0 ? "n/a" : s->ci_over_processes ? "process" : "sample");
    next_number(f, s->min_ns);
    next_number(f, s->max_ns);
    next_number(f, s->cv);
    next_number(f, r->purity);
    next_text(f, r->floor[0] ? r->floor : "n/a");
    next_number(f, r->floor_units);
    next_number(f, r->floor_ns);
    next_number(f, r->floor_ratio);
    next_number(f, r->cpu_ns_per_op);
    next_number(f, r->switches_per_op);
    next_number(f, r->overlap);
    next_number(f, r->fairness);
    next_number(f, r->traced_ns);
    next_number(f, r->traced_ratio.median);
    next_number(f, r->traced_ratio.low);
    next_number(f, r->traced_ratio.high);
    next_number(f, r->others_max.programs);
    next_param(f, r->others_process);
    next_number(f, r->others_max.host);
    next_param(f, r->steal_process);
    next_param(f, c->params.held);
    next_param(f, c->params.lines);
    next_param(f, c->params.away);
    next_param(f, c->params.geometric);
    next_number(f, r->handovers);
    fputc('\n', f);
}

/* A run that is being written. */
struct exporting {
    struct store *store;
    const struct run *run;
    const struct row *rows;
    size_t count;
};

/* A file, and the function that writes its lines. */
struct table {
    const char *name, *header;
    int (*put)(FILE *f, const struct exporting *e);
};

static int table_cells(FILE *f, const struct exporting *e)
{
    for (size_t i = 0; i < e->count; i++)
        tables_put_cell(f, &e->rows[i]);
    return 0;
}

/* The samples of a cell; `others` is of its processes. */
static void put_samples(FILE *f, const char *name, const struct sample *samples, size_t count,
                        const struct trial_others *others, size_t processes)
{
    for (size_t i = 0, p = 0; i < count; i++) {
        while (p < processes && others[p].process < samples[i].process)
            p++;
        bool known = p < processes && others[p].process == samples[i].process;
        fprintf(f, "%s\t%u\t%u\t%.9g", name, samples[i].process, samples[i].index,
                samples[i].ns_per_op);
        next_number(f, known ? others[p].shares.programs : NAN);
        next_number(f, known ? others[p].shares.host : NAN);
        fputc('\n', f);
    }
}

static int table_samples(FILE *f, const struct exporting *e)
{
    int status = 0;
    for (size_t i = 0; i < e->count && !status; i++) {
        const struct row *row = &e->rows[i];
        struct sample *samples = NULL;
        struct trial_others *others = NULL;
        size_t n, processes;
        status = store_samples(e->store, row->id, &samples, &n);
        if (!status)
            status = store_trial_others(e->store, row->id, &others, &processes);
        if (!status)
            put_samples(f, row->cell.name, samples, n, others, processes);
        free(samples);
        free(others);
    }
    return status;
}

/* Calls `put` with each histogram of the run. */
static int each_latency(FILE *f, const struct exporting *e,
                        void (*put)(FILE *f, const char *name, const struct latency *h))
{
    static struct latency h; /* large */
    for (size_t i = 0; i < e->count; i++)
        for (unsigned k = 0; k < SIDES; k++) {
            int status = store_latency(e->store, e->rows[i].id, side_name((enum side)k), &h);
            if (status && status != -ENOENT)
                return status;
            if (status == 0)
                put(f, e->rows[i].cell.name, &h);
        }
    return 0;
}

static void put_percentiles(FILE *f, const char *name, const struct latency *h)
{
    fprintf(f, "%s\t%s\t%llu\t%.9g\t%.9g\t%.9g\t%.9g\t%.9g\t%.9g\n", name, h->side,
            (unsigned long long)h->count, h->min_ns, hist_quantile(h, 0.5), hist_quantile(h, 0.9),
            hist_quantile(h, 0.99), hist_quantile(h, 0.999), h->max_ns);
}

static void put_buckets(FILE *f, const char *name, const struct latency *h)
{
    for (uint32_t b = 0; b < HIST_BUCKETS; b++)
        if (h->bucket[b])
            fprintf(f, "%s\t%s\t%llu\t%llu\t%llu\n", name, h->side,
                    (unsigned long long)hist_bucket_low(b), (unsigned long long)hist_bucket_high(b),
                    (unsigned long long)h->bucket[b]);
}

static int table_latency(FILE *f, const struct exporting *e)
{
    return each_latency(f, e, put_percentiles);
}

static int table_histogram(FILE *f, const struct exporting *e)
{
    return each_latency(f, e, put_buckets);
}

static int table_outcomes(FILE *f, const struct exporting *e)
{
    for (size_t i = 0; i < e->count; i++) {
        struct outcome_count outcomes[OUTCOMES_MAX];
        int n = store_outcomes(e->store, e->rows[i].id, outcomes, OUTCOMES_MAX);
        if (n < 0)
            return n;
        for (int k = 0; k < n; k++)
            if (outcome_is_count(&outcomes[k]) && outcomes[k].ops)
                fprintf(f, "%s\t%s\t%.9g\n", e->rows[i].cell.name, outcomes[k].name,
                        (double)outcomes[k].count / (double)outcomes[k].ops);
    }
    return 0;
}

static int table_counters(FILE *f, const struct exporting *e)
{
    for (size_t i = 0; i < e->count; i++) {
        struct counter counters[COUNTERS_IN_CELL];
        int n = store_counters(e->store, e->rows[i].id, counters, COUNTERS_IN_CELL);
        if (n < 0)
            return n;
        for (int k = 0; k < n; k++) {
            first_text(f, e->rows[i].cell.name);
            next_text(f, counters[k].name);
            next_text(f, counters[k].domain);
            next_number(f, counters[k].per_op);
            next_text(f, counters[k].reason[0] ? counters[k].reason : "n/a");
            fputc('\n', f);
        }
    }
    return 0;
}

static int table_environment(FILE *f, const struct exporting *e)
{
    json_t *environment = json_loads(e->run->environment, 0, NULL);
    const char *key;
    json_t *value;
    json_object_foreach(environment, key, value)
    {
        char *text =
            json_is_string(value) ? strdup(json_string_value(value))
            : json_is_null(value)
                ? strdup("n/a")
                : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(6));
        first_text(f, key);
        next_text(f, text ? text : "n/a");
        fputc('\n', f);
        free(text);
    }
    json_decref(environment);
    return 0;
}

static int table_topology(FILE *f, const struct exporting *e)
{
    struct topo *t = topo_load_xml(e->run->topology);
    if (!t)
        return errno == ENOMEM ? -ENOMEM : 0; /* this hwloc can't read it */
    const unsigned *pus;
    size_t n = topo_pus(t, &pus);
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n; k++)
            fprintf(f, "%u\t%u\t%s\n", pus[i], pus[k],
                    relation_name(topo_relation(t, pus[i], pus[k])));
    topo_free(t);
    return 0;
}

/* What the doctor finds in the machine as it was when the run began. */
static size_t examine_machine(const struct run *run, struct finding *findings, json_t **environment)
{
    *environment = json_loads(run->environment, 0, NULL);
    return doctor_examine(*environment, findings);
}

static int table_doctor(FILE *f, const struct exporting *e)
{
    struct finding findings[FINDINGS_MAX];
    json_t *environment;
    size_t n = examine_machine(e->run, findings, &environment);
    for (size_t i = 0; i < n; i++) {
        first_text(f, findings[i].check);
        next_text(f, severity_name(findings[i].severity));
        next_text(f, findings[i].seen);
        next_text(f, findings[i].effect);
        next_text(f, findings[i].remedy);
        fputc('\n', f);
    }
    json_decref(environment);
    return 0;
}

static int table_run(FILE *f, const struct exporting *e)
{
    fprintf(f, "id\t%lld\nstarted\t%s\nfinished\t%s\n", (long long)e->run->id, e->run->started,
            e->run->finished ? e->run->finished : "n/a");
    fputs("command\t", f);
    first_text(f, e->run->command);
    fprintf(f, "\nmode\t%s\nseed\t%llu\nprocesses\t%u\n", e->run->mode,
            (unsigned long long)e->run->seed, e->run->processes);
    if (e->run->name)
        fprintf(f, "name\t%s\n", e->run->name);
    if (e->run->note) {
        fputs("note\t", f);
        first_text(f, e->run->note);
        fputc('\n', f);
    }
    struct finding findings[FINDINGS_MAX];
    json_t *environment;
    char grade = doctor_grade(findings, examine_machine(e->run, findings, &environment));
    fprintf(f, "grade\t%c\ngrade_meaning\t%s\n", grade, doctor_grade_meaning(grade));
    json_decref(environment);
    return 0;
}

static const struct table tables[] = {
    {"cells.tsv", CELLS_HEADER, table_cells},
    {"samples.tsv", "name\tprocess\tindex\tns_per_op\tothers_share\tsteal_meanwhile",
     table_samples},
    {"latency.tsv", "name\tside\tcount\tmin\tp50\tp90\tp99\tp999\tmax", table_latency},
    {"histogram.tsv", "name\tside\tlow_ns\thigh_ns\tcount", table_histogram},
    {"outcomes.tsv", "name\toutcome\tper_op", table_outcomes},
    {"counters.tsv", "name\tcounter\tdomain\tper_op\treason", table_counters},
    {"environment.tsv", "key\tvalue", table_environment},
    {"topology.tsv", "pu_a\tpu_b\trelation", table_topology},
    {"doctor.tsv", "check\tseverity\tseen\teffect\tremedy", table_doctor},
    {"run.tsv", "key\tvalue", table_run},
};

static int write_table(const struct table *table, const struct exporting *e, const char *directory,
                       char *error, size_t size)
{
    char path[PATH_MAX];
    struct file_draft draft;
    if (snprintf(path, sizeof(path), "%s/%s", directory, table->name) >= (int)sizeof(path)) {
        snprintf(error, size, "the path is too long: choose a shorter one with -o");
        return -ENAMETOOLONG;
    }
    int status = file_draft(&draft);
    if (!status) {
        fprintf(draft.out, "%s\n", table->header);
        status = table->put(draft.out, e);
    }
    if (status) {
        snprintf(error, size, "the store's run %lld can't be read (%s): name another with --db",
                 (long long)e->run->id, strerror(-status));
        file_discard(&draft);
        return status;
    }
    status = file_commit(&draft, path);
    if (status)
        snprintf(error, size, "%s can't be written (%s): choose another folder with -o",
                 table->name, strerror(-status));
    return status;
}

int tables_write(struct store *s, const struct run *run, const char *directory, char *error,
                 size_t size)
{
    struct row *rows;
    struct exporting e = {.store = s, .run = run};
    int status = rows_read(s, run, &rows, &e.count);
    if (status) {
        snprintf(error, size, "the store's run %lld can't be read (%s): name another with --db",
                 (long long)run->id, store_error(s));
        return status;
    }
    e.rows = rows;
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]) && !status; i++)
        status = write_table(&tables[i], &e, directory, error, size);
    free(rows);
    return status;
}
