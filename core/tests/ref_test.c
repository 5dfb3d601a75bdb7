/* References, for both instances of every variant: whichever side is the last one out frees the
 * channel, right after its last operation, and what the others did before comes before the free.
 * AddressSanitizer sees a free that is too early, ThreadSanitizer one that is not ordered. */
/* SPDX-License-Identifier: MIT */
#include "core/base/atomic.h"
#include "core/tests/goroutines.h"

static void test_the_channel_lives_until_the_last_reference_is_given_back(void **state)
{
    (void)state;
    assert_null(hchan_retain(NULL));
    hchan_release(NULL);
    FOR_EACH_VARIANT(v)
    {
        hchan *c = make(v, sizeof(long), 2);
        long got = 0;
        assert_ptr_equal(hchan_retain(c), c);
        assert_ptr_equal(hchan_retain(c), c);
        hchan_release(c);
        chansend1(c, &(long){1});
        hchan_release(c);
        chanrecv1(c, &got); /* there is one left, and the value with it */
        assert_int_equal(got, 1);
        chanfree(c); /* the only one is an owner's */
        c = make(v, sizeof(long), 2);
        hchan_release(hchan_retain(c));
        hchan_release(c);
    }
}

/* A thread that does its last operation and gives back its reference, and says so without ordering
 * anything. */
struct leaver {
    hchan *c;
    _Atomic uint32_t left;
};

static void *send_and_leave(void *arg)
{
    struct leaver *l = arg;
    chansend1(l->c, &(long){3});
    hchan_release(l->c);
    store_rlx(&l->left, 1); /* relaxed on purpose: only the count may order the free */
    return NULL;
}

static void test_what_the_others_did_comes_before_the_free(void **state)
{
    enum { ROUNDS = SANITIZED ? 20 : 100 };
    (void)state;
    FOR_EACH_VARIANT(v)
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct leaver l = {.c = hchan_retain(make(v, sizeof(long), 1))};
        pthread_t thread;
        assert_int_equal(pthread_create(&thread, NULL, send_and_leave, &l), 0);
        while (!load_rlx(&l.left)) /* as above */
            sched_yield();
        hchan_release(l.c);
        assert_int_equal(pthread_join(thread, NULL), 0);
    }
}

/* Requests with a channel for the reply each, to servers that answer and give back their
 * reference. */
struct request {
    long number;
    hchan *reply;
};

struct desk {
    hchan *requests;
    unsigned rounds;
    const struct hchan_variant *variant;
    _Atomic uint32_t answered;
};

static void serve(void *arg)
{
    struct desk *d = arg;
    struct request r;
    while (chanrecv2(d->requests, &r)) {
        long answer = 2 * r.number;
        chansend1(r.reply, &answer);
        hchan_release(r.reply);
    }
}

/* Every third reply is not waited for: then the server is the last one out. */
static void ask(void *arg)
{
    struct desk *d = arg;
    for (unsigned i = 0; i < d->rounds; i++) {
        hchan *reply = makechan(d->variant, sizeof(long), i % 3 > 0);
        assert_non_null(reply);
        struct request r = {i, hchan_retain(reply)};
        chansend1(d->requests, &r);
        long answer = 0;
        if (i % 3 < 2) {
            chanrecv1(reply, &answer);
            assert_int_equal(answer, 2 * i);
        }
        hchan_release(reply);
        fadd_rlx(&d->answered, 1); /* a count; the joins order it */
    }
}

static void *serve_thread(void *arg)
{
    serve(arg);
    return NULL;
}

static void *ask_thread(void *arg)
{
    ask(arg);
    return NULL;
}

enum { SIDE = 3, ROUNDS = SANITIZED ? 60 : 300 };

static void test_a_reply_channel_for_each_request(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        struct desk d = {make(v, sizeof(struct request), 2), ROUNDS, v, 0};
        pthread_t servers[SIDE], askers[SIDE];
        for (unsigned i = 0; i < SIDE; i++) {
            assert_int_equal(pthread_create(&servers[i], NULL, serve_thread, &d), 0);
            assert_int_equal(pthread_create(&askers[i], NULL, ask_thread, &d), 0);
        }
        for (unsigned i = 0; i < SIDE; i++)
            pthread_join(askers[i], NULL);
        closechan(d.requests);
        for (unsigned i = 0; i < SIDE; i++)
            pthread_join(servers[i], NULL);
        assert_int_equal(load_rlx(&d.answered), SIDE * ROUNDS); /* relaxed: joined */
        chanfree(d.requests);
    }
}

/* The last asker ends the service. */
static void ask_and_close(void *arg)
{
    struct desk *d = arg;
    ask(d);
    if (load_rlx(&d->answered) == SIDE * ROUNDS) /* relaxed: all saw their answers before */
        hchan_close(d->requests);
}

static void test_a_reply_channel_for_each_goroutines_request(void **state)
{
    (void)state;
    FOR_EACH_GO(v)
    {
        struct desk d = {make(v, sizeof(struct request), 2), ROUNDS, v, 0};
        pthread_t thread;
        start_procs(2);
        for (unsigned i = 0; i < SIDE; i++) {
            go(ask_and_close, &d);
            go(serve, &d);
        }
        assert_int_equal(pthread_create(&thread, NULL, serve_thread, &d), 0);
        schedstop();
        pthread_join(thread, NULL);
        assert_int_equal(load_rlx(&d.answered), SIDE * ROUNDS); /* relaxed: joined */
        chanfree(d.requests);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_channel_lives_until_the_last_reference_is_given_back),
        cmocka_unit_test(test_what_the_others_did_comes_before_the_free),
        cmocka_unit_test(test_a_reply_channel_for_each_request),
        cmocka_unit_test(test_a_reply_channel_for_each_goroutines_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
