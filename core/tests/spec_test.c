/* The sequential machine: each rule of a channel, one operation after the other. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/check/notation.h"
#include "core/tests/check/spec.h"

/* Given one party's operations and their results, then the machine takes all of them, or all except
 * the last. */
static const struct {
    const char *program, *results;
    bool right;
} rows[] = {
    /* a buffer is first in, first out, and holds its capacity */
    {"2 | s0=1 s0=2 r0 r0", "ok ok 1 2", true},
    {"2 | s0=1 s0=2 r0", "ok ok 2", false},
    {"2 | s0=1 s0=2 s0=3", "ok ok ok", false},
    {"2 | s0=1 r0 s0=2 s0=3 r0 r0", "ok 1 ok ok 2 3", true},
    {"1 | r0", "1", false},
    {"1 | r0", "0", false},
    {"1 | s0=1 r0 r0", "ok 1 1", false},
    {"1 | r0", "z", false},
    {"8 | s0=1 s0=2 s0=3 s0=4 s0=5 s0=6 s0=7 s0=8", "ok ok ok ok ok ok ok ok", true},
    /* a blocking operation does not end without a result; others do if nothing can be done */
    {"1 | r0", "-", false},
    {"1 | R0", "-", true},
    {"1 | u0", "-", true},
    {"1 | u0", "e", false},
    {"1 | s0=1 t0=2", "ok e", false},
    {"0 | t0=1", "e", false},
    {"0 | [s0=1,r0,~]", "e", false},
    {"0 n | u1", "e", false},
    {"1 | s0=1 R0", "ok -", false},
    {"1 | s0=1 u0", "ok -", false},
    {"1 | s0=1 R0 R0", "ok 1 -", true},
    {"1 | S0=1 S0=2 r0", "ok - 1", true},
    {"1 | S0=1", "-", false},
    {"1 | t0=1", "-", false},
    {"1 | s0=1 t0=2", "ok -", true},
    {"1 | s0=1 S0=2", "ok ok", false},
    /* without a buffer a party cannot send or receive by itself */
    {"0 | s0=1", "ok", false},
    {"0 | r0", "1", false},
    {"0 | S0=1 R0 t0=2 u0", "- - - -", true},
    {"0 | s0=1", "-", false},
    /* closed: first the values that are there, then zeros; sends panic, and so does another
     * close */
    {"2 | s0=1 x0 r0 r0 R0 u0", "ok ok 1 z z z", true},
    {"2 | s0=1 x0 r0", "ok ok z", false},
    {"2 | x0 R0", "ok -", false},
    {"2 | x0 u0", "ok -", false},
    {"2 | x0 r0", "ok 1", false},
    {"2 | x0 s0=1", "ok ok", false},
    {"2 | x0 s0=1 S0=1 t0=1", "ok p p p", true},
    {"2 | x0 S0=1", "ok -", false},
    {"2 | s0=1", "p", false},
    {"2 | r0", "p", false},
    {"2 | x0 r0", "ok p", false},
    {"2 | x0 x0", "ok p", true},
    {"2 | x0 x0", "ok ok", false},
    {"2 | x0", "p", false},
    {"2 | x0", "-", false},
    {"0 | x0 r0 R0 s0=1", "ok z z p", true},
    {"0 | x0 R0", "ok -", false},
    /* nil: never ready, and cannot be closed */
    {"0 n | S1=1 R1 t1=1 u1 x1", "- - - - p", true},
    {"0 n | x1", "ok", false},
    {"0 n | s1=1", "ok", false},
    {"0 n | s1=1", "p", false},
    {"0 n | r1", "z", false},
    {"0 n | [s1=1,r1,-]", "-", true},
    /* select: any case that is ready, and no case only if none is */
    {"1 1 | s0=1 [r0,s1=2] r1", "ok 1:ok 2", true},
    {"1 1 | s0=1 [r0,s1=2] R1", "ok 0:1 -", true},
    {"1 1 | s0=1 [r0,s1=2] R0", "ok 0:1 1", false},
    {"1 1 | s0=1 [r0,r1]", "ok 1:1", false},
    {"1 1 | s0=1 [r0,s1=2]", "ok 2:ok", false},
    {"1 1 | s0=1 [r0,s1=2,-]", "ok -", false},
    {"1 1 | s0=1 [r1,s0=2,-]", "ok -", true},
    {"1 1 | s0=1 [r1,s0=2]", "ok -", false},
    {"1 1 | s0=1 [r1,s0=2,~]", "ok -", true},
    {"1 1 | s0=1 [r0,r0] R0", "ok 1:1 -", true},
    {"1 1 | x1 [r0,r1]", "ok 1:z", true},
    {"1 1 | x1 [r0,r1]", "ok 0:z", false},
    {"1 1 | x1 [r0,r1,-]", "ok -", false},
    {"1 1 | x1 [r0,s1=1]", "ok p", true},
    {"1 1 | x1 [s0=2,s1=1] r0", "ok 0:ok 2", true},
    {"1 1 | x1 [s0=2,s1=1] R0", "ok p -", true},
    {"1 1 | x1 [s0=2,r1]", "ok p", false},
    {"1 1 | x1 [r0,s1=1,-]", "ok -", false},
    {"0 | [s0=1,r0,-]", "-", true},
    {"0 | [s0=1,r0]", "0:ok", false},
    {"0 | [s0=1,r0]", "1:1", false},
    {"0 | []", "-", false},
    {"0 | [-]", "-", true},
    /* being blocked is not an end */
    {"0 | r0", "b", false},
};

static void test_rules_one_by_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct program p;
        struct history h;
        struct spec_state s, before;
        notation_read(rows[i].program, rows[i].results, &p, &h);
        spec_init(&s, &p);
        unsigned n = p.parties[0].nops;
        for (unsigned k = 0; k < n; k++) {
            before = s;
            bool took = spec_step(&s, &p.parties[0].ops[k], &h.results[0][k]);
            if (took != (k + 1 < n || rows[i].right))
                fail_msg("%s: %s: operation %u is %s", rows[i].program, rows[i].results, k,
                         took ? "accepted" : "refused");
            if (!took)
                assert_memory_equal(&s, &before, sizeof(s));
        }
    }
}

/* Given the first operations of two parties on unused channels (or after x0), then they meet in
 * this way, or do not, in either order. */
static void test_who_meets(void **state)
{
    static const struct {
        const char *program, *results;
        bool closed, meet;
    } pairs[] = {
        {"0 | s0=1 | r0", "ok | 1", false, true},
        {"0 | s0=1 | r0", "ok | 2", false, false},
        {"0 | s0=1 | r0", "ok | z", false, false},
        {"0 | s0=1 | r0", "p | 1", false, false},
        {"0 | t0=1 | r0", "e | 1", false, false},
        {"0 | s0=1 | r0", "ok | 1", true, false},
        {"1 | s0=1 | r0", "ok | 1", false, false},
        {"0 0 | s0=1 | r1", "ok | 1", false, false},
        {"0 n | s1=1 | r1", "ok | 1", false, false},
        {"0 | r0 | r0", "1 | 1", false, false},
        {"0 | s0=1 | s0=1", "ok | ok", false, false},
        {"0 | x0 | r0", "ok | 1", false, false},
        {"0 | S0=1 | r0", "ok | 1", false, true},
        {"0 | s0=1 | R0", "ok | 1", false, true},
        {"0 | S0=1 | R0", "ok | 1", false, false},
        {"0 | S0=1 | u0", "ok | 1", false, true},
        {"0 | S0=1 | u0", "ok | -", false, false},
        {"0 | t0=1 | u0", "ok | 1", false, true},
        {"0 | [s0=1,r0] | [s0=2,r0]", "0:ok | 1:1", false, true},
        {"0 | [s0=1,r0] | [s0=2,r0]", "1:2 | 0:ok", false, true},
        {"0 | [s0=1,r0] | [s0=2,r0]", "0:ok | 0:ok", false, false},
        {"0 | [s0=1,r0] | [s0=2,r0]", "0:ok | 1:2", false, false},
        {"0 0 | [s0=1,s1=2] | r1", "1:ok | 2", false, true},
        {"0 0 | [s0=1,s1=2] | r1", "0:ok | 2", false, false},
        {"0 | [s0=1,-] | [r0,-]", "0:ok | 0:1", false, false},
        {"0 | [s0=1] | r0", "1:ok | 1", false, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        struct program p;
        struct history h;
        struct spec_state s;
        notation_read(pairs[i].program, pairs[i].results, &p, &h);
        spec_init(&s, &p);
        s.chans[0].closed = pairs[i].closed;
        const struct op *a = &p.parties[0].ops[0], *b = &p.parties[1].ops[0];
        const struct op_result *ra = &h.results[0][0], *rb = &h.results[1][0];
        bool meet = spec_meet(&s, a, ra, b, rb);
        if (meet != pairs[i].meet || spec_meet(&s, b, rb, a, ra) != meet)
            fail_msg("%s: %s: %s", pairs[i].program, pairs[i].results, meet ? "meet" : "do not");
        if (meet)
            assert_true(spec_could_meet(&s, a, b) && spec_could_meet(&s, b, a));
    }
}

/* Given one value in channel 0, or channel 0 closed, then the operation waits for ever, or does
 * not. */
static void test_who_blocks(void **state)
{
    static const struct {
        const char *program;
        bool with_value, closed, blocks;
    } waits[] = {
        {"1 | r0", false, false, true},          {"1 | r0", true, false, false},
        {"1 | r0", false, true, false},          {"1 | s0=1", false, false, false},
        {"1 | s0=1", true, false, true},         {"1 | s0=1", true, true, false},
        {"0 | s0=1", false, false, true},        {"0 | r0", false, false, true},
        {"0 | s0=1", false, true, false},        {"0 n | s1=1", false, false, true},
        {"0 n | r1", false, false, true},        {"1 | x0", false, false, false},
        {"1 | R0", false, false, false},         {"1 | u0", false, false, false},
        {"1 | [r0,s0=1]", true, false, false},   {"0 | [r0,s0=1]", false, false, true},
        {"0 | [r0,-]", false, false, false},     {"0 | []", false, false, true},
        {"0 n | [r1,s1=1]", false, false, true}, {"0 n | [r1,s0=1]", false, true, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
        struct program p;
        struct spec_state s;
        assert_null(program_parse(&p, waits[i].program));
        spec_init(&s, &p);
        s.chans[0].closed = waits[i].closed;
        s.chans[0].count = waits[i].with_value;
        s.chans[0].values[0] = waits[i].with_value ? 9 : 0;
        if (spec_blocks(&s, &p.parties[0].ops[0]) != waits[i].blocks)
            fail_msg("%s: value %d, closed %d", waits[i].program, waits[i].with_value,
                     waits[i].closed);
    }
}

/* Given random walks over drawn programs, then every end that is offered may be taken, none is
 * offered twice, and a blocked party is offered none. */
static void test_offered_ends_are_those_that_are_right(void **state)
{
    static const struct program_dice dice = {.chans = 3,
                                             .parties = 2,
                                             .ops = 8,
                                             .capacity_max = 2,
                                             .nil_percent = 10,
                                             .block = 1,
                                             .try = 1,
                                             .timed = 1,
                                             .send = 2,
                                             .recv = 2,
                                             .close = 1,
                                             .select = 2};
    uint64_t random = 3;
    (void)state;
    for (int i = 0; i < 5000; i++) {
        struct program p;
        struct spec_state s;
        program_draw(&p, &dice, &random);
        spec_init(&s, &p);
        for (unsigned k = 0; k < p.parties[0].nops; k++) {
            struct op_result ends[SPEC_ENDS];
            const struct op *op = &p.parties[0].ops[k];
            unsigned count = spec_ends(&s, op, ends), right = 0;
            assert_true((count == 0) == spec_blocks(&s, op));
            for (unsigned end = OP_PENDING; end <= OP_EARLY; end++)
                for (unsigned chosen = 0;
                     chosen < (end == OP_DONE || end == OP_ZERO ? op->ncases : 1); chosen++)
                    for (unsigned value = 0; value <= PROGRAM_VALUE; value++) {
                        struct spec_state copy = s;
                        bool sends = op->kind == OP_CLOSE || op->cases[chosen].send;
                        if (value > 0 && (end != OP_DONE || sends))
                            break; /* has no meaning */
                        right += spec_step(&copy, op,
                                           &(struct op_result){.end = end,
                                                               .chosen = (uint8_t)chosen,
                                                               .value = (uint8_t)value});
                    }
            assert_int_equal(count, right);
            for (unsigned e = 0; e < count; e++) {
                struct spec_state copy = s;
                assert_true(spec_step(&copy, op, &ends[e]));
            }
            if (count)
                spec_step(&s, op, &ends[random % count]);
        }
    }
}

/* The outcomes of a program, as text. */
struct outcomes {
    const struct program *p;
    char text[64][128];
    unsigned count, stop_at;
};

static bool note(const struct history *h, void *arg)
{
    struct outcomes *o = arg;
    char *text = o->text[o->count++];
    size_t length = 0;
    text[0] = '\0';
    for (unsigned i = 0; i < o->p->nparties; i++)
        for (unsigned k = 0; k < o->p->parties[i].nops; k++) {
            char result[64];
            program_print_result(&o->p->parties[i].ops[k], &h->results[i][k], result, 64);
            length += (size_t)snprintf(text + length, sizeof(o->text[0]) - length, "%s%s",
                                       k   ? ", "
                                       : i ? " | "
                                           : "",
                                       result);
        }
    return o->count != o->stop_at;
}

/* Given a program, then all its outcomes are found, and nothing else. */
static void test_outcomes_are_all_there(void **state)
{
    static const struct {
        const char *program, *outcomes[5];
    } programs[] = {
        {"0 | s0=1 | r0", {"s0=1 | r0=1"}},
        {"0 | s0=1 | R0", {"s0=1 | R0=1", "s0=1 blocked | R0=nothing"}},
        {"1 | s0=1 | R0", {"s0=1 | R0=1", "s0=1 | R0=nothing"}},
        {"0 | S0=1 | R0", {"S0=1 nothing | R0=nothing"}},
        {"0 | s0=1 | x0", {"s0=1 panic | x0"}},
        {"1 | s0=1 | x0", {"s0=1 | x0", "s0=1 panic | x0"}},
        {"0 | r0 | x0", {"r0=closed | x0"}},
        {"0 | x0 | x0", {"x0 | x0 panic", "x0 panic | x0"}},
        {"2 | s0=1 s0=2 | r0 r0", {"s0=1, s0=2 | r0=1, r0=2"}},
        {"2 | s0=1 | s0=2 | r0", {"s0=1 | s0=2 | r0=1", "s0=1 | s0=2 | r0=2"}},
        {"0 | s0=1 r0 | r0", {"s0=1, r0 blocked | r0=1"}},
        {"0 | s0=1 r0 | s0=2 r0", {"s0=1 blocked, r0 not begun | s0=2 blocked, r0 not begun"}},
        {"0 | [s0=1,r0] | [s0=2,r0]", {"[s0=1] | [r0]=1", "[r0]=2 | [s0=2]"}},
        {"0 | [s0=1,r0]", {"[s0=1,r0] blocked"}},
        {"1 1 | s0=1 s1=2 | [r0,r1]", {"s0=1, s1=2 | [r0]=1", "s0=1, s1=2 | [r1]=2"}},
        {"0 n | s1=1 | r1", {"s1=1 blocked | r1 blocked"}},
        {"0 | t0=1 | r0", {"t0=1 | r0=1", "t0=1 nothing | r0 blocked"}},
        {"0 | [] | [-]", {"[] blocked | [-] nothing"}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
        struct program p;
        struct outcomes o = {.p = &p};
        unsigned wanted = 0;
        assert_null(program_parse(&p, programs[i].program));
        unsigned count = spec_outcomes(&p, 64, note, &o);
        assert_int_equal(count, o.count);
        for (; wanted < 5 && programs[i].outcomes[wanted]; wanted++) {
            bool found = false;
            for (unsigned k = 0; k < o.count; k++)
                found |= strcmp(o.text[k], programs[i].outcomes[wanted]) == 0;
            if (!found)
                fail_msg("%s: not found: %s (but %s)", programs[i].program,
                         programs[i].outcomes[wanted], o.text[0]);
        }
        if (wanted != o.count)
            fail_msg("%s: %u outcomes: %s, ...", programs[i].program, o.count, o.text[o.count - 1]);
    }
}

/* Given many outcomes, then the walk ends at the limit. */
static void test_a_walk_ends_at_its_limit(void **state)
{
    struct program p;
    struct outcomes o = {.p = &p};
    (void)state;
    assert_null(program_parse(&p, "8 | s0=1 s0=2 | s0=3 s0=4 | r0 r0 r0 r0"));
    assert_int_equal(spec_outcomes(&p, 64, NULL, NULL), 6); /* the merges of two and two */
    assert_int_equal(spec_outcomes(&p, 2, note, &o), 2);
    assert_int_equal(o.count, 2);
    o = (struct outcomes){.p = &p, .stop_at = 3};
    assert_int_equal(spec_outcomes(&p, 64, note, &o), 3);
    assert_int_equal(o.count, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules_one_by_one),
        cmocka_unit_test(test_who_meets),
        cmocka_unit_test(test_who_blocks),
        cmocka_unit_test(test_offered_ends_are_those_that_are_right),
        cmocka_unit_test(test_outcomes_are_all_there),
        cmocka_unit_test(test_a_walk_ends_at_its_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
