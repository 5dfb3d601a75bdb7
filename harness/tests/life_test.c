/* `hchanlab life`: each life is told in its steps, whatever the variant; and a trace that lacks
 * one, or has a wrong one, is seen. */
/* SPDX-License-Identifier: MIT */
#include "harness/cli/cmd_life.c"
#include "harness/tests/program.h"
#include <errno.h>
#include <hchan/sched.h>

/* The number that follows `label` in the text from *at on, which is then behind it. */
static long number_after(const char **at, const char *label)
{
    const char *found = strstr(*at, label);
    char *end;
    if (!found)
        fail_msg("no '%s' in:\n%s", label, *at);
    long number = strtol(found + strlen(label), &end, 10);
    *at = end;
    return number;
}

/* From *at on, a goroutine parks, is made ready by another one, and runs: each later than the one
 * before. */
static void assert_told(const char **at, const char *title, const char *waits, const char *returns)
{
    const char *life = strstr(*at, title);
    if (!life)
        fail_msg("no '%s' in:\n%s", title, *at);
    *at = life;
    long goroutine = number_after(at, "         0 ns  goroutine ");
    if (strncmp(*at, "  _Grunning  -> _Gwaiting   ", 28) != 0 || strncmp(*at + 28, waits, 7) != 0)
        fail_msg("not '%s' in:\n%s", waits, life);
    assert_int_equal(number_after(at, " ns  goroutine "), goroutine);
    assert_int_equal(strncmp(*at, "  _Gwaiting  -> _Grunnable  ", 28), 0);
    assert_int_not_equal(number_after(at, "goready by goroutine "), goroutine);
    assert_int_equal(number_after(at, " ns  goroutine "), goroutine);
    assert_true(number_after(at, "  _Grunnable -> _Grunning   ") >= 0);
    if (strncmp(*at, " ns later, and ", 15) != 0 ||
        strncmp(*at + 15, returns, strlen(returns)) != 0)
        fail_msg("no '%s' in:\n%s", returns, life);
}

static void assert_lives(const char *line)
{
    const struct said *said = run_program(line);
    const char *at = said->out;
    if (said->status != EXIT_OK)
        fail_msg("%s: status %d\n%s%s", line, said->status, said->out, said->err);
    assert_string_equal(said->err, "");
    assert_told(&at, "a parked sender, woken by a receive\n", "chan send, on sendq of 0x",
                "chansend1 returns\n");
    assert_told(&at, "a parked receiver, woken by a send\n", "chan receive, on recvq of 0x",
                "chanrecv1 returns\n");
    assert_told(&at, "a parked receiver, woken by a close\n", "chan receive, on recvq of 0x",
                "chanrecv1 returns\n");
    assert_told(&at, "a parked select, woken by a send\n", "select, on all its channels\n",
                "selectgo returns\n");
    assert_non_null(strstr(at, "each of the 4 lives has its 3 steps"));
}

static void test_each_life_is_told_whatever_the_variant(void **state)
{
    (void)state;
    char line[256];
    assert_lives("$H life");
    for (const struct hchan_variant *v = hchan_variant_next(NULL); v; v = hchan_variant_next(v)) {
        snprintf(line, sizeof(line), "$H life --variant %s", hchan_variant_name(v));
        assert_lives(line);
    }
}

static void test_goroutines_are_the_default(void **state)
{
    (void)state;
    assert_true(hchan_variant_goroutines(usual_variant()));
    assert_non_null(strstr(run_program("$H life")->out, ", by goroutines\n"));
    assert_non_null(strstr(run_program("$H life --variant ticket")->out, "ticket, by threads\n"));
}

/* Given traces with a step that is missing, doubled, exchanged, or wrong, then each is seen. */
static void test_a_wrong_life_is_seen(void **state)
{
    (void)state;
    const void *c = (const void *)0x10, *other = (const void *)0x20;
    const struct life life = {
        .reason = "chan send", .on = c, .through = c, .goroutine = 7, .by = 8};
    const struct hchan_event parks = {1, 7, 0, GRUNNING, GWAITING, "chan send", false, c},
                             ready = {2, 7, 8, GWAITING, GRUNNABLE, "chan send", false, c},
                             runs = {3, 7, 0, GRUNNABLE, GRUNNING, "chan send", false, c};
    struct hchan_event by_another = ready, other_reason = parks, other_channel = runs,
                       anothers = runs, too_early = runs;
    by_another.by = 9;
    other_reason.reason = "chan receive";
    other_channel.channel = other;
    anothers.goroutine = 8;
    too_early.at = 1;
    const struct {
        struct hchan_event events[4];
        size_t count;
        const char *says; /* NULL: it is right */
    } rows[] = {
        {{parks, ready, runs}, 3, NULL},
        {{parks}, 0, "missing"},
        {{parks, ready}, 2, "missing"},
        {{parks, ready, runs, parks}, 4, "too many"},
        {{parks, runs, ready}, 3, "order"},
        {{ready, runs}, 2, "order"},
        {{parks, by_another, runs}, 3, "ready by"},
        {{other_reason, ready, runs}, 3, "reason to wait"},
        {{parks, ready, other_channel}, 3, "wrong channel"},
        {{parks, ready, anothers}, 3, "another goroutine's"},
        {{parks, ready, too_early}, 3, "earlier"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *wrong = judge_life(&life, rows[i].events, rows[i].count);
        if (rows[i].says ? !wrong || !strstr(wrong, rows[i].says) : wrong != NULL)
            fail_msg("row %zu: '%s', wanted '%s'", i, wrong ? wrong : "right",
                     rows[i].says ? rows[i].says : "right");
    }
}

/* What was made before is taken back, which a build with sanitizers sees. */
static void test_a_scheduler_that_does_not_start_is_told(void **state)
{
    (void)state;
    struct life life;
    assert_int_equal(schedinit(NULL), 0); /* there is one a process */
    assert_int_equal(life_sample_run(usual_variant(), 0, &life), EBUSY);
    schedstop();
    assert_int_equal(life_sample_run(usual_variant(), 0, &life), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_life_is_told_whatever_the_variant),
        cmocka_unit_test(test_goroutines_are_the_default),
        cmocka_unit_test(test_a_wrong_life_is_seen),
        cmocka_unit_test(test_a_scheduler_that_does_not_start_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
