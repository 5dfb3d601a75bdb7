/* `hchanlab leaks`: what it reports is what leaks_sample.c plants, at the lines where it does; and
 * what is reported wrongly is seen. */
/* SPDX-License-Identifier: MIT */
#include "harness/cli/cmd_leaks.c"
#include "harness/tests/program.h"

/* Line `wanted` of the sample. */
static const char *source_line(int wanted)
{
    static char line[256];
    FILE *f = fopen(SOURCE_DIR "/harness/demo/leaks_sample.c", "r");
    assert_non_null(f);
    for (int i = 0; i < wanted; i++)
        assert_non_null(fgets(line, sizeof(line), f));
    fclose(f);
    return line;
}

static void assert_reported(const char *report, const char *reason, const char *function,
                            const char *source)
{
    const char *at = strstr(report, reason);
    if (!at)
        fail_msg("no %s in:\n%s", reason, report);
    if (!hchan_lines_known())
        return;
    const char *place = strstr(at, function), *line = place ? strstr(place, "sample.c:") : NULL;
    if (!line || strchr(at, '\n') < line)
        fail_msg("%s is not at %s in:\n%s", reason, function, report);
    if (!strstr(source_line(atoi(line + 9)), source))
        fail_msg("line %d of the sample is not %s:\n%s", atoi(line + 9), source, report);
}

static void test_the_planted_leaks_are_reported_with_their_lines(void **state)
{
    (void)state;
    const char *const lines[] = {"$H leaks --after 1.5",
                                 "cd / && $H leaks --variant ticket --after 2"};
    for (size_t i = 0; i < 2; i++) {
        const struct said *said = run_program(lines[i]);
        if (said->status != EXIT_OK)
            fail_msg("%s: status %d\n%s%s", lines[i], said->status, said->out, said->err);
        assert_string_equal(said->err, "");
        assert_reported(said->out, " [chan send, ", "answer_too_late", "chansend1(answer");
        assert_reported(said->out, " [chan receive, ", "work_until_closed", "chanrecv2(tasks");
        assert_reported(said->out, " [select, ", "follow_news", "selectgo(cases");
    }
}

/* Goroutines are threads here, so the usual variant parks threads. */
static void test_the_usual_variant_is_futex_park(void **state)
{
    (void)state;
    const struct said *said = run_program("$H leaks --after 0.5");
    assert_non_null(strstr(said->out, "with channels of futex-park: "));
}

/* Given reports that miss a leak, add one, say one twice, or have a wrong line, then they are not
 * what was planted. */
static void test_a_wrong_report_is_seen(void **state)
{
    (void)state;
    const hchan *a = (const hchan *)0x10, *b = (const hchan *)0x20, *c = (const hchan *)0x30;
    const struct planted planted[] = {
        {"chan send", 5, 1, {a}}, {"chan receive", 6, 1, {b}}, {"select", 7, 2, {b, c}}};
#define SEND "goroutine 1 (thread 2) [chan send, 1.0 s]: channel 0x10, at f (leaks_sample.c:5)\n"
#define RECV "goroutine 2 (thread 3) [chan receive, 1.0 s]: channel 0x20, at f (leaks_sample.c:6)\n"
#define SELECT \
    "goroutine 3 (thread 4) [select, 1 s]: channels 0x20, 0x30, at f (leaks_sample.c:7)\n"
#define OTHER_LINE \
    "goroutine 2 (thread 3) [chan receive, 1.0 s]: channel 0x20, at f (leaks_sample.c:60)\n"
    static const struct {
        const char *report;
        size_t found, other;
    } rows[] = {
        {"hchan: 3 goroutines are parked for more than 1.0 s:\n" SEND RECV SELECT, 3, 0},
        {SEND SELECT, 2, 0},
        {"", 0, 0},
        {SEND RECV SELECT SEND, 3, 1},
        {SEND "goroutine 2 (thread 3) [chan receive, 1 s]: channel 0x10, at f (leaks_sample.c:6)\n",
         1, 1},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct verdict verdict = judge_leaks(rows[i].report, planted);
        assert_int_equal(verdict.found, rows[i].found);
        assert_int_equal(verdict.other, rows[i].other);
    }
    if (hchan_lines_known())
        assert_int_equal(judge_leaks(OTHER_LINE, planted).other, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_planted_leaks_are_reported_with_their_lines),
        cmocka_unit_test(test_the_usual_variant_is_futex_park),
        cmocka_unit_test(test_a_wrong_report_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
