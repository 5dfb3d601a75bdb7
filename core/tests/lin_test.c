/* The judge of histories, on histories written by hand: which it accepts, which it rejects, and how
 * it prints them. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/check/lin.h"
#include "core/tests/check/notation.h"

#define RIGHT   NULL
#define ORDER   "no order of the operations explains the results"
#define BLOCKED "somebody is blocked who could go on"

struct row {
    const char *what, *program, *results, *verdict;
};

static const struct row rows[] = {
    /* A buffer. */
    {"sent, then received", "1 | s0=1 | r0", "ok@0-1 | 1@2-3", RIGHT},
    {"received before it was sent", "1 | s0=1 | r0", "ok@2-3 | 1@0-1", ORDER},
    {"received while it is sent", "1 | s0=1 | r0", "ok@0-9 | 1@1-2", RIGHT},
    {"a moment that is shared has no order", "1 | s0=1 | r0", "ok@1-2 | 1@0-1", RIGHT},
    {"in order", "2 | s0=1 s0=2 | r0 r0", "ok@0-1 ok@2-3 | 1@4-5 2@6-7", RIGHT},
    {"out of order", "2 | s0=1 s0=2 | r0 r0", "ok ok | 2 1", ORDER},
    {"two senders, any order", "2 | s0=1 | s0=2 | r0 r0", "ok | ok | 2 1", RIGHT},
    {"two senders, one after the other", "2 | s0=1 | s0=2 | r0 r0",
     "ok@0-1 | ok@2-3 | 2@0-9 1@10-11", ORDER},
    {"two receivers of overlapping receives", "2 | s0=1 s0=2 | r0 | r0",
     "ok@0-1 ok@2-3 | 2@4-9 | 1@4-9", RIGHT},
    {"two receivers, one after the other", "2 | s0=1 s0=2 | r0 | r0",
     "ok@0-1 ok@2-3 | 2@4-5 | 1@6-7", ORDER},
    {"a lost value", "2 | s0=1 s0=2 | r0", "ok ok | 2", ORDER},
    {"a lost value, missed later", "1 | s0=1 | R0 R0", "ok@0-1 | -@2-3 1@4-5", ORDER},
    {"a doubled value", "2 | s0=1 | r0 r0", "ok | 1 1", ORDER},
    {"a doubled value, of two receivers", "2 | s0=1 | r0 | r0", "ok | 1 | 1", ORDER},
    {"an invented value", "2 | s0=1 | r0", "ok | 3", ORDER},
    {"a value nobody sent", "2 | R0 | R0", "3 | -", ORDER},
    {"a swapped pair", "2 | s0=1 s0=2 | R0 R0", "ok@0-1 ok@2-3 | 2@4-5 1@6-7", ORDER},
    {"a value of another channel", "1 1 | s0=1 s1=2 | r0 r1", "ok ok | 2 1", ORDER},
    {"more than there is room for", "1 | s0=1 s0=2 | r0", "ok@0-1 ok@2-3 | 1@4-5", ORDER},
    {"a send that waited for room", "1 | s0=1 s0=2 | r0", "ok@0-1 ok@2-5 | 1@4-6", RIGHT},
    {"a try that found no room", "1 | s0=1 S0=2 | r0", "ok@0-1 -@2-3 | 1@4-5", RIGHT},
    {"a try that went in where there was no room", "1 | s0=1 S0=2 | r0", "ok@0-1 ok@2-3 | 1@4-5",
     ORDER},
    {"a try that failed with room there", "2 | s0=1 S0=2 | r0", "ok@0-1 -@2-3 | 1@4-5", ORDER},
    {"a try to receive that failed with a value there", "1 | s0=1 | R0", "ok@0-1 | -@2-3", ORDER},
    {"a try to receive that failed before", "1 | s0=1 | R0", "ok@2-5 | -@0-3", RIGHT},
    {"the last value went to another", "1 | s0=1 | R0 | R0", "ok@0-1 | -@2-5 | 1@4-6", RIGHT},
    {"and neither got it", "1 | s0=1 | R0 | R0", "ok@0-1 | -@2-5 | -@4-6", ORDER},
    {"timed out with a value there", "1 | s0=1 | u0", "ok@0-1 | -@2-9", ORDER},
    {"timed out as the value came", "1 | s0=1 | u0", "ok@2-3 | -@1-9", RIGHT},
    {"timed out, and took it", "1 | s0=1 | u0 R0", "ok@0-1 | -@0-3 -@4-5", ORDER},
    {"timed out, and left it", "1 | s0=1 | u0 R0", "ok@0-1 | -@0-3 1@4-5", RIGHT},
    {"a send timed out, and went in", "1 | s0=1 t0=2 | r0 r0", "ok@0-1 -@2-3 | 1@4-5 2@6-7", ORDER},
    {"gave up early with nothing there", "1 | u0 | R0", "e | -", ORDER},
    {"gave up early while somebody waits", "0 | u0 | s0=1", "e@0-1 | b@2", ORDER},
    {"a send timed out with room", "1 | t0=2 | r0", "-@0-1 | b@2", ORDER},
    /* Without a buffer. */
    {"a rendezvous", "0 | s0=1 | r0", "ok@0-5 | 1@4-6", RIGHT},
    {"a send that returned before its receiver began", "0 | s0=1 | r0", "ok@0-1 | 1@2-3", ORDER},
    {"a receive that returned before its sender began", "0 | s0=1 | r0", "ok@2-3 | 1@0-1", ORDER},
    {"a parked receiver, a try", "0 | S0=1 | r0", "ok@4-5 | 1@0-6", RIGHT},
    {"two tries met", "0 | S0=1 | R0", "ok@0-5 | 1@0-5", ORDER},
    {"two tries missed", "0 | S0=1 | R0", "-@0-5 | -@0-5", RIGHT},
    {"a try missed a party that waits", "0 | s0=1 | R0 R0", "ok@0-9 | -@2-3 1@4-5", RIGHT},
    {"one met two", "0 | s0=1 | r0 | r0", "ok | 1 | 1", ORDER},
    {"one of two was met", "0 | s0=1 | R0 | r0", "ok | - | 1", RIGHT},
    {"two pairs", "0 | s0=1 s0=2 | r0 r0", "ok@0-3 ok@4-7 | 1@2-4 2@5-6", RIGHT},
    {"two pairs crossed", "0 | s0=1 s0=2 | r0 r0", "ok@0-3 ok@4-7 | 2@2-4 1@5-6", ORDER},
    {"two senders, and the party that was met twice", "0 | s0=1 | s0=2 | r0 r0",
     "ok@0-9 | ok@0-9 | 2@1-2 1@3-4", RIGHT},
    {"a meeting after its close", "0 | s0=1 | r0 | x0", "ok@4-6 | 1@4-6 | ok@0-1", ORDER},
    {"a meeting before its close", "0 | s0=1 | r0 | x0", "ok@4-6 | 1@4-6 | ok@0-5", RIGHT},
    {"with itself", "0 | [s0=1,r0] | R0", "0:ok | -", ORDER},
    {"with itself, received", "0 | [s0=1,r0] | S0=2", "1:1 | -", ORDER},
    {"two selects of both sides", "0 | [s0=1,r0] | [s0=2,r0]", "0:ok@0-5 | 1:1@1-6", RIGHT},
    {"two selects, both sent", "0 | [s0=1,r0] | [s0=2,r0]", "0:ok@0-5 | 0:ok@1-6", ORDER},
    {"two selects in turn", "0 | [s0=1,r0] | [s0=2,r0]", "0:ok@0-1 | 1:1@2-3", ORDER},
    {"two selects with default", "0 | [s0=1,-] | [r0,-]", "0:ok | 0:1", ORDER},
    {"a select with default met a receiver", "0 | [s0=1,-] | [r0]", "0:ok | 0:1", RIGHT},
    /* Close. */
    {"drained, then zero", "2 | s0=1 x0 | r0 r0", "ok@0-1 ok@2-3 | 1@4-5 z@6-7", RIGHT},
    {"zero of an open channel", "2 | s0=1 x0 | r0 r0", "ok@4-5 ok@6-7 | z@0-1 1@8-9", ORDER},
    {"zero, and nobody closes", "2 | s0=1 | R0", "ok | z", ORDER},
    {"zero while a value is there", "2 | s0=1 x0 | r0 r0", "ok@0-1 ok@2-3 | z@4-5 1@6-7", ORDER},
    {"zero while a value is there, overlapping", "2 | s0=1 x0 | R0 R0",
     "ok@0-1 ok@2-9 | z@4-5 1@6-7", ORDER},
    {"a value after closed and empty was seen", "2 | s0=1 x0 | r0 | r0",
     "ok@0-1 ok@2-3 | z@4-5 | 1@6-9", ORDER},
    {"a value while closed and empty was seen", "2 | s0=1 x0 | r0 | r0",
     "ok@0-1 ok@2-3 | z@4-8 | 1@6-9", RIGHT},
    {"a try failed after the close", "1 | x0 | R0", "ok@0-1 | -@2-3", ORDER},
    {"a try failed before the close", "1 | x0 | R0", "ok@2-5 | -@0-3", RIGHT},
    {"sent after the close", "1 | x0 | s0=1", "ok@0-1 | ok@2-3", ORDER},
    {"sent during the close", "1 | x0 | s0=1", "ok@0-9 | ok@2-3", RIGHT},
    {"panicked after the close", "1 | x0 | s0=1", "ok@0-1 | p@2-3", RIGHT},
    {"panicked before the close", "1 | x0 | s0=1", "ok@2-3 | p@0-1", ORDER},
    {"panicked, and was sent", "1 | x0 | s0=1 r0", "ok@0-9 | p@0-1 1@2-9", ORDER},
    {"a try after the close failed", "1 | x0 | S0=1", "ok@0-1 | -@2-3", ORDER},
    {"a parked sender was told", "1 | s0=1 s0=2 | x0 r0 r0", "ok@0-1 p@2-9 | ok@3-4 1@5-6 z@7-8",
     RIGHT},
    {"a parked sender's value came all the same", "1 | s0=1 s0=2 | x0 r0 r0",
     "ok@0-1 p@2-9 | ok@3-4 1@5-6 2@7-8", ORDER},
    {"a parked receiver was told", "0 | r0 | x0", "z@0-9 | ok@3-4", RIGHT},
    {"closed twice", "0 | x0 | x0", "ok | ok", ORDER},
    {"closed twice, one panic", "0 | x0 | x0", "ok | p", RIGHT},
    {"the first of two closes panicked", "0 | x0 | x0", "p@0-1 | ok@2-3", ORDER},
    {"two panics, no close", "0 | x0 | x0", "p | p", ORDER},
    {"close of nil", "0 n | x1 | R0", "p | -", RIGHT},
    {"close of nil went well", "0 n | x1 | R0", "ok | -", ORDER},
    {"timed out on a closed channel", "0 | x0 | u0", "ok@0-1 | -@2-3", ORDER},
    /* A nil channel. */
    {"nil is never ready", "0 n | S1=1 | R1", "- | -", RIGHT},
    {"nil was", "0 n | s1=1 | r1", "ok | 1", ORDER},
    {"nil was closed", "0 n | s1=1 | r1", "p | z", ORDER},
    /* Select. */
    {"one of two ready cases", "1 1 | s0=1 s1=2 | [r0,r1] R0 R1",
     "ok@0-1 ok@2-3 | 1:2@4-5 1@6-7 -@8-9", RIGHT},
    {"a case that did not happen", "1 1 | s0=1 s1=2 | [r0,r1] R0 R1",
     "ok@0-1 ok@2-3 | 1:2@4-5 -@6-7 2@8-9", ORDER},
    {"two cases happened", "1 1 | s0=1 s1=2 | [r0,r1] R0 R1", "ok@0-1 ok@2-3 | 1:2@4-5 -@6-7 -@8-9",
     ORDER},
    {"two cases happened, sent", "1 1 | [s0=1,s1=2] | R0 R1", "0:ok@0-1 | 1@2-3 2@4-5", ORDER},
    {"one case happened, sent", "1 1 | [s0=1,s1=2] | R0 R1", "0:ok@0-1 | 1@2-3 -@4-5", RIGHT},
    {"the case's value is another's", "1 1 | s0=1 s1=2 | [r0,r1]", "ok ok | 1:1", ORDER},
    {"a case that is not there", "1 1 | s0=1 | [r0,r1]", "ok | 2:1", ORDER},
    {"default with a case ready", "1 1 | s0=1 | [r0,r1,-]", "ok@0-1 | -@2-3", ORDER},
    {"default with a case ready later", "1 1 | s0=1 | [r0,r1,-]", "ok@2-9 | -@0-3", RIGHT},
    {"default while the value moves, two channels full in turn", "1 1 | s0=1 s1=2 | R0 | [r0,r1,-]",
     "ok@0-1 ok@4-5 | 1@2-3 | -@0-9", RIGHT},
    {"default though one of two was always full", "1 1 | s0=1 s1=2 | R0 | [r0,r1,-]",
     "ok@0-1 ok@2-3 | 1@4-5 | -@2-9", ORDER},
    {"timed out with a case ready", "1 1 | s0=1 | [r0,r1,~]", "ok@0-1 | -@2-3", ORDER},
    {"the same channel twice", "1 | s0=1 | [r0,r0] R0", "ok@0-1 | 1:1@2-3 -@4-5", RIGHT},
    {"the same channel twice, both", "2 | s0=1 s0=2 | [r0,r0] R0", "ok@0-1 ok@2-3 | 1:1@4-5 -@6-7",
     ORDER},
    {"a send case that is closed panicked", "1 1 | x0 | [s0=1,r1]", "ok@0-1 | p@2-3", RIGHT},
    {"a receive case does not panic", "1 1 | x0 | [r0,s1=1]", "ok@0-1 | p@2-3", ORDER},
    {"panicked though all was open", "1 1 | x0 | [s0=1,r1]", "ok@2-3 | p@0-1", ORDER},
    {"a closed send case, and another was chosen", "1 1 | x0 | [s0=1,s1=2] | r1",
     "ok@0-1 | 1:ok@2-3 | 2@4-5", RIGHT},
    {"a select's zero", "1 1 | x1 | [r0,r1]", "ok@0-1 | 1:z@2-3", RIGHT},
    {"a select's zero of the open one", "1 1 | x1 | [r0,r1]", "ok@0-1 | 0:z@2-3", ORDER},
    /* Blocked for ever. */
    {"nobody comes", "0 | r0", "b@0", RIGHT},
    {"nobody comes, full", "1 | s0=1 s0=2", "ok@0-1 b@2", RIGHT},
    {"two senders, nobody comes", "0 | s0=1 | s0=2", "b@0 | b@0", RIGHT},
    {"a receiver blocked while a value is there", "1 | s0=1 | r0", "ok@2-3 | b@0", BLOCKED},
    {"the value went to another", "1 | s0=1 | r0 | r0", "ok@2-3 | b@0 | 1@1-4", RIGHT},
    {"a sender blocked while there is room", "1 | s0=1 s0=2 | r0", "ok@0-1 b@2 | 1@4-5", BLOCKED},
    {"its value came though it is blocked", "1 | s0=1 s0=2 | r0 r0", "ok@0-1 b@2 | 1@4-5 2@6-7",
     ORDER},
    {"sender and receiver blocked on one channel", "0 | s0=1 | r0", "b@0 | b@0", BLOCKED},
    {"on two channels", "0 0 | s0=1 | r1", "b@0 | b@0", RIGHT},
    {"a receiver blocked on a closed channel", "1 | x0 | r0", "ok@0-1 | b@0", BLOCKED},
    {"a sender blocked on a closed channel", "0 | x0 | s0=1", "ok@0-1 | b@0", BLOCKED},
    {"blocked on nil", "0 n | s1=1 | r1", "b@0 | b@0", RIGHT},
    {"a select blocked with a case ready", "1 1 | s1=1 | [r0,r1]", "ok@0-1 | b@0", BLOCKED},
    {"a select blocked with none ready", "1 1 | s1=1 | [r0,s1=2]", "ok@0-1 | b@0", RIGHT},
    {"a select blocked with itself", "0 | [s0=1,r0] | R0", "b@0 | -@0-9", RIGHT},
    {"two selects are blocked and could meet", "0 | [s0=1,r0] | [s0=2,r0]", "b@0 | b@0", BLOCKED},
    {"two selects are blocked and could not meet", "0 0 | [s0=1,r1] | [s0=2,r1]", "b@0 | b@0",
     RIGHT},
    {"a select of nothing", "0 | [] | [-]", "b@0 | -@0-1", RIGHT},
    {"a non-blocking operation is blocked", "0 | R0", "b@0", BLOCKED},
    {"a close is blocked", "0 | x0", "b@0", BLOCKED},
    {"an operation with a deadline is blocked", "0 | u0", "b@0", BLOCKED},
    {"one order blocks wrongly, another rightly", "1 | s0=1 | s0=2 r0 | R0", "ok | ok 1 | 2",
     RIGHT},
    {"a right order among wrong ones", "1 1 | S0=1 | R0 | r0", "ok@0-9 | -@0-9 | b@0", BLOCKED},
    {"after the blocked one nothing began", "0 | r0 s0=1 | R0", "b@0 . | -@1-2", RIGHT},
    {"not begun is not there", "0 | s0=1 | r0", ". | .", RIGHT},
    {"not begun closes nothing", "0 | r0 x0 | r0", "b@0 . | b@0", RIGHT},
};

static void check_rows(const struct row *r, size_t count)
{
    for (; count > 0; count--, r++) {
        struct program p;
        struct history h;
        char text[512];
        notation_read(r->program, r->results, &p, &h);
        const char *verdict = lin_check(&p, &h);
        lin_print(&p, &h, text, sizeof(text));
        if (!verdict != !r->verdict || (verdict && strcmp(verdict, r->verdict) != 0))
            fail_msg("%s: %s: %s\n%s", r->what, r->program, verdict ? verdict : "accepted", text);
    }
}

static void test_histories_by_hand(void **state)
{
    (void)state;
    check_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_overlaps_are_seen(void **state)
{
    static const struct {
        const char *program, *results;
        bool overlaps;
    } cases[] = {
        {"1 | s0=1 | r0", "ok@0-2 | 1@1-3", true},
        {"1 | s0=1 | r0", "ok@0-1 | 1@1-3", false},
        {"1 | s0=1 | r0", "ok@2-3 | 1@0-1", false},
        {"1 | s0=1 s0=2 | r0", "ok@0-1 ok@2-3 | 1@0-9", true},
        {"2 | s0=1 s0=2", "ok@0-1 ok@2-3", false},
        {"0 | r0 | R0", "b@0 | -@1-2", true},
        {"0 | r0 r0 | R0", "b@5 . | -@1-2", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct program p;
        struct history h;
        notation_read(cases[i].program, cases[i].results, &p, &h);
        assert_int_equal(lin_overlaps(&p, &h), cases[i].overlaps);
    }
}

static void test_a_history_is_printed(void **state)
{
    struct program p;
    struct history h;
    char text[256];
    (void)state;
    notation_read("0 1 | s0=1 R1 r0 | [s1=2,r0] x0", "ok@100-250 -@300-310 b@400 | 1:1@200-240 .",
                  &p, &h);
    size_t length = lin_print(&p, &h, text, sizeof(text));
    assert_string_equal(text, "party 0:  s0=1 @0-150  R1=nothing @200-210  r0 blocked @300-\n"
                              "party 1:  [r0]=1 @100-140  x0 not begun\n");
    assert_int_equal(length, strlen(text));
    length = lin_print(&p, &h, text, 20);
    assert_int_equal(length, 19);
    assert_string_equal(text, "party 0:  s0=1 @0-1");
}

/* Given a long history that is wrong only at its end, then the answer comes although all orders are
 * tried: some millions, if the judge did not remember what it has tried. */
static void test_long_wrong_histories_end(void **state)
{
    static const char tries[] = "3 | S0=1 R0 S0=2 R0 S0=3 R0 | S0=5 R0 S0=6 R0 S0=7 R0 "
                                "| S0=9 R0 S0=10 R0 S0=11 R0";
    static const char crossed[] = "2 1 | S0=1 R1 S0=2 R1 S0=3 R1 S0=4 R1 "
                                  "| S1=5 R0 S1=6 R0 S1=7 R0 S1=8 R0";
    static const struct row long_rows[] = {
        {"the last value is missed", tries, "ok 1 ok 2 ok 3 | ok 5 ok 6 ok 7 | ok 9 ok 10 ok -",
         ORDER},
        {"and is not", tries, "ok 1 ok 2 ok 3 | ok 5 ok 6 ok 7 | ok 9 ok 10 ok 11", RIGHT},
        {"zero of an open channel", crossed, "ok 5 ok 6 ok 7 ok 8 | ok 1 ok 2 ok 3 ok z", ORDER},
        {"and its value", crossed, "ok 5 ok 6 ok 7 ok 8 | ok 1 ok 2 ok 3 ok 4", RIGHT},
    };
    (void)state;
    check_rows(long_rows, sizeof(long_rows) / sizeof(long_rows[0]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_histories_by_hand),
        cmocka_unit_test(test_overlaps_are_seen),
        cmocka_unit_test(test_a_history_is_printed),
        cmocka_unit_test(test_long_wrong_histories_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
