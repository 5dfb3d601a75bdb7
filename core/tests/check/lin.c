/* The judge of histories (lin.h): a search over the orders of the operations. Each party's
 * operations are already in order, so the state of the search is how far each party got, and there
 * is at most one candidate per party for the next place. A candidate may come next if no other
 * party's next operation had returned before the candidate began; two candidates may meet.
 *
 * Positions and states that were tried in vain are remembered in a table, which is emptied by
 * increasing its generation. A right history, and nearly all are right, is mostly a straight walk
 * and writes nothing there. The memory only saves time: if the table is full, it forgets. The table
 * and the generation are the state of this file. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/check/lin.h"
#include <stdio.h>
#include <string.h>

enum { MEMO_SIZE = 4096, MEMO_PROBES = 8 };

struct memo_key {
    struct spec_state state;
    uint8_t at[PROGRAM_PARTIES];
};

struct memo_slot {
    uint32_t generation;
    struct memo_key key;
};

struct search {
    const struct program *program;
    const struct history *history;
    uint8_t ended[PROGRAM_PARTIES];   /* how many of a party's operations ended */
    uint8_t blocked[PROGRAM_PARTIES]; /* whether the one after them is blocked */
    uint32_t generation;
    bool explained; /* an order explains the results, apart from blocked operations */
};

static _Thread_local struct memo_slot memo[MEMO_SIZE];
static _Thread_local uint32_t memo_generation;

static size_t memo_hash(const struct memo_key *key)
{
    uint64_t words[sizeof(*key) / sizeof(uint64_t)], hash = 0;
    _Static_assert(sizeof(words) == sizeof(*key), "the key is whole words");
    memcpy(words, key, sizeof(*key));
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        hash = (hash ^ words[i]) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 32;
    }
    return (size_t)hash;
}

/* The slot that holds the key, or the one to put it in; NULL if there is neither. */
static struct memo_slot *memo_find(const struct search *s, const struct memo_key *key)
{
    size_t hash = memo_hash(key);
    for (size_t i = 0; i < MEMO_PROBES; i++) {
        struct memo_slot *slot = &memo[(hash + i) % MEMO_SIZE];
        if (slot->generation != s->generation || memcmp(&slot->key, key, sizeof(*key)) == 0)
            return slot;
    }
    return NULL;
}

static void memo_start(struct search *s)
{
    if (++memo_generation == 0) {
        memset(memo, 0, sizeof(memo));
        memo_generation = 1;
    }
    s->generation = memo_generation;
}

static const struct op *op_at(const struct search *s, const struct memo_key *k, unsigned party)
{
    return &s->program->parties[party].ops[k->at[party]];
}

static const struct op_result *result_at(const struct search *s, const struct memo_key *k,
                                         unsigned party)
{
    return &s->history->results[party][k->at[party]];
}

/* Everything that ended is done: returns whether the blocked operations may be blocked. */
static bool blocked_rightly(const struct search *s, const struct memo_key *k)
{
    for (unsigned a = 0; a < s->program->nparties; a++) {
        if (!s->blocked[a])
            continue;
        if (!spec_blocks(&k->state, op_at(s, k, a)))
            return false;
        for (unsigned b = 0; b < a; b++)
            if (s->blocked[b] && spec_could_meet(&k->state, op_at(s, k, a), op_at(s, k, b)))
                return false;
    }
    return true;
}

/* Writes the parties whose next operation may take effect next; returns how many. Equal moments
 * have no order. The operation that returned first comes first: it is the likeliest. */
static unsigned candidates(const struct search *s, const struct memo_key *k,
                           unsigned who[static PROGRAM_PARTIES])
{
    uint64_t first_return = UINT64_MAX;
    unsigned count = 0;
    for (unsigned i = 0; i < s->program->nparties; i++)
        if (k->at[i] < s->ended[i] && result_at(s, k, i)->returned < first_return)
            first_return = result_at(s, k, i)->returned;
    for (unsigned i = 0; i < s->program->nparties; i++) {
        if (k->at[i] >= s->ended[i] || result_at(s, k, i)->invoked > first_return)
            continue;
        who[count] = i;
        if (count && result_at(s, k, i)->returned == first_return) {
            who[count] = who[0];
            who[0] = i;
        }
        count++;
    }
    return count;
}

/* Whether what is left after `k` can be put into an order. */
static bool explain(struct search *s, const struct memo_key *k)
{
    unsigned who[PROGRAM_PARTIES], count = candidates(s, k, who);
    if (count == 0) {
        s->explained = true;
        return blocked_rightly(s, k);
    }
    struct memo_slot *slot = NULL;
    if (count > 1) {
        slot = memo_find(s, k);
        if (slot && slot->generation == s->generation)
            return false;
    }
    for (unsigned i = 0; i < count; i++) {
        const struct op *op = op_at(s, k, who[i]);
        const struct op_result *r = result_at(s, k, who[i]);
        struct memo_key next = *k;
        if (spec_step(&next.state, op, r)) {
            next.at[who[i]]++;
            if (explain(s, &next))
                return true;
        }
        for (unsigned j = 0; j < i; j++) {
            if (!spec_meet(&k->state, op, r, op_at(s, k, who[j]), result_at(s, k, who[j])))
                continue;
            next = *k;
            next.at[who[i]]++;
            next.at[who[j]]++;
            if (explain(s, &next))
                return true;
        }
    }
    if (slot && slot->generation != s->generation)
        *slot = (struct memo_slot){s->generation, *k};
    return false;
}

const char *lin_check(const struct program *p, const struct history *h)
{
    struct search s = {.program = p, .history = h};
    struct memo_key start;
    for (unsigned i = 0; i < p->nparties; i++) {
        const struct op_result *r = h->results[i];
        unsigned n = 0;
        while (n < p->parties[i].nops && r[n].end != OP_PENDING && r[n].invoked != UINT64_MAX)
            n++;
        s.ended[i] = (uint8_t)n;
        s.blocked[i] = n < p->parties[i].nops && r[n].invoked != UINT64_MAX;
    }
    memo_start(&s);
    memset(&start, 0, sizeof(start));
    spec_init(&start.state, p);
    if (explain(&s, &start))
        return NULL;
    return s.explained ? "somebody is blocked who could go on"
                       : "no order of the operations explains the results";
}

bool lin_overlaps(const struct program *p, const struct history *h)
{
    for (unsigned a = 0; a < p->nparties; a++)
        for (unsigned b = 0; b < a; b++)
            for (unsigned i = 0; i < p->parties[a].nops; i++)
                for (unsigned k = 0; k < p->parties[b].nops; k++) {
                    const struct op_result *ra = &h->results[a][i], *rb = &h->results[b][k];
                    if (ra->invoked < rb->returned && rb->invoked < ra->returned)
                        return true;
                }
    return false;
}

/* Moments are printed relative to this one, the first. */
static uint64_t first_moment(const struct program *p, const struct history *h)
{
    uint64_t first = UINT64_MAX;
    for (unsigned i = 0; i < p->nparties; i++)
        if (p->parties[i].nops && h->results[i][0].invoked < first)
            first = h->results[i][0].invoked;
    return first;
}

static void print_moments(const struct op_result *r, uint64_t first, char *text, size_t size)
{
    unsigned long long invoked = r->invoked - first, returned = r->returned - first;
    text[0] = '\0';
    if (r->invoked != UINT64_MAX && r->returned == UINT64_MAX)
        snprintf(text, size, " @%llu-", invoked);
    else if (r->invoked != UINT64_MAX)
        snprintf(text, size, " @%llu-%llu", invoked, returned);
}

size_t lin_print(const struct program *p, const struct history *h, char *text, size_t size)
{
    uint64_t first = first_moment(p, h);
    size_t length = 0;
    text[0] = '\0';
    for (unsigned i = 0; i < p->nparties; i++) {
        char line[PROGRAM_OPS * 128 + 16];
        size_t at = (size_t)snprintf(line, sizeof(line), "party %u:", i);
        for (unsigned k = 0; k < p->parties[i].nops; k++) {
            const struct op_result *r = &h->results[i][k];
            char result[64], moments[64];
            program_print_result(&p->parties[i].ops[k], r, result, sizeof(result));
            print_moments(r, first, moments, sizeof(moments));
            at += (size_t)snprintf(line + at, sizeof(line) - at, "  %s%s", result, moments);
        }
        length += (size_t)snprintf(text + length, size - length, "%s\n", line);
        if (length >= size)
            return size - 1;
    }
    return length;
}
