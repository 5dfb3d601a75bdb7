#include "harness/tables.h"
#include "harness/bench.h"
#include "harness/doctor.h"
#include "harness/hist.h"
#include "harness/topo.h"
#include "harness/whole_file.h"
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { OUTCOMES_MAX = 64, COUNTER_ROWS_MAX = 64 };

struct collecting {
    struct store *store;
    struct row *rows;
    size_t count;
};

static double median_of(const struct sample *samples, size_t count, size_t offset)
{
    double *values = malloc(count * sizeof(*values)), result;
    size_t n = 0;
    if (!values)
        return NAN;
    for (size_t i = 0; i < count; i++) {
        double value;
        memcpy(&value, (const char *)&samples[i] + offset, sizeof(value));
        if (!isnan(value))
            values[n++] = value;
    }
    result = stats_median(values, n);
    free(values);
    return result;
}

/* What the accounting costs: each process's traced window against its measured ones. */
static int add_traced(struct collecting *c, struct row *row, const struct sample *samples,
                      size_t count)
{
    struct sample *traced;
    size_t n;
    int status = store_traced(c->store, row->id, &traced, &n);
    if (status)
        return status;
    row->traced_ns = median_of(traced, n, offsetof(struct sample, ns_per_op));
    status = stats_paired_ratio(traced, n, samples, count, &row->traced_ratio);
    free(traced);
    return status == -ENODATA ? 0 : status;
}

static int add_samples(struct collecting *c, struct row *row)
{
    struct sample *samples;
    size_t count;
    int status = store_samples(c->store, row->id, &samples, &count);
    if (status)
        return status;
    status = stats_summarise(samples, count, &row->summary);
    if (status == -ENODATA)
        row->summary = (struct summary){.median_ns = NAN,
                                        .ci_low_ns = NAN,
                                        .ci_high_ns = NAN,
                                        .ci_level = NAN,
                                        .min_ns = NAN,
                                        .max_ns = NAN,
                                        .cv = NAN};
    row->cpu_ns_per_op = median_of(samples, count, offsetof(struct sample, cpu_ns_per_op));
    row->switches_per_op = median_of(samples, count, offsetof(struct sample, switches_per_op));
    row->overlap = median_of(samples, count, offsetof(struct sample, overlap));
    row->fairness = median_of(samples, count, offsetof(struct sample, fairness));
    if (status == 0 || status == -ENODATA)
        status = add_traced(c, row, samples, count);
    free(samples);
    return status;
}

static int add_purity(struct collecting *c, struct row *row)
{
    struct outcome_count outcomes[OUTCOMES_MAX];
    int n = store_outcomes(c->store, row->id, outcomes, OUTCOMES_MAX);
    row->purity = NAN;
    for (int i = 0; i < n; i++)
        if (strcmp(outcomes[i].name, TRACED_PURE) == 0 && outcomes[i].ops)
            row->purity = (double)outcomes[i].count / (double)outcomes[i].ops;
    return n < 0 ? n : 0;
}

/* The worst of the processes is the cell's status; a run that was cut short has cells with none. */
static int add_status(struct collecting *c, struct row *row)
{
    uint32_t count[4];
    int status = store_trials(c->store, row->id, count, row->reason, sizeof(row->reason));
    row->status = count[TRIAL_FAILED]    ? TRIAL_FAILED
                  : count[TRIAL_TIMEOUT] ? TRIAL_TIMEOUT
                  : count[TRIAL_SKIPPED] ? TRIAL_SKIPPED
                                         : TRIAL_OK;
    if (row->status == TRIAL_OK && row->summary.samples == 0) {
        row->status = TRIAL_SKIPPED;
        snprintf(row->reason, sizeof(row->reason), "the sweep ended before this cell was measured");
    }
    return status;
}

static int collect(void *arg, int64_t id, const struct cell *cell)
{
    struct collecting *c = arg;
    struct row *more = realloc(c->rows, (c->count + 1) * sizeof(*more));
    if (!more)
        return -ENOMEM;
    c->rows = more;
    struct row *row = &c->rows[c->count++];
    memset(row, 0, sizeof(*row));
    row->cell = *cell;
    row->id = id;
    int status = add_samples(c, row);
    if (!status)
        status = add_purity(c, row);
    return status ? status : add_status(c, row);
}

static void resolve_floors(struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        rows[i].floor_ns = NAN;
        for (size_t k = 0; rows[i].cell.floor[0] && k < count; k++)
            if (strcmp(rows[k].cell.name, rows[i].cell.floor) == 0)
                rows[i].floor_ns = rows[k].summary.median_ns;
        rows[i].floor_ratio =
            rows[i].summary.median_ns / (rows[i].cell.floor_units * rows[i].floor_ns);
    }
}

int tables_rows(struct store *s, int64_t run, struct row **rows, size_t *count)
{
    struct collecting c = {.store = s};
    int status = store_each_cell(s, run, collect, &c);
    if (status) {
        free(c.rows);
        return status;
    }
    resolve_floors(c.rows, c.count);
    *rows = c.rows;
    *count = c.count;
    return 0;
}

const char *row_status(const struct row *row)
{
    static const char *const names[] = {"ok", "timeout", "failed", "skipped"};
    return names[row->status];
}

/* Fields of a line; whoever puts one puts the tab before it, but for the first. */
static void put_text(FILE *f, const char *text)
{
    for (; *text; text++)
        fputc((unsigned char)*text < ' ' ? ' ' : *text, f);
}

static void next_text(FILE *f, const char *text)
{
    fputc('\t', f);
    put_text(f, text);
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
    put_text(f, c->name);
    next_text(f, c->scenario);
    next_text(f, c->variant[0] ? c->variant : "n/a");
    next_text(f, c->path[0] ? c->path : "n/a");
    next_text(f, c->op);
    next_param(f, c->params.capacity);
    next_param(f, c->params.elem);
    next_param(f, c->params.threads);
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
    next_text(f, c->floor[0] ? c->floor : "n/a");
    next_number(f, c->floor[0] ? c->floor_units : NAN);
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
    fputc('\n', f);
}

/* One file: what its lines are. */
struct table {
    const char *name, *header;
    int (*put)(FILE *f, struct store *s, const struct run *run, const struct row *rows,
               size_t count);
};

static int put_cells(FILE *f, struct store *s, const struct run *run, const struct row *rows,
                     size_t count)
{
    (void)s;
    (void)run;
    for (size_t i = 0; i < count; i++)
        tables_put_cell(f, &rows[i]);
    return 0;
}

static int put_samples(FILE *f, struct store *s, const struct run *run, const struct row *rows,
                       size_t count)
{
    (void)run;
    for (size_t i = 0; i < count; i++) {
        struct sample *samples;
        size_t n;
        int status = store_samples(s, rows[i].id, &samples, &n);
        if (status)
            return status;
        for (size_t k = 0; k < n; k++)
            fprintf(f, "%s\t%u\t%u\t%.9g\n", rows[i].cell.name, samples[k].process,
                    samples[k].index, samples[k].ns_per_op);
        free(samples);
    }
    return 0;
}

static int put_latency(FILE *f, struct store *s, const struct run *run, const struct row *rows,
                       size_t count)
{
    static struct latency h;
    (void)run;
    for (size_t i = 0; i < count; i++)
        for (unsigned k = 0; k < SIDES; k++) {
            int status = store_latency(s, rows[i].id, side_name((enum side)k), &h);
            if (status == -ENOENT)
                continue;
            if (status)
                return status;
            fprintf(f, "%s\t%s\t%llu\t%.9g\t%.9g\t%.9g\t%.9g\t%.9g\t%.9g\n", rows[i].cell.name,
                    side_name((enum side)k), (unsigned long long)h.count, h.min_ns,
                    hist_quantile(&h, 0.5), hist_quantile(&h, 0.9), hist_quantile(&h, 0.99),
                    hist_quantile(&h, 0.999), h.max_ns);
        }
    return 0;
}

static int put_histogram(FILE *f, struct store *s, const struct run *run, const struct row *rows,
                         size_t count)
{
    static struct latency h;
    (void)run;
    for (size_t i = 0; i < count; i++)
        for (unsigned k = 0; k < SIDES; k++) {
            int status = store_latency(s, rows[i].id, side_name((enum side)k), &h);
            if (status == -ENOENT)
                continue;
            if (status)
                return status;
            for (uint32_t b = 0; b < HIST_BUCKETS; b++)
                if (h.bucket[b])
                    fprintf(f, "%s\t%s\t%llu\t%llu\t%llu\n", rows[i].cell.name,
                            side_name((enum side)k), (unsigned long long)hist_bucket_low(b),
                            (unsigned long long)hist_bucket_high(b),
                            (unsigned long long)h.bucket[b]);
        }
    return 0;
}

static int put_outcomes(FILE *f, struct store *s, const struct run *run, const struct row *rows,
                        size_t count)
{
    (void)run;
    for (size_t i = 0; i < count; i++) {
        struct outcome_count outcomes[OUTCOMES_MAX];
        int n = store_outcomes(s, rows[i].id, outcomes, OUTCOMES_MAX);
        if (n < 0)
            return n;
        for (int k = 0; k < n; k++)
            if (outcome_is_count(&outcomes[k]) && outcomes[k].ops)
                fprintf(f, "%s\t%s\t%.9g\n", rows[i].cell.name, outcomes[k].name,
                        (double)outcomes[k].count / (double)outcomes[k].ops);
    }
    return 0;
}

static int put_counters(FILE *f, struct store *s, const struct run *run, const struct row *rows,
                        size_t count)
{
    (void)run;
    for (size_t i = 0; i < count; i++) {
        struct counter counters[COUNTER_ROWS_MAX];
        int n = store_counters(s, rows[i].id, counters, COUNTER_ROWS_MAX);
        if (n < 0)
            return n;
        for (int k = 0; k < n; k++) {
            put_text(f, rows[i].cell.name);
            next_text(f, counters[k].name);
            next_text(f, counters[k].domain);
            next_number(f, counters[k].per_op);
            next_text(f, counters[k].reason[0] ? counters[k].reason : "n/a");
            fputc('\n', f);
        }
    }
    return 0;
}

static int put_environment(FILE *f, struct store *s, const struct run *run, const struct row *rows,
                           size_t count)
{
    (void)s;
    (void)rows;
    (void)count;
    json_t *environment = json_loads(run->environment, 0, NULL);
    const char *key;
    json_t *value;
    json_object_foreach(environment, key, value)
    {
        char *text =
            json_is_string(value) ? strdup(json_string_value(value))
            : json_is_null(value)
                ? strdup("n/a")
                : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(6));
        put_text(f, key);
        next_text(f, text ? text : "n/a");
        fputc('\n', f);
        free(text);
    }
    json_decref(environment);
    return 0;
}

static int put_topology(FILE *f, struct store *s, const struct run *run, const struct row *rows,
                        size_t count)
{
    (void)s;
    (void)rows;
    (void)count;
    struct topo *t = topo_load_xml(run->topology);
    if (!t)
        return errno == ENOMEM ? -ENOMEM : 0; /* not one that this hwloc reads */
    const unsigned *pus;
    size_t n = topo_pus(t, &pus);
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n; k++)
            fprintf(f, "%u\t%u\t%s\n", pus[i], pus[k],
                    relation_name(topo_relation(t, pus[i], pus[k])));
    topo_free(t);
    return 0;
}

/* What the doctor says of the machine as it was when the run began. */
static size_t examine(const struct run *run, struct finding *findings, json_t **environment)
{
    *environment = json_loads(run->environment, 0, NULL);
    return doctor_examine(*environment, findings);
}

static int put_doctor(FILE *f, struct store *s, const struct run *run, const struct row *rows,
                      size_t count)
{
    (void)s;
    (void)rows;
    (void)count;
    struct finding findings[FINDINGS_MAX];
    json_t *environment;
    size_t n = examine(run, findings, &environment);
    for (size_t i = 0; i < n; i++) {
        put_text(f, findings[i].check);
        next_text(f, severity_name(findings[i].severity));
        next_text(f, findings[i].seen);
        next_text(f, findings[i].effect);
        next_text(f, findings[i].remedy);
        fputc('\n', f);
    }
    json_decref(environment);
    return 0;
}

static int put_run(FILE *f, struct store *s, const struct run *run, const struct row *rows,
                   size_t count)
{
    (void)s;
    (void)rows;
    (void)count;
    fprintf(f, "id\t%lld\nstarted\t%s\nfinished\t%s\n", (long long)run->id, run->started,
            run->finished ? run->finished : "n/a");
    fputs("command\t", f);
    put_text(f, run->command);
    fprintf(f, "\nmode\t%s\nseed\t%llu\nprocesses\t%u\n", run->mode, (unsigned long long)run->seed,
            run->processes);
    struct finding findings[FINDINGS_MAX];
    json_t *environment;
    char grade = doctor_grade(findings, examine(run, findings, &environment));
    fprintf(f, "grade\t%c\ngrade_meaning\t%s\n", grade, doctor_grade_meaning(grade));
    json_decref(environment);
    return 0;
}

static const struct table tables[] = {
    {"cells.tsv", CELLS_HEADER, put_cells},
    {"samples.tsv", "name\tprocess\tindex\tns_per_op", put_samples},
    {"latency.tsv", "name\tside\tcount\tmin\tp50\tp90\tp99\tp999\tmax", put_latency},
    {"histogram.tsv", "name\tside\tlow_ns\thigh_ns\tcount", put_histogram},
    {"outcomes.tsv", "name\toutcome\tper_op", put_outcomes},
    {"counters.tsv", "name\tcounter\tdomain\tper_op\treason", put_counters},
    {"environment.tsv", "key\tvalue", put_environment},
    {"topology.tsv", "pu_a\tpu_b\trelation", put_topology},
    {"doctor.tsv", "check\tseverity\tseen\teffect\tremedy", put_doctor},
    {"run.tsv", "key\tvalue", put_run},
};

int tables_write(struct store *s, const struct run *run, const char *directory)
{
    struct row *rows;
    size_t count;
    int status = tables_rows(s, run->id, &rows, &count);
    if (status)
        return status;
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]) && !status; i++) {
        struct whole_file file;
        status = whole_file_open(&file, directory, tables[i].name);
        if (status)
            break;
        fprintf(file.stream, "%s\n", tables[i].header);
        status = tables[i].put(file.stream, s, run, rows, count);
        status = whole_file_close(&file, status);
    }
    free(rows);
    return status;
}
