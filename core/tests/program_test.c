/* The text form of programs, and how programs are drawn. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/check/random.h"
#include "core/tests/check/spec.h"
#include "scripts/test.h"
#include <stdio.h>
#include <string.h>

enum { DRAWN = 20000 };

static const struct program_dice all = {.chans = 4,
                                        .parties = 4,
                                        .ops = 8,
                                        .capacity_max = PROGRAM_CAPACITY,
                                        .nil_percent = 20,
                                        .block = 3,
                                        .try = 2,
                                        .timed = 1,
                                        .send = 3,
                                        .recv = 3,
                                        .close = 1,
                                        .select = 2};

/* Given the text of the header's example, when it is read, then the program is the one described
 * there. */
static void test_a_text_is_read_as_it_is_explained(void **state)
{
    struct program p;
    (void)state;
    assert_null(program_parse(&p, "0 2 n | s0=1 r1 | R0 x1 [s0=2,r1,-] [r0,~] t1=12 S2=99 u0"));
    assert_int_equal(p.nchans, 3);
    assert_int_equal(p.capacity[0], 0);
    assert_int_equal(p.capacity[1], 2);
    assert_int_equal(p.capacity[2], PROGRAM_NIL);
    assert_int_equal(p.nparties, 2);
    assert_int_equal(p.parties[0].nops, 2);
    assert_int_equal(p.parties[1].nops, 7);
    const struct op wanted[] = {
        {OP_RECV, OP_TRY, 1, {{false, 0, 0}}},
        {OP_CLOSE, OP_BLOCK, 1, {{false, 1, 0}}},
        {OP_SELECT, OP_TRY, 2, {{true, 0, 2}, {false, 1, 0}}},
        {OP_SELECT, OP_TIMED, 1, {{false, 0, 0}}},
        {OP_SEND, OP_TIMED, 1, {{true, 1, 12}}},
        {OP_SEND, OP_TRY, 1, {{true, 2, 99}}},
        {OP_RECV, OP_TIMED, 1, {{false, 0, 0}}},
    };
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        const struct op *op = &p.parties[1].ops[i];
        assert_int_equal(op->kind, wanted[i].kind);
        assert_int_equal(op->wait, wanted[i].wait);
        assert_int_equal(op->ncases, wanted[i].ncases);
        assert_memory_equal(op->cases, wanted[i].cases, sizeof(op->cases));
    }
}

/* Given drawn programs, when one is printed, read and printed again, then both texts are the
 * same. */
static void test_what_is_printed_reads_as_it_was(void **state)
{
    uint64_t dice = 1;
    size_t longest = 0;
    (void)state;
    for (int i = 0; i < DRAWN; i++) {
        struct program drawn, read;
        char text[PROGRAM_TEXT], again[PROGRAM_TEXT];
        program_draw(&drawn, &all, &dice);
        size_t length = program_print(&drawn, text);
        assert_int_equal(length, strlen(text));
        longest = length > longest ? length : longest;
        const char *wrong = program_parse(&read, text);
        if (wrong)
            fail_msg("%s: %s", text, wrong);
        assert_memory_equal(&drawn, &read, sizeof(drawn));
        program_print(&read, again);
        assert_string_equal(text, again);
    }
    assert_true(longest < PROGRAM_TEXT - 1);
}

/* Given the largest program, when it is printed, then its text fits. */
static void test_the_longest_text_fits(void **state)
{
    struct program p = {.nchans = PROGRAM_CHANNELS, .nparties = PROGRAM_PARTIES}, read;
    char text[PROGRAM_TEXT];
    (void)state;
    for (unsigned i = 0; i < PROGRAM_PARTIES; i++) {
        p.parties[i].nops = PROGRAM_OPS;
        for (unsigned k = 0; k < PROGRAM_OPS; k++) {
            struct op *op = &p.parties[i].ops[k];
            *op = (struct op){.kind = OP_SELECT, .wait = OP_TRY, .ncases = PROGRAM_CASES};
            for (unsigned j = 0; j < PROGRAM_CASES; j++)
                op->cases[j] = (struct op_case){true, 3, PROGRAM_VALUE};
        }
    }
    assert_true(program_print(&p, text) < PROGRAM_TEXT - 1);
    assert_null(program_parse(&read, text));
}

static void test_odd_texts_are_programs(void **state)
{
    static const char *const texts[] = {"0 | | r0", "n | r0", "8 | [] | [-] [~]", "0 | |  |"};
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct program p;
        const char *wrong = program_parse(&p, texts[i]);
        if (wrong)
            fail_msg("%s: %s", texts[i], wrong);
    }
    struct program a, b;
    assert_null(program_parse(&a, "  0   1|s0=1   r1|r0  "));
    assert_null(program_parse(&b, "0 1 | s0=1 r1 | r0"));
    assert_memory_equal(&a, &b, sizeof(a));
}

/* Given a text with one mistake, when it is read, then the message names it. */
static void test_each_mistake_has_a_message(void **state)
{
    static const struct {
        const char *text, *says;
    } mistakes[] = {
        {"", "no channel"},
        {" | r0", "no channel"},
        {"0 1", "no party"},
        {"9 | r0", "capacity"},
        {"x | r0", "capacity"},
        {"-1 | r0", "capacity"},
        {"n0 | r0", "capacity"},
        {"0x | r0", "capacity"},
        {"0 0 0 0 0 | r0", "too many channels"},
        {"0 | r0 | r0 | r0 | r0 | r0", "too many parties"},
        {"0 | r0 r0 r0 r0 r0 r0 r0 r0 r0", "too many operations"},
        {"0 | q0", "no such operation"},
        {"0 | r1", "no such channel"},
        {"0 | r", "no such channel"},
        {"0 | x", "no such channel"},
        {"0 | [r1]", "no such channel"},
        {"0 | s0", "has a value"},
        {"0 | s0=", "1 to 99"},
        {"0 | s0=0", "1 to 99"},
        {"0 | s0=100", "1 to 99"},
        {"0 | s0=-1", "1 to 99"},
        {"0 | r0r0", "blanks"},
        {"0 | r0=1", "blanks"},
        {"0 | x0=1", "blanks"},
        {"0 | [r0]r0", "blanks"},
        {"0 | [r0", "ends with ]"},
        {"0 | [r0 r0]", "ends with ]"},
        {"0 | [r0,]", "comma"},
        {"0 | [,r0]", "case is"},
        {"0 | [", "case is"},
        {"0 | [x0]", "case is"},
        {"0 | [S0=1]", "case is"},
        {"0 | [-,r0]", "last case"},
        {"0 | [-", "last case"},
        {"0 | [r0,-,~]", "last case"},
        {"0 | [r0,r0,r0,r0,r0]", "too many cases"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
        struct program p;
        const char *wrong = program_parse(&p, mistakes[i].text);
        if (!wrong || !strstr(wrong, mistakes[i].says))
            fail_msg("\"%s\": wanted \"%s\", got %s", mistakes[i].text, mistakes[i].says,
                     wrong ? wrong : "no complaint");
    }
}

/* Given texts of random characters from the alphabet of programs, when they are read, then an
 * accepted text prints and reads as itself, and nothing else happens. */
static void test_any_text_is_refused_or_understood(void **state)
{
    static const char letters[] = "0012nsSrRtux[],-~=|| ";
    uint64_t random = 1;
    unsigned understood = 0;
    (void)state;
    for (int i = 0; i < 300000; i++) {
        struct program p, again;
        char text[16] = "0 |", printed[PROGRAM_TEXT];
        for (size_t k = 3; k < sizeof(text) - 1; k++)
            text[k] = letters[random_below(&random, sizeof(letters) - 1)];
        text[4 + (random >> 40) % 11] = '\0';
        if (program_parse(&p, text))
            continue;
        understood++;
        program_print(&p, printed);
        assert_null(program_parse(&again, printed));
        assert_memory_equal(&p, &again, sizeof(p));
    }
    assert_true(understood > 1000);
}

/* Given the same state, then the same program results, and the same state afterwards; other states
 * give other programs. */
static void test_drawing_is_repeatable(void **state)
{
    unsigned same = 0;
    (void)state;
    for (uint64_t seed = 0; seed < 1000; seed++) {
        uint64_t a = seed, b = seed, c = seed + 1;
        struct program p, q, r;
        program_draw(&p, &all, &a);
        program_draw(&q, &all, &b);
        program_draw(&r, &all, &c);
        assert_memory_equal(&p, &q, sizeof(p));
        assert_true(a == b && a != seed);
        same += memcmp(&p, &r, sizeof(p)) == 0;
    }
    assert_true(same < 10);
}

/* What a drawn program contains. */
struct census {
    unsigned chans, parties, ops, capacity, nil, values;
    unsigned waits[3], kinds[4], cases[PROGRAM_CASES + 1];
};

static void count_program(struct census *c, const struct program *p)
{
    unsigned values = 0;
    c->chans = p->nchans > c->chans ? p->nchans : c->chans;
    c->parties = p->nparties > c->parties ? p->nparties : c->parties;
    assert_true(p->nchans >= 1 && p->nparties >= 2 && p->capacity[0] != PROGRAM_NIL);
    for (unsigned i = 0; i < p->nchans; i++) {
        c->nil += p->capacity[i] == PROGRAM_NIL;
        if (p->capacity[i] > (int)c->capacity)
            c->capacity = (unsigned)p->capacity[i];
    }
    for (unsigned i = 0; i < p->nparties; i++) {
        const struct party_ops *party = &p->parties[i];
        assert_true(party->nops >= 1);
        c->ops = party->nops > c->ops ? party->nops : c->ops;
        for (unsigned k = 0; k < party->nops; k++) {
            const struct op *op = &party->ops[k];
            c->kinds[op->kind]++;
            c->waits[op->wait] += op->kind != OP_CLOSE;
            c->cases[op->ncases] += op->kind == OP_SELECT;
            for (unsigned j = 0; j < op->ncases; j++) {
                assert_true(op->cases[j].chan < p->nchans);
                if (op->cases[j].send)
                    assert_int_equal(op->cases[j].value, ++values);
                else
                    assert_int_equal(op->cases[j].value, 0);
            }
        }
    }
    c->values = values > c->values ? values : c->values;
}

static struct census count_drawn(const struct program_dice *dice)
{
    struct census c = {0};
    uint64_t random = 7;
    for (int i = 0; i < DRAWN; i++) {
        struct program p;
        program_draw(&p, dice, &random);
        count_program(&c, &p);
    }
    return c;
}

/* Given dice, then drawn programs reach every limit and exceed none. */
static void test_dice_are_honoured(void **state)
{
    (void)state;
    struct census c = count_drawn(&all);
    assert_int_equal(c.chans, 4);
    assert_int_equal(c.parties, 4);
    assert_int_equal(c.ops, 8);
    assert_int_equal(c.capacity, PROGRAM_CAPACITY);
    assert_true(c.nil > 0);
    for (unsigned i = 0; i < 4; i++)
        assert_true(c.kinds[i] > 0);
    for (unsigned i = 1; i <= PROGRAM_CASES; i++)
        assert_true(c.cases[i] > 0);
    /* 3 : 2 : 1, within the bounds of chance for so many */
    assert_true(c.waits[OP_BLOCK] > 1.4 * c.waits[OP_TRY]);
    assert_true(c.waits[OP_TRY] > 1.8 * c.waits[OP_TIMED]);

    c = count_drawn(&(struct program_dice){.chans = 1,
                                           .parties = 2,
                                           .ops = 3,
                                           .capacity_max = 2,
                                           .nil_percent = 100,
                                           .try = 1,
                                           .send = 1,
                                           .recv = 1});
    assert_int_equal(c.chans, 1);
    assert_int_equal(c.parties, 2);
    assert_int_equal(c.ops, 3);
    assert_int_equal(c.capacity, 2);
    assert_int_equal(c.nil, 0);
    assert_int_equal(c.waits[OP_BLOCK] + c.waits[OP_TIMED], 0);
    assert_int_equal(c.kinds[OP_CLOSE] + c.kinds[OP_SELECT], 0);
    assert_true(c.kinds[OP_SEND] > 0 && c.kinds[OP_RECV] > 0);

    c = count_drawn(&(struct program_dice){.chans = 2, .parties = 2, .ops = 1, .select = 1});
    assert_int_equal(c.kinds[OP_SELECT], 2 * DRAWN);
    assert_int_equal(c.waits[OP_BLOCK], 2 * DRAWN);

    /* Programs with nearly as many sends as there are values. */
    c = count_drawn(
        &(struct program_dice){.chans = 1, .parties = 4, .ops = 8, .select = 200, .send = 1});
    assert_true(c.values > 80 && c.values <= PROGRAM_VALUE);
}

static void test_results_are_printed(void **state)
{
    static const struct {
        const char *op;
        struct op_result r;
        const char *text;
    } rows[] = {
        {"s0=7", {.end = OP_DONE}, "s0=7"},
        {"s0=7", {.end = OP_PANICKED}, "s0=7 panic"},
        {"s0=7", {.end = OP_PENDING, .returned = UINT64_MAX}, "s0=7 blocked"},
        {"S0=7", {.end = OP_NOTHING}, "S0=7 nothing"},
        {"r0", {.end = OP_DONE, .value = 7}, "r0=7"},
        {"r0", {.end = OP_ZERO}, "r0=closed"},
        {"R0", {.end = OP_NOTHING}, "R0=nothing"},
        {"u0", {.end = OP_NOTHING}, "u0=nothing"},
        {"u0", {.end = OP_EARLY}, "u0 too early"},
        {"x0", {.end = OP_DONE}, "x0"},
        {"x0", {.end = OP_PANICKED}, "x0 panic"},
        {"x0", {.invoked = UINT64_MAX, .returned = UINT64_MAX}, "x0 not begun"},
        {"[s0=7,r1]", {.end = OP_DONE, .chosen = 1, .value = 9}, "[r1]=9"},
        {"[s0=7,r1]", {.end = OP_DONE}, "[s0=7]"},
        {"[s0=7,r1]", {.end = OP_ZERO, .chosen = 1}, "[r1]=closed"},
        {"[s0=7,r1,-]", {.end = OP_NOTHING}, "[s0=7,r1,-] nothing"},
        {"[s0=7,r1,~]", {.end = OP_NOTHING}, "[s0=7,r1,~] nothing"},
        {"[s0=7,r1]", {.end = OP_PANICKED}, "[s0=7,r1] panic"},
        {"[s0=7,r1,~]", {.end = OP_EARLY}, "[s0=7,r1,~] too early"},
        {"[]", {.returned = UINT64_MAX}, "[] blocked"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct program p;
        char text[64];
        snprintf(text, sizeof(text), "0 0 | %s", rows[i].op);
        assert_null(program_parse(&p, text));
        size_t length = program_print_op(&p.parties[0].ops[0], text, sizeof(text));
        assert_string_equal(text, rows[i].op);
        assert_int_equal(length, strlen(text));
        length = program_print_result(&p.parties[0].ops[0], &rows[i].r, text, sizeof(text));
        assert_string_equal(text, rows[i].text);
        assert_int_equal(length, strlen(text));
        program_print_result(&p.parties[0].ops[0], &rows[i].r, text, 3); /* it is cut */
        assert_true(strlen(text) <= 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_text_is_read_as_it_is_explained),
        cmocka_unit_test(test_what_is_printed_reads_as_it_was),
        cmocka_unit_test(test_the_longest_text_fits),
        cmocka_unit_test(test_odd_texts_are_programs),
        cmocka_unit_test(test_each_mistake_has_a_message),
        cmocka_unit_test(test_any_text_is_refused_or_understood),
        cmocka_unit_test(test_drawing_is_repeatable),
        cmocka_unit_test(test_dice_are_honoured),
        cmocka_unit_test(test_results_are_printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
