/* A sweep waits while the machine is busy, for a while, and not where it need not. What a look
 * finds is the test's. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/say.h"
#include "harness/sweep/pause.h"
#include "scripts/test.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What looks find, one after the other, ended by -1, after which they find the last again. */
struct finds {
    const double *shares;
    unsigned looks;
    int status;
};

static int look(void *arg, double *share)
{
    struct finds *finds = arg;
    *share = *finds->shares;
    finds->shares += finds->shares[1] >= 0 || isnan(finds->shares[1]);
    finds->looks++;
    return finds->status;
}

/* A block in which other programs had this share of 400 ticks. */
static struct others block_of(double share)
{
    return (struct others){.programs = 400 * share, .all = 400};
}

static void test_a_quiet_block_is_followed_at_once(void **state)
{
    (void)state;
    struct finds finds = {(const double[]){1, -1}, 0, 0};
    struct pause pause = {.most_s = 10, .look = look, .arg = &finds};
    const struct others quiet = block_of(0.2), unknown = {0};
    assert_int_equal(pause_between(&pause, &quiet), 0);
    assert_int_equal(pause_between(&pause, &unknown), 0);
    assert_int_equal(finds.looks, 0);
}

static void test_a_busy_block_is_followed_when_a_look_finds_quiet(void **state)
{
    (void)state;
    struct finds finds = {(const double[]){0.9, 0.2, 0.11, 0.05, -1}, 0, 0};
    struct pause pause = {.most_s = 10, .look = look, .arg = &finds};
    const struct others busy = block_of(0.3);
    assert_int_equal(pause_between(&pause, &busy), 0);
    assert_int_equal(finds.looks, 4);
    assert_int_equal(pause.waited_s, 4);
    assert_int_equal(pause_between(&pause, &busy), 0); /* it is quiet at the first look now */
    assert_int_equal(pause.waited_s, 5);
}

static void test_after_so_many_seconds_it_goes_on_and_never_waits_again(void **state)
{
    (void)state;
    struct finds finds = {(const double[]){0.9, -1}, 0, 0};
    struct pause pause = {.most_s = 7, .look = look, .arg = &finds};
    const struct others busy = block_of(0.9);
    for (int i = 0; i < 3; i++)
        assert_int_equal(pause_between(&pause, &busy), 0);
    assert_int_equal(finds.looks, 7);
    assert_int_equal(pause.waited_s, 7);
}

/* Given blocks each shorter than the kernel's clock can tell, then they are judged together. */
static void test_short_blocks_are_judged_together(void **state)
{
    (void)state;
    struct finds finds = {(const double[]){0, -1}, 0, 0};
    struct pause pause = {.most_s = 10, .look = look, .arg = &finds};
    const struct others shorter = {.programs = 3, .all = 4}, quiet = {.all = 49};
    assert_int_equal(pause_between(&pause, &shorter), 0);
    assert_int_equal(finds.looks, 0);
    assert_int_equal(pause_between(&pause, &quiet), 0); /* 3 of 53 */
    assert_int_equal(finds.looks, 0);
    for (int i = 0; i < 13; i++)
        assert_int_equal(pause_between(&pause, &shorter), 0);
    assert_int_equal(finds.looks, 1);
}

static void test_without_time_it_never_waits(void **state)
{
    (void)state;
    struct finds finds = {(const double[]){1, -1}, 0, 0};
    struct pause pause = {.most_s = 0, .look = look, .arg = &finds};
    const struct others busy = block_of(1);
    assert_int_equal(pause_between(&pause, &busy), 0);
    assert_int_equal(finds.looks, 0);
}

static void test_an_interrupt_ends_the_pause(void **state)
{
    (void)state;
    struct finds finds = {(const double[]){1, -1}, 0, -EINTR};
    struct pause pause = {.most_s = 10, .look = look, .arg = &finds};
    const struct others busy = block_of(1);
    assert_int_equal(pause_between(&pause, &busy), -EINTR);
    assert_int_equal(finds.looks, 1);
}

static void test_a_look_that_cannot_see_ends_the_pause(void **state)
{
    (void)state;
    struct finds finds = {(const double[]){NAN, -1}, 0, 0};
    struct pause pause = {.most_s = 10, .look = look, .arg = &finds};
    const struct others busy = block_of(1);
    assert_int_equal(pause_between(&pause, &busy), 0);
    assert_int_equal(finds.looks, 1);
}

static void test_the_variable_says_for_how_long_or_is_refused(void **state)
{
    static const char *const wrong[] = {"", "-1", "1.5", "x", "86401", "99999999999999999999"};
    unsigned most_s;
    (void)state;
    unsetenv("HCHANLAB_PAUSE");
    assert_int_equal(pause_most(&most_s), EXIT_OK);
    assert_int_equal(most_s, PAUSE_MOST_S);
    setenv("HCHANLAB_PAUSE", "0", 1);
    assert_int_equal(pause_most(&most_s), EXIT_OK);
    assert_int_equal(most_s, 0);
    setenv("HCHANLAB_PAUSE", "86400", 1);
    assert_int_equal(pause_most(&most_s), EXIT_OK);
    assert_int_equal(most_s, PAUSE_S_MAX);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        setenv("HCHANLAB_PAUSE", wrong[i], 1);
        assert_int_equal(pause_most(&most_s), EXIT_USAGE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_quiet_block_is_followed_at_once),
        cmocka_unit_test(test_a_busy_block_is_followed_when_a_look_finds_quiet),
        cmocka_unit_test(test_after_so_many_seconds_it_goes_on_and_never_waits_again),
        cmocka_unit_test(test_short_blocks_are_judged_together),
        cmocka_unit_test(test_without_time_it_never_waits),
        cmocka_unit_test(test_an_interrupt_ends_the_pause),
        cmocka_unit_test(test_a_look_that_cannot_see_ends_the_pause),
        cmocka_unit_test(test_the_variable_says_for_how_long_or_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
