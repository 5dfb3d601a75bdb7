/* Records as lines of JSON (record.h). It owns the process's side of the acknowledgements: where
 * they come from, and whether the reader is gone. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/record.h"
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

static int ack_fd = -1;  /* where acknowledgements come from; -1: none is awaited */
static bool reader_gone; /* no acknowledgement will come any more */

static const char *const kinds[] = {"sample", "outcome", "counter", "latency", "end"};

/* JSON has no NaN: a number that makes no sense for a cell is null. */
static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static double get_number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static uint64_t get_uint(const json_t *object, const char *key)
{
    return (uint64_t)json_integer_value(json_object_get(object, key));
}

static void get_text(const json_t *object, const char *key, char *out, size_t size)
{
    const char *text = json_string_value(json_object_get(object, key));
    snprintf(out, size, "%s", text ? text : "");
}

static json_t *pack_sample(const struct sample *s)
{
    return json_pack("{s:I s:I s:I s:o s:o s:o s:o s:o s:o s:o}", "process", (json_int_t)s->process,
                     "index", (json_int_t)s->index, "ops", (json_int_t)s->ops, "ns_per_op",
                     number(s->ns_per_op), "window_ns", number(s->window_ns), "overlap",
                     number(s->overlap), "cpu_ns_per_op", number(s->cpu_ns_per_op),
                     "switches_per_op", number(s->switches_per_op), "fairness", number(s->fairness),
                     "handovers", number(s->handovers));
}

/* Whether a sample can take this time: more than none, less than a week. */
static bool is_time(double ns)
{
    return ns > 0 && ns < 604800e9;
}

/* A sample without a time is invalid; the other numbers may make no sense for the cell. */
static int read_sample(const json_t *o, struct sample *s)
{
    *s = (struct sample){
        .process = (uint32_t)get_uint(o, "process"),
        .index = (uint32_t)get_uint(o, "index"),
        .ops = get_uint(o, "ops"),
        .ns_per_op = get_number(o, "ns_per_op"),
        .window_ns = get_number(o, "window_ns"),
        .overlap = get_number(o, "overlap"),
        .cpu_ns_per_op = get_number(o, "cpu_ns_per_op"),
        .switches_per_op = get_number(o, "switches_per_op"),
        .fairness = get_number(o, "fairness"),
        .handovers = get_number(o, "handovers"),
    };
    return json_integer_value(json_object_get(o, "ops")) > 0 && is_time(s->ns_per_op) &&
                   is_time(s->window_ns)
               ? 0
               : -EBADMSG;
}

static json_t *pack_counter(const struct counter *c)
{
    return json_pack("{s:s s:s s:b s:o s:s}", "name", c->name, "domain", c->domain, "available",
                     c->available, "per_op", number(c->per_op), "reason", c->reason);
}

static void read_counter(const json_t *o, struct counter *c)
{
    get_text(o, "name", c->name, sizeof(c->name));
    get_text(o, "domain", c->domain, sizeof(c->domain));
    c->available = json_is_true(json_object_get(o, "available"));
    c->per_op = get_number(o, "per_op");
    get_text(o, "reason", c->reason, sizeof(c->reason));
}

/* A histogram as pairs of bucket and count; empty buckets are left out. */
static json_t *pack_latency(const struct latency *h)
{
    json_t *buckets = json_array();
    for (unsigned i = 0; i < HIST_BUCKETS; i++)
        if (h->bucket[i]) {
            json_array_append_new(buckets, json_integer(i));
            json_array_append_new(buckets, json_integer((json_int_t)h->bucket[i]));
        }
    return json_pack("{s:s s:I s:o s:o s:o}", "side", h->side, "count", (json_int_t)h->count,
                     "min_ns", number(h->min_ns), "max_ns", number(h->max_ns), "buckets", buckets);
}

/* A histogram without records, or without its least and greatest, is invalid. */
static int read_latency(const json_t *o, struct latency *h)
{
    memset(h, 0, sizeof(*h));
    get_text(o, "side", h->side, sizeof(h->side));
    h->count = get_uint(o, "count");
    h->min_ns = get_number(o, "min_ns");
    h->max_ns = get_number(o, "max_ns");
    const json_t *buckets = json_object_get(o, "buckets");
    for (size_t i = 0; i + 1 < json_array_size(buckets); i += 2) {
        uint64_t bucket = (uint64_t)json_integer_value(json_array_get(buckets, i));
        if (bucket < HIST_BUCKETS)
            h->bucket[bucket] = (uint64_t)json_integer_value(json_array_get(buckets, i + 1));
    }
    return h->count > 0 && isfinite(h->min_ns) && isfinite(h->max_ns) ? 0 : -EBADMSG;
}

static json_t *pack(const struct record *r)
{
    switch (r->kind) {
    case RECORD_SAMPLE:
        return pack_sample(&r->sample);
    case RECORD_OUTCOME:
        return json_pack("{s:s s:I s:I}", "name", r->outcome.name, "count",
                         (json_int_t)r->outcome.count, "ops", (json_int_t)r->outcome.ops);
    case RECORD_COUNTER:
        return pack_counter(&r->counter);
    case RECORD_LATENCY:
        return pack_latency(&r->latency);
    case RECORD_END:
        return json_pack("{s:i s:s}", "status", (int)r->end.status, "message", r->end.message);
    }
    return NULL;
}

void record_await_acks(int fd)
{
    ack_fd = fd;
}

static int write_line(FILE *file, const json_t *object)
{
    if (json_dumpf(object, file, JSON_COMPACT) == 0 && fputc('\n', file) != EOF &&
        fflush(file) != EOF)
        return 0;
    return errno == EPIPE ? -EPIPE : -EIO;
}

static int await_ack(void)
{
    char byte;
    ssize_t got;
    do
        got = read(ack_fd, &byte, 1);
    while (got < 0 && errno == EINTR);
    return got == 1 ? 0 : -EPIPE;
}

int record_write(FILE *file, const struct record *r)
{
    if (reader_gone)
        return -EPIPE;
    json_t *object = pack(r);
    if (!object || json_object_set_new(object, "kind", json_string(kinds[r->kind]))) {
        json_decref(object);
        return -ENOMEM;
    }
    int status = write_line(file, object);
    json_decref(object);
    if (status == 0 && ack_fd >= 0)
        status = await_ack();
    reader_gone = status == -EPIPE;
    return status;
}

static int find_kind(const json_t *object, enum record_kind *kind)
{
    const char *text = json_string_value(json_object_get(object, "kind"));
    for (unsigned i = 0; text && i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(kinds[i], text) == 0) {
            *kind = (enum record_kind)i;
            return 0;
        }
    return -EBADMSG;
}

static int read_end(const json_t *o, struct record *r)
{
    uint64_t status = get_uint(o, "status");
    if (!json_is_integer(json_object_get(o, "status")) || status >= TRIAL_STATUSES)
        return -EBADMSG;
    r->end.status = (enum trial_status)status;
    get_text(o, "message", r->end.message, sizeof(r->end.message));
    return 0;
}

int record_read(const char *line, struct record *r)
{
    json_t *o = json_loads(line, 0, NULL);
    int status = o ? find_kind(o, &r->kind) : -EBADMSG;
    if (status == 0 && r->kind == RECORD_SAMPLE) {
        status = read_sample(o, &r->sample);
    } else if (status == 0 && r->kind == RECORD_OUTCOME) {
        get_text(o, "name", r->outcome.name, sizeof(r->outcome.name));
        r->outcome.count = get_uint(o, "count");
        r->outcome.ops = get_uint(o, "ops");
    } else if (status == 0 && r->kind == RECORD_COUNTER) {
        read_counter(o, &r->counter);
    } else if (status == 0 && r->kind == RECORD_LATENCY) {
        status = read_latency(o, &r->latency);
    } else if (status == 0) {
        status = read_end(o, r);
    }
    json_decref(o);
    return status;
}
