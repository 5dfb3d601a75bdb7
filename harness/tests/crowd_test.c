/* `hchanlab crowd`: it measures every variant that parks goroutines, sees a goroutine that was not
 * woken rightly, and refuses what there is no room for before it begins. */
/* SPDX-License-Identifier: MIT */
#include "core/base/fiber.h"
#include "harness/cli/cmd_crowd.c"
#include "harness/demo/crowd.c"
#include "harness/tests/program.h"

/* The number that stands after the words; of the first variant that has them. */
static double number_after(const char *text, const char *words)
{
    const char *at = strstr(text, words);
    if (!at)
        fail_msg("no %s in:\n%s", words, text);
    return strtod(at + strlen(words), NULL);
}

static void test_a_small_crowd_is_measured_for_every_variant_that_parks_goroutines(void **state)
{
    (void)state;
    /* ThreadSanitizer takes milliseconds to make a goroutine. */
    const struct said *said = run_program(FIBER_TSAN ? "$H crowd --goroutines 50 --reps 2"
                                                     : "$H crowd --goroutines 1000");
    if (said->status != EXIT_OK)
        fail_msg("status %d\n%s%s", said->status, said->out, said->err);
    assert_string_equal(said->err, "");
    size_t variants = 0;
    for (const struct hchan_variant *v = hchan_variant_next(NULL); v; v = hchan_variant_next(v)) {
        char line[LABEL_MAX + 3];
        snprintf(line, sizeof(line), "\n%s\n", hchan_variant_name(v));
        assert_int_equal(strstr(said->out, line) != NULL, bench_has_goroutines(v));
        variants += bench_has_goroutines(v);
    }
    assert_true(variants > 0);
    assert_int_equal(count_lines(said->out), 2 + variants * 7);
    /* A page of its stack at least, and its stack's addresses. */
    assert_true(number_after(said->out, "bytes of memory") >= 4096);
    assert_true(number_after(said->out, "bytes of addresses") >= 65536);
    assert_true(number_after(said->out, "ns to start and park") > 0);
    assert_true(number_after(said->out, "ns to wake, run and end") > 0);
}

static void test_one_goroutine_and_one_process_are_enough(void **state)
{
    (void)state;
    const struct said *said =
        run_program("$H crowd --goroutines 1 --reps 1 --variant futex+go+ring");
    assert_int_equal(said->status, EXIT_OK);
    assert_string_equal(said->err, "");
    assert_non_null(strstr(said->out, "each of them,\nin one process\n"));
}

/* Given goroutines of which one got nothing, or twice, or a value, or did not park, then that is an
 * error; and one that could not be started is another. */
static void test_a_goroutine_that_was_not_woken_rightly_is_seen(void **state)
{
    static const struct {
        unsigned char received[3];
        uint64_t parked;
        int error, status;
    } rows[] = {
        {{1, 1, 1}, 3, 0, 0},        {{1, 0, 1}, 3, 0, -EBADMSG},
        {{1, 1, 2}, 3, 0, -EBADMSG}, {{MISLED, 1, 1}, 3, 0, -EBADMSG},
        {{1, 1, 1}, 2, 0, -EBADMSG}, {{1, 1, 0}, 2, ENOMEM, -ENOMEM},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char error[REASON_MAX] = "";
        unsigned char received[3];
        memcpy(received, rows[i].received, sizeof(received));
        const struct crowd c = {.goroutines = 3,
                                .started = 3,
                                .received = received,
                                .parked = rows[i].parked,
                                .error = rows[i].error};
        assert_int_equal(check_crowd(&c, error, sizeof(error)), rows[i].status);
        assert_int_equal(error[0] != '\0', rows[i].status != 0);
    }
}

/* One goroutine of which a million need more than any machine has. */
static void test_what_there_is_no_room_for_is_refused(void **state)
{
    (void)state;
    const struct hchan_variant *v = hchan_variant_next(NULL);
    double per[CROWD_QUANTITIES] = {0};
    assert_int_equal(check_room(v, per), EXIT_OK);
    for (unsigned i = 0; i < CROWD_QUANTITIES; i++)
        per[i] = NAN; /* a kernel that tells nothing */
    assert_int_equal(check_room(v, per), EXIT_OK);
    per[CROWD_RESIDENT] = 1e15;
    assert_int_equal(check_room(v, per), EXIT_ENVIRONMENT);
    per[CROWD_RESIDENT] = 0;
    per[CROWD_TABLES] = 1e15;
    assert_int_equal(check_room(v, per), EXIT_ENVIRONMENT);
    per[CROWD_TABLES] = 0;
    per[CROWD_MAPPINGS] = 1e6;
    assert_int_equal(check_room(v, per), EXIT_ENVIRONMENT);
}

/* A sanitizer's own addresses are more than any limit. */
static void test_a_limit_of_addresses_is_seen_before_it_is_met(void **state)
{
    (void)state;
    if (FIBER_ASAN || FIBER_TSAN)
        skip();
    const struct said *said = run_program("ulimit -v 2000000; $H crowd --goroutines 100000");
    assert_int_equal(said->status, EXIT_ENVIRONMENT);
    assert_int_equal(count_lines(said->err), 1);
    assert_non_null(strstr(said->err, "GiB of addresses"));
    assert_non_null(strstr(said->err, "give --goroutines "));
    assert_string_equal(said->out, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_small_crowd_is_measured_for_every_variant_that_parks_goroutines),
        cmocka_unit_test(test_one_goroutine_and_one_process_are_enough),
        cmocka_unit_test(test_a_goroutine_that_was_not_woken_rightly_is_seen),
        cmocka_unit_test(test_what_there_is_no_room_for_is_refused),
        cmocka_unit_test(test_a_limit_of_addresses_is_seen_before_it_is_met),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
