/* The typed view: every operation reaches the channel, with the types of both directions; the range
 * loops; the cases of a select. What must not compile is in typed_reject_test. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/support.h"
#include <errno.h>
#include <hchan/typed.h>

struct job {
    long id;
    char name[24];
    double weight;
};

struct large {
    char bytes[HCHAN_MAX_ELEM];
};

typedef long (*function)(long);

HCHAN_TYPE(jobs, struct job);
HCHAN_TYPE(nodes, struct job *);
HCHAN_TYPE(bytes, unsigned char);
HCHAN_TYPE(numbers, long);
HCHAN_TYPE(functions, function);
HCHAN_TYPE(larges, struct large);

/* Checks what each operation takes: its direction and its element, and nothing wider. */
#define TAKES(operation, ...) \
    static_assert(_Generic(&operation, __VA_ARGS__ : true, default : false), #operation)
TAKES(jobs_make, jobs (*)(const struct hchan_variant *, size_t));
TAKES(jobs_free, void (*)(jobs));
TAKES(jobs_as_sendonly, jobs_sendonly (*)(jobs));
TAKES(jobs_as_recvonly, jobs_recvonly (*)(jobs));
TAKES(jobs_send, void (*)(jobs_sendonly, const struct job *));
TAKES(jobs_try_send, bool (*)(jobs_sendonly, const struct job *));
TAKES(jobs_send_within, enum hchan_end (*)(jobs_sendonly, const struct job *, hchan *, int64_t));
TAKES(jobs_close, void (*)(jobs_sendonly));
TAKES(jobs_retain, hchan *(*)(jobs_any));
TAKES(jobs_release, void (*)(jobs_any));
TAKES(jobs_send_end, enum hchan_end (*)(jobs_sendonly, const struct job *));
TAKES(jobs_try_send_end, enum hchan_end (*)(jobs_sendonly, const struct job *));
TAKES(jobs_send_within_end,
      enum hchan_end (*)(jobs_sendonly, const struct job *, hchan *, int64_t));
TAKES(jobs_close_end, enum hchan_end (*)(jobs_sendonly));
TAKES(jobs_recv, void (*)(jobs_recvonly, struct job *));
TAKES(jobs_recv_ok, bool (*)(jobs_recvonly, struct job *));
TAKES(jobs_try_recv, bool (*)(jobs_recvonly, struct job *, bool *));
TAKES(jobs_recv_within, enum hchan_end (*)(jobs_recvonly, struct job *, bool *, hchan *, int64_t));
TAKES(jobs_case_send, struct scase (*)(jobs_sendonly, const struct job *));
TAKES(jobs_case_recv, struct scase (*)(jobs_recvonly, struct job *));
TAKES(nodes_send, void (*)(nodes_sendonly, struct job *const *));
TAKES(nodes_recv, void (*)(nodes_recvonly, struct job **));

static numbers make_numbers(const struct hchan_variant *v, size_t capacity)
{
    numbers c = numbers_make(v, capacity);
    assert_false(numbers_is_nil(c));
    return c;
}

/* A closed channel that holds 1, 2, ..., count. */
static numbers counting(const struct hchan_variant *v, long count)
{
    numbers c = make_numbers(v, (size_t)count);
    for (long i = 1; i <= count; i++)
        numbers_send(c, &i);
    numbers_close(c);
    return c;
}

static long twice(long x)
{
    return 2 * x;
}

static void test_elements_of_every_shape_arrive(void **state)
{
    (void)state;
    static struct large large, large_got;
    memset(&large, 0x5a, sizeof(large));
    FOR_EACH_VARIANT(v)
    {
        struct job job = {7, "seven", 0.5}, job_got = {0};
        jobs a = jobs_make(v, 1);
        jobs_send(a, &job);
        jobs_recv(a, &job_got);
        assert_int_equal(job_got.id, 7);
        assert_string_equal(job_got.name, "seven");
        assert_true(job_got.weight == 0.5);
        jobs_free(a);

        struct job *pointer = &job, *pointer_got = NULL;
        nodes b = nodes_make(v, 1);
        nodes_send(b, &pointer);
        nodes_recv(b, &pointer_got);
        assert_ptr_equal(pointer_got, &job);
        nodes_free(b);

        unsigned char around[3] = {0xee, 0xee, 0xee};
        bytes c = bytes_make(v, 1);
        bytes_send(c, &(unsigned char){42});
        bytes_recv(c, &around[1]);
        assert_int_equal(around[0], 0xee);
        assert_int_equal(around[1], 42);
        assert_int_equal(around[2], 0xee);
        bytes_free(c);

        function f = NULL;
        functions d = functions_make(v, 1);
        functions_send(d, &(function){twice});
        functions_recv(d, &f);
        assert_int_equal(f(21), 42);
        functions_free(d);

        larges e = larges_make(v, 1);
        larges_send(e, &large);
        larges_recv(e, &large_got);
        assert_memory_equal(&large_got, &large, sizeof(large));
        larges_free(e);
    }
}

static void test_make_says_why_it_could_not(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        errno = 0;
        assert_true(numbers_is_nil(numbers_make(v, HCHAN_MAX_CAPACITY + 1)));
        assert_int_equal(errno, E2BIG);
    }
}

static void test_the_handles_of_a_channel_are_one_channel(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        numbers c = make_numbers(v, 3);
        numbers_sendonly out = numbers_as_sendonly(c);
        numbers_recvonly in = numbers_as_recvonly(c);
        assert_ptr_equal(out.c, c.c);
        assert_ptr_equal(in.c, c.c);
        numbers_send(out, &(long){1});
        numbers_send(c, &(long){2});
        assert_int_equal(numbers_len(c), 2);
        assert_int_equal(numbers_len(out), 2);
        assert_int_equal(numbers_len(in), 2);
        assert_int_equal(numbers_cap(c), 3);
        assert_int_equal(numbers_cap(out), 3);
        assert_int_equal(numbers_cap(in), 3);
        long got = 0;
        numbers_recv(in, &got);
        assert_int_equal(got, 1);
        numbers_recv(c, &got);
        assert_int_equal(got, 2);
        numbers_close(out);
        assert_false(numbers_recv_ok(in, &got));
        numbers_free(c);
    }
}

static void test_recv_ok_tells_a_zero_from_a_closed_channel(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        numbers c = make_numbers(v, 2);
        long got = 9;
        numbers_send(c, &(long){0});
        numbers_send(c, &(long){1});
        numbers_close(c);
        assert_true(numbers_recv_ok(c, &got));
        assert_int_equal(got, 0);
        assert_true(numbers_recv_ok(c, NULL)); /* the value is dropped */
        got = 9;
        assert_false(numbers_recv_ok(c, &got));
        assert_int_equal(got, 0);
        got = 9;
        numbers_recv(c, &got);
        assert_int_equal(got, 0);
        numbers_free(c);
    }
}

static void test_tries_do_not_block(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        numbers c = make_numbers(v, 1);
        long got = 9;
        bool received = true;
        assert_false(numbers_try_recv(c, &got, &received));
        assert_int_equal(got, 9);
        assert_true(numbers_try_send(c, &(long){5}));
        assert_false(numbers_try_send(c, &(long){6}));
        assert_true(numbers_try_recv(c, &got, &received));
        assert_true(received);
        assert_int_equal(got, 5);
        numbers_close(c);
        assert_true(numbers_try_recv(c, &got, &received));
        assert_false(received);
        assert_int_equal(got, 0);
        numbers_free(c);
    }
}

static void send_one(void *c)
{
    numbers_send(*(numbers_sendonly *)c, &(long){1});
}

static void close_it(void *c)
{
    numbers_close(*(numbers_sendonly *)c);
}

static void assert_panics(void (*fn)(void *), numbers_sendonly c, const char *wanted)
{
    const char *message = NULL;
    assert_false(hchan_try(fn, &c, &message));
    assert_string_equal(message, wanted);
}

static void test_panics_are_the_channels(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        numbers c = make_numbers(v, 1);
        numbers_close(c);
        assert_panics(send_one, numbers_as_sendonly(c), "send on closed channel");
        assert_panics(close_it, numbers_as_sendonly(c), "close of closed channel");
        numbers_free(c);
    }
}

static void test_the_nil_channel(void **state)
{
    (void)state;
    numbers c = {0};
    numbers_sendonly out = {0};
    numbers_recvonly in = {0};
    long got = 9;
    bool received = true;
    assert_true(numbers_is_nil(c) && numbers_is_nil(out) && numbers_is_nil(in));
    assert_int_equal(numbers_len(c) + numbers_cap(c), 0);
    assert_false(numbers_try_send(out, &got));
    assert_false(numbers_try_recv(in, &got, &received));
    assert_panics(close_it, out, "close of nil channel");
    numbers_free(c);
}

static void test_range_ends_when_closed_and_drained(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        long sum = 0, raw = 0, bodies = 0;
        numbers c = counting(v, 5);
        HCHAN_RANGE(numbers, n, c)
            sum += n;
        assert_int_equal(sum, 15);
        HCHAN_RANGE(numbers, n, numbers_as_recvonly(c)) {
            (void)n;
            bodies++;
        }
        assert_int_equal(bodies, 0); /* it was drained */
        numbers_free(c);
        c = counting(v, 5);
        HCHAN_RANGE_OF(long, n, c.c)
            raw += n;
        assert_int_equal(raw, 15);
        numbers_free(c);
    }
}

static void test_range_breaks_and_continues(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        long odd = 0, last = 0;
        numbers c = counting(v, 10);
        HCHAN_RANGE(numbers, n, c) {
            if (n % 2 == 0)
                continue;
            if (n > 6)
                break;
            odd += n;
        }
        assert_int_equal(odd, 1 + 3 + 5);
        assert_int_equal(numbers_len(c), 3); /* 7 was taken by the round that ended in the break */
        HCHAN_RANGE_OF(long, n, c.c) {
            last = n;
            if (n == 9)
                break;
        }
        assert_int_equal(last, 9);
        assert_int_equal(numbers_len(c), 1);
        numbers_free(c);
    }
}

static int evaluated;

static numbers once(numbers c)
{
    evaluated++;
    return c;
}

/* As a statement: under an if without braces, nested, with a break that leaves only one loop. */
static void test_range_is_one_statement(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        long sum = 0, pairs = 0;
        numbers outer = counting(v, 3), inner = counting(v, 9);
        evaluated = 0;
        if (numbers_len(outer) == 3)
            HCHAN_RANGE(numbers, i, once(outer))
                HCHAN_RANGE(numbers, j, inner) {
                    pairs++;
                    sum += i * j;
                    if (j % 3 == 0)
                        break;
                }
        else
            fail();
        assert_int_equal(evaluated, 1);
        assert_int_equal(pairs, 9);
        assert_int_equal(sum, 1 * (1 + 2 + 3) + 2 * (4 + 5 + 6) + 3 * (7 + 8 + 9));
        numbers_free(outer);
        numbers_free(inner);
    }
}

/* A pipeline as in Go: each stage gets the directions that it needs, and closes what it sends to.
 */
enum { VALUES = 200 };

struct stage {
    pthread_t thread;
    numbers_recvonly in;
    numbers_sendonly out;
};

static void *produce(void *arg)
{
    struct stage *s = arg;
    for (long i = 1; i <= VALUES; i++)
        numbers_send(s->out, &i);
    numbers_close(s->out);
    return NULL;
}

static void *square(void *arg)
{
    struct stage *s = arg;
    HCHAN_RANGE(numbers, n, s->in)
        numbers_send(s->out, &(long){n * n});
    numbers_close(s->out);
    return NULL;
}

static void test_a_pipeline(void **state)
{
    (void)state;
    for (size_t capacity = 0; capacity < 3; capacity += 2) {
        FOR_EACH_VARIANT(v)
        {
            numbers plain = make_numbers(v, capacity), squares = make_numbers(v, capacity);
            struct stage first = {.out = numbers_as_sendonly(plain)},
                         second = {.in = numbers_as_recvonly(plain),
                                   .out = numbers_as_sendonly(squares)};
            assert_int_equal(pthread_create(&first.thread, NULL, produce, &first), 0);
            assert_int_equal(pthread_create(&second.thread, NULL, square, &second), 0);
            long next = 1;
            HCHAN_RANGE(numbers, n, squares) {
                assert_int_equal(n, next * next);
                next++;
            }
            assert_int_equal(next, VALUES + 1);
            assert_int_equal(pthread_join(first.thread, NULL), 0);
            assert_int_equal(pthread_join(second.thread, NULL), 0);
            numbers_free(plain);
            numbers_free(squares);
        }
    }
}

static void test_bounded_operations_end(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        numbers c = make_numbers(v, 1);
        hchan *done = make(v, 0, 0);
        long got = 9;
        bool received = false;
        assert_int_equal(numbers_recv_within(c, &got, &received, done, hchan_deadline(0)),
                         HCHAN_TIMEDOUT);
        assert_int_equal(numbers_send_within(c, &(long){1}, done, HCHAN_FOREVER), HCHAN_OK);
        assert_int_equal(numbers_send_within(c, &(long){2}, NULL, hchan_deadline(0)),
                         HCHAN_TIMEDOUT);
        closechan(done);
        assert_int_equal(numbers_send_within(c, &(long){3}, done, HCHAN_FOREVER), HCHAN_CANCELLED);
        assert_int_equal(numbers_recv_within(c, &got, &received, NULL, HCHAN_FOREVER), HCHAN_OK);
        assert_true(received);
        assert_int_equal(got, 1);
        assert_int_equal(numbers_recv_within(c, &got, &received, done, HCHAN_FOREVER),
                         HCHAN_CANCELLED);
        assert_int_equal(numbers_len(c), 0);
        chanfree(done);
        numbers_free(c);
    }
}

static void test_sends_tell_that_the_channel_is_closed(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        numbers c = make_numbers(v, 1);
        assert_int_equal(numbers_send_end(c, &(long){1}), HCHAN_OK);
        assert_int_equal(numbers_try_send_end(c, &(long){2}), HCHAN_BLOCKED);
        assert_int_equal(numbers_send_within_end(c, &(long){2}, NULL, 0), HCHAN_TIMEDOUT);
        assert_int_equal(numbers_close_end(c), HCHAN_OK);
        assert_int_equal(numbers_close_end(numbers_as_sendonly(c)), HCHAN_CLOSED);
        assert_int_equal(numbers_send_end(c, &(long){2}), HCHAN_CLOSED);
        assert_int_equal(numbers_try_send_end(c, &(long){2}), HCHAN_CLOSED);
        assert_int_equal(numbers_send_within_end(c, &(long){2}, NULL, 0), HCHAN_CLOSED);
        assert_int_equal(numbers_len(c), 1);
        numbers_free(c);
    }
}

static void test_each_side_may_hold_a_reference(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        numbers c = make_numbers(v, 1);
        numbers_sendonly out = {.c = numbers_retain(c)};
        numbers_recvonly in = {.c = numbers_retain(numbers_as_recvonly(c))};
        long got = 0;
        assert_ptr_equal(in.c, c.c);
        numbers_release(c);
        numbers_send(out, &(long){7});
        numbers_release(out);
        numbers_recv(in, &got);
        assert_int_equal(got, 7);
        numbers_release(in);
    }
}

static void test_cases_name_their_channel_and_element(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        jobs c = jobs_make(v, 1);
        struct job job;
        struct scase send = jobs_case_send(c, &job), recv = jobs_case_recv(c, &job),
                     drop = jobs_case_recv(jobs_as_recvonly(c), NULL);
        assert_int_equal(send.kind, SCASE_SEND);
        assert_ptr_equal(send.c, c.c);
        assert_ptr_equal(send.sent, &job);
        assert_int_equal(recv.kind, SCASE_RECV);
        assert_ptr_equal(recv.c, c.c);
        assert_ptr_equal(recv.elem, &job);
        assert_int_equal(drop.kind, SCASE_RECV);
        assert_ptr_equal(drop.c, c.c);
        assert_null(drop.elem);
        jobs_free(c);
    }
}

/* One select over three element types: in each round only one case can go on. */
static void test_select_over_typed_cases(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        jobs a = jobs_make(v, 1);
        numbers b = make_numbers(v, 1);
        bytes c = bytes_make(v, 1);
        struct job job = {7, "seven", 0.5}, job_got = {0};
        long number = 3;
        unsigned char byte = 42, around[3] = {0xee, 0xee, 0xee};
        const struct scase cases[] = {
            jobs_case_recv(a, &job_got),
            numbers_case_send(b, &number),
            bytes_case_recv(bytes_as_recvonly(c), &around[1]),
        };
        bool received = false;

        assert_int_equal(selectgo(cases, 3, true, NULL), 1); /* there is room for a number */
        assert_int_equal(selectgo(cases, 3, false, NULL), -1);

        jobs_send(a, &job);
        assert_int_equal(selectgo(cases, 3, true, &received), 0);
        assert_true(received);
        assert_int_equal(job_got.id, 7);
        assert_string_equal(job_got.name, "seven");

        bytes_send(c, &byte);
        assert_int_equal(selectgo(cases, 3, true, &received), 2);
        assert_true(received);
        assert_int_equal(around[0], 0xee);
        assert_int_equal(around[1], 42);
        assert_int_equal(around[2], 0xee);

        bytes_close(c);
        assert_int_equal(selectgo(cases, 3, true, &received), 2);
        assert_false(received);
        assert_int_equal(around[1], 0);

        numbers_recv(b, &number);
        assert_int_equal(number, 3);
        jobs_free(a);
        numbers_free(b);
        bytes_free(c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_elements_of_every_shape_arrive),
        cmocka_unit_test(test_make_says_why_it_could_not),
        cmocka_unit_test(test_the_handles_of_a_channel_are_one_channel),
        cmocka_unit_test(test_recv_ok_tells_a_zero_from_a_closed_channel),
        cmocka_unit_test(test_tries_do_not_block),
        cmocka_unit_test(test_panics_are_the_channels),
        cmocka_unit_test(test_the_nil_channel),
        cmocka_unit_test(test_range_ends_when_closed_and_drained),
        cmocka_unit_test(test_range_breaks_and_continues),
        cmocka_unit_test(test_range_is_one_statement),
        cmocka_unit_test(test_a_pipeline),
        cmocka_unit_test(test_bounded_operations_end),
        cmocka_unit_test(test_sends_tell_that_the_channel_is_closed),
        cmocka_unit_test(test_each_side_may_hold_a_reference),
        cmocka_unit_test(test_cases_name_their_channel_and_element),
        cmocka_unit_test(test_select_over_typed_cases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
