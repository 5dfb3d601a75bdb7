/* The channel as a sequential machine (spec.h): its steps, and the walk over all executions of a
 * program. No state outside of a walk. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/check/spec.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void spec_init(struct spec_state *s, const struct program *p)
{
    memset(s, 0, sizeof(*s));
    for (unsigned i = 0; i < p->nchans; i++)
        s->chans[i].capacity = (int8_t)p->capacity[i];
}

static bool is_open(const struct spec_chan *c)
{
    return c->capacity != PROGRAM_NIL && !c->closed;
}

/* Whether a case could be chosen now, without another party: a send on a closed channel panics. */
static bool case_ready(const struct spec_state *s, const struct op_case *oc)
{
    const struct spec_chan *c = &s->chans[oc->chan];
    if (c->capacity == PROGRAM_NIL)
        return false;
    return c->closed || (oc->send ? c->count < c->capacity : c->count > 0);
}

static bool any_ready(const struct spec_state *s, const struct op *op)
{
    for (unsigned i = 0; i < op->ncases; i++)
        if (case_ready(s, &op->cases[i]))
            return true;
    return false;
}

/* Whether a send of `op` could panic now. */
static bool may_panic(const struct spec_state *s, const struct op *op)
{
    for (unsigned i = 0; i < op->ncases; i++)
        if (op->cases[i].send && s->chans[op->cases[i].chan].closed)
            return true;
    return false;
}

static bool step_send(struct spec_chan *c, uint8_t value)
{
    if (!is_open(c) || c->count >= c->capacity)
        return false;
    c->values[c->count++] = value;
    return true;
}

static bool step_recv(struct spec_chan *c, uint8_t value)
{
    if (c->count == 0 || c->values[0] != value)
        return false;
    memmove(c->values, c->values + 1, sizeof(c->values) - 1);
    c->values[sizeof(c->values) - 1] = 0;
    c->count--;
    return true;
}

static bool step_close(struct spec_chan *c, enum op_end end)
{
    if (!is_open(c))
        return end == OP_PANICKED;
    if (end != OP_DONE)
        return false;
    c->closed = 1;
    return true;
}

bool spec_step(struct spec_state *s, const struct op *op, const struct op_result *r)
{
    if (op->kind == OP_CLOSE)
        return step_close(&s->chans[op->cases[0].chan], r->end);
    if (r->end == OP_NOTHING)
        return op->wait != OP_BLOCK && !any_ready(s, op);
    if (r->end == OP_PANICKED)
        return may_panic(s, op);
    if (r->end == OP_PENDING || r->end == OP_EARLY || r->chosen >= op->ncases)
        return false;
    const struct op_case *oc = &op->cases[r->chosen];
    struct spec_chan *c = &s->chans[oc->chan];
    if (r->end == OP_ZERO)
        return !oc->send && c->closed && c->count == 0 && r->value == 0;
    return oc->send ? step_send(c, oc->value) : step_recv(c, r->value);
}

/* Whether the two cases are the two sides of one rendezvous. */
static bool cases_meet(const struct spec_state *s, const struct op_case *a, const struct op_case *b)
{
    const struct spec_chan *c = &s->chans[a->chan];
    return a->chan == b->chan && a->send != b->send && c->capacity == 0 && !c->closed;
}

/* Only a waiting party can be met: if neither waits, each would find no peer. */
static bool one_waits(const struct op *a, const struct op *b)
{
    return a->kind != OP_CLOSE && b->kind != OP_CLOSE && (a->wait != OP_TRY || b->wait != OP_TRY);
}

bool spec_meet(const struct spec_state *s, const struct op *a, const struct op_result *ra,
               const struct op *b, const struct op_result *rb)
{
    if (ra->end != OP_DONE || rb->end != OP_DONE || !one_waits(a, b))
        return false;
    if (ra->chosen >= a->ncases || rb->chosen >= b->ncases)
        return false;
    const struct op_case *ca = &a->cases[ra->chosen], *cb = &b->cases[rb->chosen];
    return cases_meet(s, ca, cb) && (ca->send ? ca->value == rb->value : cb->value == ra->value);
}

bool spec_blocks(const struct spec_state *s, const struct op *op)
{
    return op->kind != OP_CLOSE && op->wait == OP_BLOCK && !any_ready(s, op);
}

bool spec_could_meet(const struct spec_state *s, const struct op *a, const struct op *b)
{
    if (!one_waits(a, b))
        return false;
    for (unsigned i = 0; i < a->ncases; i++)
        for (unsigned k = 0; k < b->ncases; k++)
            if (cases_meet(s, &a->cases[i], &b->cases[k]))
                return true;
    return false;
}

unsigned spec_ends(const struct spec_state *s, const struct op *op,
                   struct op_result ends[static SPEC_ENDS])
{
    unsigned count = 0;
    if (op->kind == OP_CLOSE) {
        ends[0] = (struct op_result){.end = is_open(&s->chans[op->cases[0].chan]) ? OP_DONE
                                                                                  : OP_PANICKED};
        return 1;
    }
    if (may_panic(s, op))
        ends[count++] = (struct op_result){.end = OP_PANICKED};
    for (unsigned i = 0; i < op->ncases; i++) {
        const struct op_case *oc = &op->cases[i];
        const struct spec_chan *c = &s->chans[oc->chan];
        if (!case_ready(s, oc) || (oc->send && c->closed))
            continue;
        bool zero = !oc->send && c->count == 0;
        ends[count++] = (struct op_result){.end = zero ? OP_ZERO : OP_DONE,
                                           .chosen = (uint8_t)i,
                                           .value = oc->send || zero ? 0 : c->values[0]};
    }
    if (op->wait != OP_BLOCK && count == 0)
        ends[count++] = (struct op_result){.end = OP_NOTHING};
    return count;
}

unsigned spec_meets(const struct spec_state *s, const struct op *a, const struct op *b,
                    struct op_result ra[static SPEC_MEETS], struct op_result rb[static SPEC_MEETS])
{
    unsigned count = 0;
    if (!one_waits(a, b))
        return 0;
    for (unsigned i = 0; i < a->ncases; i++)
        for (unsigned k = 0; k < b->ncases; k++) {
            const struct op_case *ca = &a->cases[i], *cb = &b->cases[k];
            if (!cases_meet(s, ca, cb))
                continue;
            ra[count] = (struct op_result){
                .end = OP_DONE, .chosen = (uint8_t)i, .value = ca->send ? 0 : cb->value};
            rb[count++] = (struct op_result){
                .end = OP_DONE, .chosen = (uint8_t)k, .value = cb->send ? 0 : ca->value};
        }
    return count;
}

/* The end of one operation, in bytes that can be compared. */
struct brief {
    uint8_t end, chosen, value;
};

/* A position of a walk. The results tell how far each party is; together with the state they
 * determine the rest of the walk. */
struct node {
    struct spec_state state;
    uint8_t at[PROGRAM_PARTIES];
    struct brief results[PROGRAM_PARTIES][PROGRAM_OPS];
};

/* A growing set of nodes, or of outcomes: open addressing, at most half full. */
struct node_set {
    struct node *slots;
    uint8_t *used;
    size_t size, count;
};

struct walk {
    const struct program *program;
    struct node_set seen, outcomes;
    unsigned limit;
    bool ended;
    bool (*outcome)(const struct history *h, void *arg);
    void *arg;
};

static uint64_t node_hash(const struct node *n)
{
    const unsigned char *bytes = (const unsigned char *)n;
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < sizeof(*n); i++)
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
    return hash ^ hash >> 32;
}

static void set_alloc(struct node_set *set, size_t size)
{
    *set = (struct node_set){malloc(size * sizeof(*set->slots)), calloc(size, 1), size, 0};
    if (!set->slots || !set->used) {
        fprintf(stderr, "spec_outcomes: out of memory\n");
        abort();
    }
}

static void set_free(struct node_set *set)
{
    free(set->slots);
    free(set->used);
}

/* Returns whether the node is new. */
static bool set_add(struct node_set *set, const struct node *n)
{
    if (set->count * 2 >= set->size) {
        struct node_set old = *set;
        set_alloc(set, old.size ? old.size * 4 : 256);
        for (size_t i = 0; i < old.size; i++)
            if (old.used[i])
                set_add(set, &old.slots[i]);
        set_free(&old);
    }
    size_t i = node_hash(n) & (set->size - 1);
    for (; set->used[i]; i = (i + 1) & (set->size - 1))
        if (memcmp(&set->slots[i], n, sizeof(*n)) == 0)
            return false;
    set->used[i] = 1;
    set->slots[i] = *n;
    set->count++;
    return true;
}

static void finish(struct walk *w, const struct node *n)
{
    struct node key = *n;
    memset(&key.state, 0, sizeof(key.state)); /* an outcome is only the results */
    if (w->outcomes.count >= w->limit || !set_add(&w->outcomes, &key))
        return;
    struct history h;
    memset(&h, 0, sizeof(h));
    for (unsigned i = 0; i < PROGRAM_PARTIES; i++)
        for (unsigned k = 0; k < PROGRAM_OPS; k++) {
            const struct brief *b = &n->results[i][k];
            h.results[i][k] = (struct op_result){.end = b->end,
                                                 .chosen = b->chosen,
                                                 .value = b->value,
                                                 .invoked = k <= n->at[i] ? 0 : UINT64_MAX,
                                                 .returned = UINT64_MAX};
            if (k >= w->program->parties[i].nops)
                h.results[i][k].invoked = UINT64_MAX;
        }
    if ((w->outcome && !w->outcome(&h, w->arg)) || w->outcomes.count >= w->limit)
        w->ended = true;
}

static const struct op *next_op(const struct walk *w, const struct node *n, unsigned party)
{
    const struct party_ops *ops = &w->program->parties[party];
    return party < w->program->nparties && n->at[party] < ops->nops ? &ops->ops[n->at[party]]
                                                                    : NULL;
}

static void advance(struct node *n, unsigned party, const struct op_result *r)
{
    n->results[party][n->at[party]++] = (struct brief){(uint8_t)r->end, r->chosen, r->value};
}

static void visit(struct walk *w, const struct node *n);

/* Visits the executions in which `party` goes on by itself. Returns whether there is one. */
static bool visit_alone(struct walk *w, const struct node *n, unsigned party)
{
    struct op_result ends[SPEC_ENDS];
    const struct op *op = next_op(w, n, party);
    unsigned count = op ? spec_ends(&n->state, op, ends) : 0;
    for (unsigned i = 0; i < count && !w->ended; i++) {
        struct node next = *n;
        spec_step(&next.state, op, &ends[i]);
        advance(&next, party, &ends[i]);
        visit(w, &next);
    }
    return count > 0;
}

/* Visits those in which the two parties meet. */
static bool visit_meeting(struct walk *w, const struct node *n, unsigned a, unsigned b)
{
    struct op_result ra[SPEC_MEETS], rb[SPEC_MEETS];
    const struct op *op_a = next_op(w, n, a), *op_b = next_op(w, n, b);
    unsigned count = op_a && op_b ? spec_meets(&n->state, op_a, op_b, ra, rb) : 0;
    for (unsigned i = 0; i < count && !w->ended; i++) {
        struct node next = *n;
        advance(&next, a, &ra[i]);
        advance(&next, b, &rb[i]);
        visit(w, &next);
    }
    return count > 0;
}

static void visit(struct walk *w, const struct node *n)
{
    bool moved = false;
    if (w->ended || !set_add(&w->seen, n))
        return;
    for (unsigned a = 0; a < w->program->nparties; a++) {
        moved |= visit_alone(w, n, a);
        for (unsigned b = a + 1; b < w->program->nparties; b++)
            moved |= visit_meeting(w, n, a, b);
    }
    if (!moved)
        finish(w, n);
}

unsigned spec_outcomes(const struct program *p, unsigned limit,
                       bool (*outcome)(const struct history *h, void *arg), void *arg)
{
    struct walk w = {.program = p, .limit = limit, .outcome = outcome, .arg = arg};
    struct node start;
    memset(&start, 0, sizeof(start));
    spec_init(&start.state, p);
    visit(&w, &start);
    unsigned count = (unsigned)w.outcomes.count;
    set_free(&w.seen);
    set_free(&w.outcomes);
    return count;
}
