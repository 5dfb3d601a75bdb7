/* What the kernel may answer to a futex call, and what core makes of it. The build puts
 * __wrap_syscall() in the place of the C library's function; it gives the answers that the test
 * wants, or asks the kernel. */
/* SPDX-License-Identifier: MIT */
#include "core/base/futex.h"
#include "core/tests/child.h"
#include <errno.h>
#include <hchan/hchan.h>

long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);

enum { AWOKEN = 0 }; /* an answer that is not an error number */

static const int *answers; /* to the next calls; NULL: those of the kernel */
static unsigned calls;

long __wrap_syscall(long number, ...)
{
    va_list args;
    va_start(args, number);
    void *word = va_arg(args, void *);
    int op = va_arg(args, int);
    uint32_t value = va_arg(args, uint32_t);
    void *until = va_arg(args, void *), *word2 = va_arg(args, void *);
    uint32_t mask = va_arg(args, uint32_t);
    va_end(args);
    calls++;
    if (!answers)
        return __real_syscall(number, word, op, value, until, word2, mask);
    errno = *answers++;
    return errno == AWOKEN ? 0 : -1;
}

static enum futex_end wait_answered(int answer)
{
    _Atomic uint32_t word = 1;
    answers = &answer;
    enum futex_end end = futex_wait(&word, 1, FUTEX_FOREVER);
    answers = NULL;
    return end;
}

static void test_each_answer_to_a_wait_is_one_of_three_ends(void **state)
{
    (void)state;
    assert_int_equal(wait_answered(AWOKEN), FUTEX_WOKEN);
    assert_int_equal(wait_answered(EAGAIN), FUTEX_RETRY);
    assert_int_equal(wait_answered(EINTR), FUTEX_RETRY);
    assert_int_equal(wait_answered(ETIMEDOUT), FUTEX_TIMEDOUT);
}

/* The kernel refuses a time below 0, but as a deadline it is one that has passed. */
static void test_a_deadline_before_time_began_has_passed(void **state)
{
    _Atomic uint32_t word = 1;
    (void)state;
    assert_int_equal(futex_wait(&word, 1, -1), FUTEX_TIMEDOUT);
    assert_int_equal(futex_wait(&word, 1, INT64_MIN), FUTEX_TIMEDOUT);
    assert_int_equal(futex_wait(&word, 0, INT64_MIN), FUTEX_RETRY); /* the word differs */
}

static void *const outside = (void *)(UINTPTR_MAX - 4095); /* where no process has memory */

static void wait_outside(void)
{
    futex_wait(outside, 1, FUTEX_FOREVER);
}

static void wake_between_words(void)
{
    futex_wake((_Atomic uint32_t *)(uintptr_t)1, 1);
}

/* Given a call that only a bug makes, then the process ends and names it. */
static void test_an_answer_to_a_bug_ends_the_process(void **state)
{
    (void)state;
    assert_int_equal(run_child(wait_outside), 128 + SIGABRT);
    assert_string_equal(said, "fatal error: futex_wait failed\n");
    assert_int_equal(run_child(wake_between_words), 128 + SIGABRT);
    assert_string_equal(said, "fatal error: futex_wake failed\n");
}

/* Given a sleeper that went on before its wake, and whose memory is unmapped, then the wake reaches
 * no thread. */
static void test_a_wake_of_unmapped_memory_wakes_no_thread(void **state)
{
    (void)state;
    errno = 0;
    assert_int_equal(futex_wake(outside, 1), 0);
    assert_int_equal(errno, EFAULT);
}

/* Given a wait on a nil channel with a deadline, when the sleep ends by a signal, or for no reason
 * at all, then it sleeps again: only the deadline ends it. */
static void test_only_its_deadline_ends_a_wait_on_nil(void **state)
{
    static const int ends[] = {EINTR, AWOKEN, EAGAIN, ETIMEDOUT, AWOKEN};
    (void)state;
    calls = 0;
    answers = ends;
    enum hchan_end end =
        chanrecv_within(NULL, NULL, NULL, NULL, hchan_deadline(INT64_C(3600) * 1000000000));
    answers = NULL;
    assert_int_equal(end, HCHAN_TIMEDOUT);
    assert_int_equal(calls, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_answer_to_a_wait_is_one_of_three_ends),
        cmocka_unit_test(test_a_deadline_before_time_began_has_passed),
        cmocka_unit_test(test_an_answer_to_a_bug_ends_the_process),
        cmocka_unit_test(test_a_wake_of_unmapped_memory_wakes_no_thread),
        cmocka_unit_test(test_only_its_deadline_ends_a_wait_on_nil),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
