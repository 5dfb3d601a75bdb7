/* The end of a channel, for both instances of every variant: when it may be freed and when not, and
 * how often that was tried. */
/* SPDX-License-Identifier: MIT */
#include "core/base/atomic.h"
#include "core/tests/child.h"
#include "core/tests/selector.h"

static void parked_receive(void *c)
{
    static struct party p;
    start_recv(&p, c);
    until_receivers(c, 1);
}

static void parked_send(void *c)
{
    static struct party p;
    start_send(&p, c, 1);
    until_senders(c, 1);
}

static void parked_select(hchan *c, enum scase_kind kind, int64_t deadline)
{
    static struct selector s;
    static long value;
    static struct scase cases[2];
    cases[0] = (struct scase){.kind = kind, .c = c, .elem = &value};
    cases[1] = (struct scase)RECV(NULL, NULL);
    start_select_until(&s, cases, 2, deadline);
    until_parked(&cases[0]);
}

static void parked_selected_send(void *c)
{
    parked_select(c, SCASE_SEND, HCHAN_FOREVER);
}

static void parked_bounded_receive(void *c)
{
    parked_select(c, SCASE_RECV, HCHAN_FOREVER - 1);
}

struct last_word {
    const struct hchan_variant *v;
    void (*park)(void *c);
};

static void free_under_them(void *arg)
{
    struct last_word *w = arg;
    hchan *c = makechan(w->v, sizeof(long), 0);
    w->park(c);
    chanfree(c);
}

static void test_a_channel_freed_under_a_waiter_is_an_error_that_is_said_so(void **state)
{
    static void (*const parks[])(void *) = {parked_receive, parked_send, parked_selected_send,
                                            parked_bounded_receive};
    unsigned injected = 0;
    (void)state;
    FOR_EACH_TRACED(v)
    for (size_t i = 0; i < sizeof(parks) / sizeof(parks[0]); i++, injected++) {
        char text[512];
        int status =
            run_in_child(free_under_them, &(struct last_word){v, parks[i]}, text, sizeof(text));
        assert_string_equal(text, "fatal error: chanfree: somebody is parked on the channel\n");
        assert_true(aborted(status));
    }
    print_message("freed under a waiter:    %u times: \"fatal error: chanfree: ...\", SIGABRT\n",
                  injected);
}

struct leaver {
    hchan *c;
    bool send;
    _Atomic uint32_t left; /* the number of operations that it has returned from */
};

static void *operate_and_leave(void *arg)
{
    struct leaver *l = arg;
    if (l->send)
        chansend1(l->c, &(long){3});
    else
        chanrecv1(l->c, NULL);
    store_rel(&l->left, 1); /* pairs with load_acq in the test */
    return NULL;
}

/* Frees the channel as soon as the last operation has returned on both sides, whichever side woke
 * the other. AddressSanitizer would see a late access to the channel; a late futex wake of a freed
 * lock is harmless. */
static void test_a_channel_may_be_freed_right_after_its_last_operation(void **state)
{
    enum { ROUNDS = SANITIZED ? 50 : 300 };
    unsigned freed = 0;
    (void)state;
    FOR_EACH_VARIANT(v)
    for (size_t round = 0; round < ROUNDS; round++, freed++) {
        struct leaver l = {.c = make(v, sizeof(long), round / 2 % 2), .send = round % 2};
        pthread_t thread;
        assert_int_equal(pthread_create(&thread, NULL, operate_and_leave, &l), 0);
        if (l.send)
            chanrecv1(l.c, NULL);
        else
            chansend1(l.c, &(long){3});
        while (!load_acq(&l.left)) /* pairs with store_rel above */
            sched_yield();
        chanfree(l.c);
        assert_int_equal(pthread_join(thread, NULL), 0);
    }
    print_message("freed after the last op: %u channels\n", freed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_channel_freed_under_a_waiter_is_an_error_that_is_said_so),
        cmocka_unit_test(test_a_channel_may_be_freed_right_after_its_last_operation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
