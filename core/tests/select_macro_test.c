/* HCHAN_SELECT: which body runs, when operands are evaluated and elements are written, and how it
 * is left; for both instances of every variant. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/selector.h"
#include <hchan/select.h>
#include <hchan/typed.h>

HCHAN_TYPE(numbers, long);

/* What a select did: its body, 0 for none. */
static int select_of_all(hchan *in, hchan *out, int64_t deadline, long *got, bool *ok)
{
    const long sent = 5;
    int body = 0;
    HCHAN_SELECT
    {
        HCHAN_CASE_OK(HCHAN_RECV(in, got), *ok) {
            body = 10 * body + 1;
        }
        HCHAN_CASE(HCHAN_SEND(out, &sent))
            body = 10 * body + 2;
        HCHAN_TIMEOUT(deadline) {
            body = 10 * body + 3;
        }
    }
    return body;
}

static void test_exactly_the_body_of_the_case_that_happens_runs(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        hchan *in = make(v, sizeof(long), 1), *out = make(v, sizeof(long), 1);
        long got = 99;
        bool ok = false;
        assert_int_equal(select_of_all(in, out, HCHAN_FOREVER, &got, &ok), 2);
        assert_int_equal(got, 99); /* not written: the case did not happen */
        assert_int_equal(select_of_all(in, out, 0, &got, &ok), 3);
        assert_int_equal(select_of_all(NULL, NULL, 0, &got, &ok), 3);
        chansend1(in, &(long){7});
        assert_int_equal(select_of_all(in, out, HCHAN_FOREVER, &got, &ok), 1);
        assert_int_equal(got, 7);
        assert_true(ok);
        closechan(in);
        assert_int_equal(select_of_all(in, out, HCHAN_FOREVER, &got, &ok), 1);
        assert_int_equal(got, 0);
        assert_false(ok);
        chanrecv1(out, &got);
        assert_int_equal(got, 5);
        chanfree(in);
        chanfree(out);
    }
}

static void test_default_runs_if_no_case_is_ready(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        hchan *c = make(v, sizeof(long), 1);
        for (int i = 0; i < 2; i++) {
            int body = 0;
            HCHAN_SELECT
            {
                HCHAN_CASE(HCHAN_RECV(c, NULL)) {
                    body = 1;
                }
                HCHAN_DEFAULT
                {
                    body = 2;
                }
            }
            assert_int_equal(body, i ? 1 : 2);
            chansend1(c, &(long){1});
        }
        chanfree(c);
    }
    int alone = 0;
    HCHAN_SELECT
    {
        HCHAN_DEFAULT
        alone++;
    }
    assert_int_equal(alone, 1);
}

static int evaluated;

static void *counted(void *p)
{
    evaluated++;
    return p;
}

static void test_operands_are_evaluated_once_and_first(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        hchan *a = make(v, sizeof(long), 1), *b = make(v, sizeof(long), 1);
        long got = 0;
        chansend1(b, &(long){1});
        evaluated = 0;
        HCHAN_SELECT
        {
            HCHAN_CASE(HCHAN_RECV((hchan *)counted(a), counted(&got))) {
                fail();
            }
            HCHAN_CASE(HCHAN_RECV((hchan *)counted(b), counted(&got))) {
                assert_int_equal(evaluated, 6);
            }
            HCHAN_TIMEOUT(HCHAN_FOREVER - (counted(NULL) != NULL)) {
                fail();
            }
            HCHAN_CASE(HCHAN_RECV((hchan *)counted(NULL), NULL)) {
                fail();
            }
        }
        assert_int_equal(evaluated, 6);
        assert_int_equal(got, 1);
        chanfree(a);
        chanfree(b);
    }
}

/* A loop that ends by what a select receives: `break` and `continue` leave the select only. */
static void test_break_and_continue_leave_the_select(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        numbers c = numbers_make(v, 8);
        long sum = 0, behind = 0;
        bool open = true;
        for (long i = 1; i <= 5; i++)
            numbers_send(c, &i);
        numbers_close(c);
        while (open) {
            long got;
            HCHAN_SELECT
            {
                HCHAN_CASE_OK(numbers_case_recv(c, &got), open) {
                    if (!open)
                        break;
                    if (got % 2)
                        continue;
                    sum += got;
                }
                HCHAN_CASE(numbers_case_send((numbers){NULL}, &got)) {
                    fail();
                }
            }
            behind++;
        }
        assert_int_equal(sum, 6);
        assert_int_equal(behind, 6);
        numbers_free(c);
    }
}

struct sleeper {
    pthread_t thread;
    hchan *a, *b;
    int body;
};

static void *sleep_in_a_select(void *arg)
{
    struct sleeper *s = arg;
    long got = 0;
    HCHAN_SELECT
    {
        HCHAN_CASE(HCHAN_RECV(s->a, &got))
            s->body = 1;
        HCHAN_CASE(HCHAN_RECV(s->b, &got))
            return (void *)(uintptr_t)got;
    }
    return NULL;
}

static void test_a_select_that_waits_is_woken_by_either_case(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    for (int i = 0; i < 2; i++) {
        struct sleeper s = {.a = make(v, sizeof(long), 0), .b = make(v, sizeof(long), 0)};
        void *returned;
        assert_int_equal(pthread_create(&s.thread, NULL, sleep_in_a_select, &s), 0);
        until_receivers(s.b, 1);
        chansend1(i ? s.b : s.a, &(long){3});
        pthread_join(s.thread, &returned);
        assert_int_equal(s.body, !i);
        assert_ptr_equal(returned, (void *)(uintptr_t)(i ? 3 : 0));
        chanfree(s.a);
        chanfree(s.b);
    }
}

#define FOUR(c, then)                  \
    HCHAN_CASE(HCHAN_RECV(NULL, NULL)) \
        fail();                        \
    HCHAN_CASE(HCHAN_RECV(NULL, NULL)) \
        fail();                        \
    HCHAN_CASE(HCHAN_RECV(NULL, NULL)) \
        fail();                        \
    HCHAN_CASE(HCHAN_RECV((c), NULL))  \
    (then)

static void select_of_sixteen(void *c)
{
    int body = 0;
    HCHAN_SELECT
    {
        FOUR(NULL, fail());
        FOUR(NULL, fail());
        FOUR(c, body++);
        FOUR(c, body++);
    }
    assert_int_equal(body, 1);
}

static void select_of_seventeen(void *c)
{
    HCHAN_SELECT
    {
        FOUR(c, fail());
        FOUR(c, fail());
        FOUR(c, fail());
        FOUR(c, fail());
        HCHAN_CASE(HCHAN_RECV(c, NULL))
            fail();
    }
}

static void close_in_a_select(void *c)
{
    HCHAN_SELECT
    {
        HCHAN_CASE(HCHAN_SEND(c, &(long){1}))
            fail();
    }
}

static void test_a_select_has_up_to_sixteen_cases(void **state)
{
    const char *message = NULL;
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        hchan *c = make(v, sizeof(long), 0);
        closechan(c);
        assert_true(hchan_try(select_of_sixteen, c, NULL));
        assert_false(hchan_try(select_of_seventeen, c, &message));
        assert_string_equal(message, "select of too many cases");
        assert_false(hchan_try(close_in_a_select, c, &message));
        assert_string_equal(message, "send on closed channel");
        chanfree(c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exactly_the_body_of_the_case_that_happens_runs),
        cmocka_unit_test(test_default_runs_if_no_case_is_ready),
        cmocka_unit_test(test_operands_are_evaluated_once_and_first),
        cmocka_unit_test(test_break_and_continue_leave_the_select),
        cmocka_unit_test(test_a_select_that_waits_is_woken_by_either_case),
        cmocka_unit_test(test_a_select_has_up_to_sixteen_cases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
