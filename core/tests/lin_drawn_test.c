/* The judge of histories, on histories drawn at random: it accepts those that are right by
 * construction, rejects most of those that were changed, agrees with a slower judge that is written
 * in another way, and is fast. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/check/lin.h"
#include "core/tests/check/random.h"
#include "scripts/test.h"
#include <string.h>
#include <time.h>

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
enum { HISTORIES = 2000, SMALL_PROGRAMS = 150 };
#else
enum { HISTORIES = 20000, SMALL_PROGRAMS = 1500 };
#endif

/* A step that the machine could take next: of one party, or of two that meet. */
struct move {
    unsigned a, b; /* b == a: one party */
    struct op_result ra, rb;
};

static unsigned moves(const struct program *p, const struct spec_state *s,
                      const unsigned at[PROGRAM_PARTIES], struct move m[static 256])
{
    struct op_result ra[SPEC_MEETS], rb[SPEC_MEETS];
    unsigned count = 0;
    for (unsigned a = 0; a < p->nparties; a++) {
        if (at[a] == p->parties[a].nops)
            continue;
        const struct op *op = &p->parties[a].ops[at[a]];
        unsigned n = spec_ends(s, op, ra);
        for (unsigned i = 0; i < n; i++)
            m[count++] = (struct move){a, a, ra[i], ra[i]};
        for (unsigned b = 0; b < a; b++) {
            if (at[b] == p->parties[b].nops)
                continue;
            n = spec_meets(s, op, &p->parties[b].ops[at[b]], ra, rb);
            for (unsigned i = 0; i < n; i++)
                m[count++] = (struct move){a, b, ra[i], rb[i]};
        }
    }
    return count;
}

/* A history that a channel could have had: a random walk of the machine, whose steps happen at the
 * moments 100, 200, ... Each operation begins some time before its moment and returns some time
 * after it. `spread` is the percentage of the time between two moments of a party that is inside
 * operations. */
static void random_history(const struct program *p, unsigned spread, uint64_t *random,
                           struct history *h)
{
    struct spec_state s;
    unsigned at[PROGRAM_PARTIES] = {0};
    uint64_t point[PROGRAM_PARTIES][PROGRAM_OPS], now = 0;
    struct move m[256];
    spec_init(&s, p);
    memset(h, 0, sizeof(*h));
    for (unsigned count; (count = moves(p, &s, at, m)) > 0;) {
        const struct move *next = &m[random_below(random, count)];
        unsigned a = next->a, b = next->b;
        now += 100;
        if (a == b) {
            spec_step(&s, &p->parties[a].ops[at[a]], &next->ra);
        } else {
            h->results[b][at[b]] = next->rb;
            point[b][at[b]++] = now;
        }
        h->results[a][at[a]] = next->ra;
        point[a][at[a]++] = now;
    }
    for (unsigned i = 0; i < p->nparties; i++) {
        uint64_t before = 0; /* the moment of the operation before */
        for (unsigned k = 0; k < p->parties[i].nops; k++) {
            struct op_result *r = &h->results[i][k];
            uint64_t gap = k < at[i] ? point[i][k] - before : now + 100 - before;
            uint64_t pause = gap * (100 - spread) / 100,
                     start = random_below(random, gap - pause + 1);
            if (k > 0)
                h->results[i][k - 1].returned = k - 1 < at[i] ? before + start : UINT64_MAX;
            r->invoked = k <= at[i] ? before + start + pause : UINT64_MAX;
            r->returned = k < at[i] ? point[i][k] + random_below(random, 300) : UINT64_MAX;
            before = k < at[i] ? point[i][k] : before;
        }
    }
}

/* Another end for an operation. */
static struct op_result other_end(const struct op *op, const struct op_result *old,
                                  uint64_t *random)
{
    struct op_result r;
    do {
        r = (struct op_result){.end = (enum op_end)(OP_DONE + random_below(random, 4)),
                               .invoked = old->invoked,
                               .returned = old->returned};
        if (r.end == OP_DONE || r.end == OP_ZERO)
            r.chosen = op->ncases ? (uint8_t)random_below(random, op->ncases) : 0;
        if (r.end == OP_DONE && op->kind != OP_CLOSE && !op->cases[r.chosen].send)
            r.value = (uint8_t)(1 + random_below(random, 6));
    } while (r.end == old->end && r.chosen == old->chosen && r.value == old->value);
    return r;
}

/* Changes the end of one operation that ended; false if there is none. */
static bool mutate(const struct program *p, struct history *h, uint64_t *random)
{
    unsigned party = (unsigned)random_below(random, p->nparties);
    unsigned k = (unsigned)random_below(random, p->parties[party].nops);
    struct op_result *r = &h->results[party][k];
    if (r->end == OP_PENDING)
        return false;
    *r = other_end(&p->parties[party].ops[k], r, random);
    return true;
}

static const struct program_dice mixed = {.chans = 2,
                                          .parties = 3,
                                          .ops = 4,
                                          .capacity_max = 2,
                                          .nil_percent = 5,
                                          .block = 4,
                                          .try = 2,
                                          .timed = 1,
                                          .send = 4,
                                          .recv = 4,
                                          .close = 1,
                                          .select = 2};

static void fail_history(const char *what, const struct program *p, const struct history *h)
{
    char program[PROGRAM_TEXT], text[1024];
    program_print(p, program);
    lin_print(p, h, text, sizeof(text));
    fail_msg("%s: %s\n%s", what, program, text);
}

/* Given histories that are right by construction, then all are accepted; with one result changed,
 * most are rejected. Not all of them: the changed history may be right too, e.g. for a try that
 * overlaps. */
static void test_right_histories_are_accepted_and_changed_ones_refused(void **state)
{
    uint64_t random = 11;
    unsigned changed = 0, refused = 0, overlapping = 0, blocked = 0;
    (void)state;
    for (int i = 0; i < HISTORIES; i++) {
        struct program p;
        struct history h;
        program_draw(&p, &mixed, &random);
        random_history(&p, (unsigned)random_below(&random, 101), &random, &h);
        if (lin_check(&p, &h))
            fail_history(lin_check(&p, &h), &p, &h);
        overlapping += lin_overlaps(&p, &h);
        for (unsigned party = 0; party < p.nparties; party++)
            blocked += h.results[party][p.parties[party].nops - 1].end == OP_PENDING;
        if (mutate(&p, &h, &random)) {
            changed++;
            refused += lin_check(&p, &h) != NULL;
        }
    }
    print_message(
        "%d histories, %u overlap, %u parties end blocked; %u of %u changed ones refused\n",
        HISTORIES, overlapping, blocked, refused, changed);
    assert_true(overlapping > HISTORIES / 2);
    assert_true(blocked > HISTORIES / 10);
    assert_true(refused > changed * 0.8);
}

/* The slower judge: tries all orders, by pairs of moments, and remembers nothing. */
struct slow {
    const struct program *p;
    const struct history *h;
    unsigned n;
    struct {
        const struct op *op;
        const struct op_result *r;
        unsigned party;
    } ops[PROGRAM_PARTIES * PROGRAM_OPS];
};

static bool slow_comes_before(const struct slow *s, unsigned i, unsigned k)
{
    return s->ops[i].party == s->ops[k].party ? i < k
                                              : s->ops[i].r->returned < s->ops[k].r->invoked;
}

static bool slow_explains(const struct slow *s, const struct spec_state *state, uint32_t done)
{
    bool all = true;
    uint32_t may_be_next = 0;
    for (unsigned i = 0; i < s->n; i++) {
        if (done >> i & 1 || s->ops[i].r->end == OP_PENDING)
            continue;
        all = false;
        bool next = true;
        for (unsigned k = 0; k < s->n; k++)
            next &= done >> k & 1 || k == i || !slow_comes_before(s, k, i);
        may_be_next |= (uint32_t)next << i;
    }
    for (unsigned i = 0; !all && i < s->n; i++) {
        struct spec_state after = *state;
        if (!(may_be_next >> i & 1))
            continue;
        if (spec_step(&after, s->ops[i].op, s->ops[i].r) &&
            slow_explains(s, &after, done | 1u << i))
            return true;
        for (unsigned k = i + 1; k < s->n; k++)
            if (may_be_next >> k & 1 && s->ops[i].party != s->ops[k].party &&
                spec_meet(state, s->ops[i].op, s->ops[i].r, s->ops[k].op, s->ops[k].r) &&
                slow_explains(s, state, done | 1u << i | 1u << k))
                return true;
    }
    for (unsigned i = 0; all && i < s->n; i++) {
        if (done >> i & 1)
            continue;
        all = spec_blocks(state, s->ops[i].op);
        for (unsigned k = 0; k < i; k++)
            all &= done >> k & 1 || !spec_could_meet(state, s->ops[i].op, s->ops[k].op);
    }
    return all;
}

static bool slow_check(const struct program *p, const struct history *h)
{
    struct slow s = {.p = p, .h = h};
    struct spec_state state;
    for (unsigned i = 0; i < p->nparties; i++)
        for (unsigned k = 0; k < p->parties[i].nops; k++)
            if (h->results[i][k].invoked != UINT64_MAX) {
                s.ops[s.n].op = &p->parties[i].ops[k];
                s.ops[s.n].r = &h->results[i][k];
                s.ops[s.n++].party = i;
            }
    spec_init(&state, p);
    return slow_explains(&s, &state, 0);
}

/* Given right and wrong histories, then both judges agree. */
static void test_the_slow_judge_agrees(void **state)
{
    uint64_t random = 5;
    unsigned right = 0, wrong = 0;
    (void)state;
    for (int i = 0; i < HISTORIES; i++) {
        struct program p;
        struct history h;
        struct program_dice dice = mixed;
        dice.ops = 3;
        program_draw(&p, &dice, &random);
        random_history(&p, (unsigned)random_below(&random, 101), &random, &h);
        for (uint64_t changes = random_below(&random, 4); changes > 0; changes--)
            mutate(&p, &h, &random);
        bool accepted = lin_check(&p, &h) == NULL;
        if (slow_check(&p, &h) != accepted)
            fail_history(accepted ? "accepted alone" : "refused alone", &p, &h);
        right += accepted;
        wrong += !accepted;
    }
    print_message("two judges agree on %u right and %u wrong histories\n", right, wrong);
    assert_true(right > HISTORIES / 10 && wrong > HISTORIES / 10);
}

/* Every end that an operation could be reported to have had. */
static unsigned all_ends(const struct op *op, unsigned values, struct op_result r[static 64])
{
    unsigned count = 0;
    r[count++] = (struct op_result){.end = OP_PENDING};
    r[count++] = (struct op_result){.end = OP_NOTHING};
    r[count++] = (struct op_result){.end = OP_PANICKED};
    for (unsigned i = 0; i < op->ncases; i++) {
        bool gives = op->kind == OP_CLOSE || op->cases[i].send;
        r[count++] = (struct op_result){.end = gives ? OP_DONE : OP_ZERO, .chosen = (uint8_t)i};
        for (unsigned value = 1; !gives && value <= values; value++)
            r[count++] =
                (struct op_result){.end = OP_DONE, .chosen = (uint8_t)i, .value = (uint8_t)value};
    }
    for (unsigned i = 0; i < count; i++)
        r[i].returned = UINT64_MAX;
    return count;
}

/* Counts the accepted histories of `p` in which everything overlaps, from operation `index` of all
 * on. */
static unsigned count_accepted(const struct program *p, unsigned values, struct history *h,
                               unsigned party, unsigned k)
{
    struct op_result ends[64];
    if (party == p->nparties)
        return lin_check(p, h) == NULL;
    if (k == p->parties[party].nops)
        return count_accepted(p, values, h, party + 1, 0);
    unsigned count = all_ends(&p->parties[party].ops[k], values, ends), accepted = 0;
    for (unsigned i = 0; i < count; i++) {
        h->results[party][k] = ends[i];
        if (ends[i].end != OP_PENDING) {
            accepted += count_accepted(p, values, h, party, k + 1);
            continue;
        }
        for (unsigned rest = k + 1; rest < p->parties[party].nops; rest++)
            h->results[party][rest] =
                (struct op_result){.invoked = UINT64_MAX, .returned = UINT64_MAX};
        accepted += count_accepted(p, values, h, party + 1, 0);
    }
    return accepted;
}

static bool outcome_is_accepted(const struct history *h, void *arg)
{
    if (lin_check(arg, h))
        fail_history("an outcome of the machine is refused", arg, h);
    return true;
}

/* Given small programs and all ends that could be reported, then the accepted ones are exactly the
 * outcomes of the machine. */
static void test_what_is_accepted_are_the_outcomes(void **state)
{
    static const struct program_dice small = {.chans = 2,
                                              .parties = 3,
                                              .ops = 2,
                                              .capacity_max = 2,
                                              .nil_percent = 5,
                                              .block = 3,
                                              .try = 2,
                                              .timed = 1,
                                              .send = 4,
                                              .recv = 4,
                                              .close = 1,
                                              .select = 1};
    uint64_t random = 23;
    unsigned total = 0, programs = 0;
    (void)state;
    while (programs < SMALL_PROGRAMS) {
        struct program p;
        struct history h;
        double work = 1;
        unsigned values = 0;
        program_draw(&p, &small, &random);
        for (unsigned i = 0; i < p.nparties; i++)
            for (unsigned k = 0; k < p.parties[i].nops; k++)
                for (unsigned j = 0; j < p.parties[i].ops[k].ncases; j++)
                    values += p.parties[i].ops[k].cases[j].send;
        for (unsigned i = 0; i < p.nparties; i++)
            for (unsigned k = 0; k < p.parties[i].nops; k++) {
                struct op_result ends[64];
                work *= all_ends(&p.parties[i].ops[k], values, ends);
            }
        if (work > 5000)
            continue;
        programs++;
        memset(&h, 0, sizeof(h));
        unsigned outcomes = spec_outcomes(&p, 100000, outcome_is_accepted, &p);
        unsigned accepted = count_accepted(&p, values, &h, 0, 0);
        if (accepted != outcomes) {
            char text[PROGRAM_TEXT];
            program_print(&p, text);
            fail_msg("%s: %u outcomes, %u accepted", text, outcomes, accepted);
        }
        total += outcomes;
    }
    print_message("%u programs: %u outcomes, all of them accepted, and nothing else\n", programs,
                  total);
}

/* Prints how many histories of two parties with four operations each are judged in a second of
 * processor time. Not asserted: for the reader's information. */
static void test_rate(void **state)
{
    enum { KEPT = 1000 };
    static struct program p[KEPT];
    static struct history h[KEPT];
    static const struct program_dice dice = {.chans = 2,
                                             .parties = 2,
                                             .ops = 4,
                                             .capacity_max = 2,
                                             .try = 4,
                                             .timed = 1,
                                             .send = 4,
                                             .recv = 4,
                                             .close = 1,
                                             .select = 1};
    uint64_t random = 77, judged = 0;
    double s = 0;
    struct timespec start, now;
    (void)state;
    for (int i = 0; i < KEPT; i++) {
        do
            program_draw(&p[i], &dice, &random);
        while (p[i].parties[0].nops + p[i].parties[1].nops < 8);
        random_history(&p[i], 80, &random, &h[i]);
    }
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
    do {
        for (int i = 0; i < KEPT; i++)
            assert_null(lin_check(&p[i], &h[i]));
        judged += KEPT;
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
        s = (double)(now.tv_sec - start.tv_sec) + (double)(now.tv_nsec - start.tv_nsec) / 1e9;
    } while (s < 0.2);
    print_message("%.2f million histories (2 parties, 4 operations each) judged in a second\n",
                  (double)judged / s / 1e6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_right_histories_are_accepted_and_changed_ones_refused),
        cmocka_unit_test(test_the_slow_judge_agrees),
        cmocka_unit_test(test_what_is_accepted_are_the_outcomes),
        cmocka_unit_test(test_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
