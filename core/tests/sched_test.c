/* Goroutines on their channels: they run, park, are woken, end; by themselves, and with threads on
 * the other side of a channel; on one P and on several. How they start: sched_start_test.c. */
/* SPDX-License-Identifier: MIT */
#include "core/base/futex.h"
#include "core/g/g.h"
#include "core/tests/goroutines.h"
#include <hchan/watch.h>

static _Atomic uint32_t count;

/* A sender and a receiver, each in a goroutine or in a thread. */
struct pair {
    hchan *c;
    uint32_t values;
    uint64_t sum;
    bool ordered;
};

static void send_all(void *arg)
{
    struct pair *p = arg;
    for (uint64_t i = 0; i < p->values; i++)
        chansend1(p->c, &i);
    closechan(p->c);
}

static void recv_all(void *arg)
{
    struct pair *p = arg;
    uint64_t value, last = 0;
    p->sum = 0;
    p->ordered = true;
    while (chanrecv2(p->c, &value)) {
        p->ordered = p->ordered && (value == 0 || value == last + 1);
        last = value;
        p->sum += value;
    }
}

static void *send_all_thread(void *arg)
{
    send_all(arg);
    return NULL;
}

static void *recv_all_thread(void *arg)
{
    recv_all(arg);
    return NULL;
}

static void run_pair(const struct hchan_variant *v, size_t capacity, bool thread_sends,
                     bool thread_receives)
{
    struct pair p = {.c = make(v, 8, capacity), .values = SANITIZED ? 300 : 5000};
    pthread_t sender, receiver;
    if (thread_receives)
        assert_int_equal(pthread_create(&receiver, NULL, recv_all_thread, &p), 0);
    else
        go(recv_all, &p);
    if (thread_sends)
        assert_int_equal(pthread_create(&sender, NULL, send_all_thread, &p), 0);
    else
        go(send_all, &p);
    if (thread_sends)
        pthread_join(sender, NULL);
    if (thread_receives)
        pthread_join(receiver, NULL);
    schedwait();
    assert_true(p.ordered);
    assert_int_equal(p.sum, (uint64_t)p.values * (p.values - 1) / 2);
    chanfree(p.c);
}

static void test_goroutines_and_threads_share_a_channel(void **state)
{
    (void)state;
    FOR_EACH_PROCS(procs)
    FOR_EACH_GO(v)
    {
        start_procs(procs);
        for (size_t capacity = 0; capacity <= 2; capacity++)
            for (unsigned who = 0; who < 3; who++)
                run_pair(v, capacity, who & 1, who & 2);
        schedstop();
    }
}

static _Atomic uint32_t closed_count;

static void recv_one(void *arg)
{
    bool received = chanrecv2(arg, NULL);
    fadd_rlx(received ? &count : &closed_count, 1);
}

static void test_close_wakes_all_that_are_parked(void **state)
{
    enum { MANY = SANITIZED ? 200 : 2000 };
    (void)state;
    FOR_EACH_PROCS(procs)
    FOR_EACH_GO(v)
    {
        hchan *c = make(v, 0, 0);
        store_rlx(&count, 0);
        store_rlx(&closed_count, 0);
        start_procs(procs);
        for (unsigned i = 0; i < MANY; i++)
            go(recv_one, c);
        until_receivers(c, MANY);
        for (unsigned i = 0; i < 3; i++)
            chansend1(c, NULL);
        closechan(c);
        schedstop();
        assert_int_equal(load_rlx(&count), 3);
        assert_int_equal(load_rlx(&closed_count), MANY - 3);
        chanfree(c);
    }
}

/* A goroutine that waits, in each way there is, until `deadline`. */
struct bounded {
    hchan *in, *out, *done;
    int64_t deadline;
    enum hchan_end send, recv;
    int selected;
};

struct comers {
    hchan *c;
    _Atomic uint32_t over;
};

static void come_and_go(void *arg)
{
    struct comers *all = arg;
    for (unsigned i = 0; i < (SANITIZED ? 300 : 3000); i++) {
        newproc(recv_one, all->c);
        chansend1(all->c, &(uint64_t){1});
    }
    store_rlx(&all->over, 1); /* a flag */
}

/* A G goes from a goroutine that has ended to the next one, while another thread lists all Gs. */
static void test_goroutines_come_and_go_while_they_are_listed(void **state)
{
    (void)state;
    struct comers all = {.c = make(some_variant(), 8, 0)};
    start_procs(2);
    go(come_and_go, &all);
    while (!load_rlx(&all.over)) {
        size_t n = 0;
        struct hchan_parked *list = hchan_parked_now(&n);
        for (size_t i = 0; i < n; i++) {
            assert_true(list[i].goroutine > 0);
            for (size_t k = 0; k < i; k++)
                assert_true(list[i].goroutine != list[k].goroutine);
        }
        free(list);
    }
    schedstop();
    chanfree(all.c);
}

static void wait_bounded(void *arg)
{
    struct bounded *b = arg;
    long value = 0;
    bool received;
    const struct scase cases[] = {{.kind = SCASE_RECV, .c = b->in},
                                  {.kind = SCASE_RECV, .c = NULL}};
    b->recv = chanrecv_within(b->in, &value, &received, b->done, b->deadline);
    b->selected = selectgo_until(cases, 2, b->deadline, NULL);
    b->send = chansend_within(b->out, &value, b->done, b->deadline);
}

static void test_deadlines_end_a_goroutines_wait(void **state)
{
    enum { MANY = 100 };
    static struct bounded all[MANY];
    (void)state;
    FOR_EACH_PROCS(procs)
    FOR_EACH_GO(v)
    {
        hchan *in = make(v, sizeof(long), 0), *out = make(v, sizeof(long), 0);
        start_procs(procs);
        for (unsigned i = 0; i < MANY; i++) { /* not in their order */
            int64_t deadline = hchan_deadline(i * 7919 % MANY * 20000);
            all[i] = (struct bounded){.in = in, .out = out, .deadline = deadline};
            go(wait_bounded, &all[i]);
        }
        schedstop();
        for (unsigned i = 0; i < MANY; i++) {
            assert_int_equal(all[i].recv, HCHAN_TIMEDOUT);
            assert_int_equal(all[i].selected, -1);
            assert_int_equal(all[i].send, HCHAN_TIMEDOUT);
        }
        assert_int_equal(chan_parked_receivers(in) + chan_parked_senders(out), 0);
        chanfree(in);
        chanfree(out);
    }
}

static void test_a_cancel_ends_a_goroutines_wait(void **state)
{
    (void)state;
    FOR_EACH_GO(v)
    {
        struct bounded b = {.in = make(v, sizeof(long), 0),
                            .done = make(v, 0, 0),
                            .out = NULL,
                            .deadline = hchan_deadline(INT64_MAX)};
        start_procs(2);
        go(wait_bounded, &b);
        until_receivers(b.done, 1);
        assert_int_equal(chansend_within(b.done, NULL, NULL, HCHAN_FOREVER), HCHAN_OK);
        until_receivers(b.in, 1);
        chansend1(b.in, &(long){1}); /* its select */
        closechan(b.done);
        schedstop();
        assert_int_equal(b.recv, HCHAN_CANCELLED);
        assert_int_equal(b.selected, 0);
        assert_int_equal(b.send, HCHAN_CANCELLED);
        chanfree(b.in);
        chanfree(b.done);
    }
}

/* Two that select both ways on the same two channels, and count what they moved. */
struct selecting {
    hchan *a, *b;
    uint32_t sent, received;
    uint32_t rounds;
};

static void select_rounds(void *arg)
{
    struct selecting *s = arg;
    long in, out = 1;
    for (uint32_t i = 0; i < s->rounds; i++) {
        const struct scase cases[] = {{.kind = SCASE_SEND, .c = s->a, .sent = &out},
                                      {.kind = SCASE_RECV, .c = s->b, .elem = &in}};
        if (selectgo(cases, 2, true, NULL) == 0)
            s->sent++;
        else
            s->received++;
    }
}

static void test_goroutines_select(void **state)
{
    (void)state;
    FOR_EACH_PROCS(procs)
    FOR_EACH_GO(v)
    {
        hchan *a = make(v, sizeof(long), 0), *b = make(v, sizeof(long), 0);
        struct selecting one = {.a = a, .b = b, .rounds = SANITIZED ? 200 : 2000}, other = one;
        other.a = b;
        other.b = a;
        start_procs(procs);
        go(select_rounds, &one);
        go(select_rounds, &other);
        schedstop();
        assert_int_equal(one.sent, other.received);
        assert_int_equal(other.sent, one.received);
        assert_int_equal(one.sent + one.received, one.rounds);
        chanfree(a);
        chanfree(b);
    }
}

struct taking_turns {
    _Atomic uint32_t *mine, *other;
    bool alone; /* the other did not get on between two yields */
};

static void take_turns(void *arg)
{
    struct taking_turns *t = arg;
    while (load_rlx(t->other) == 0) /* until both run */
        store_rlx(t->mine, 1), gosched();
    for (uint32_t i = 2; i < 100; i++) {
        uint32_t before = load_rlx(t->other);
        store_rlx(t->mine, i);
        gosched();
        if (load_rlx(t->other) == before && before < 99)
            t->alone = true;
    }
}

static void test_gosched_lets_another_run(void **state)
{
    _Atomic uint32_t a = 0, b = 0;
    struct taking_turns one = {&a, &b, false}, two = {&b, &a, false};
    (void)state;
    start_procs(1);
    go(take_turns, &one);
    go(take_turns, &two);
    schedstop();
    assert_false(one.alone);
    assert_false(two.alone);
    gosched(); /* a thread may, too */
}

static _Atomic uint32_t third_ran;

static void play(void *arg)
{
    hchan **c = arg;
    while (!load_rlx(&third_ran)) {
        chansend1(c[0], NULL);
        chanrecv1(c[1], NULL);
    }
    closechan(c[0]);
}

static void play_back(void *arg)
{
    hchan **c = arg;
    while (chanrecv2(c[0], NULL))
        chansend1(c[1], NULL);
}

static void third(void *arg)
{
    (void)arg;
    store_rlx(&third_ran, 1);
}

/* Each makes the other the next to run, for ever. */
static void test_two_that_wake_each_other_starve_nobody(void **state)
{
    (void)state;
    FOR_EACH_GO(v)
    for (unsigned from_thread = 0; from_thread < 2; from_thread++) {
        hchan *c[] = {make(v, 0, 0), make(v, 0, 0)};
        store_rlx(&third_ran, 0);
        start_procs(1);
        if (!from_thread)
            go(third, NULL);
        go(play, c);
        go(play_back, c);
        if (from_thread) {
            sched_yield();
            go(third, NULL);
        }
        schedstop();
        chanfree(c[0]);
        chanfree(c[1]);
    }
}

static void nudge(void *arg)
{
    hchan **c = arg;
    while (chanrecv2(c[0], NULL))
        chansend1(c[1], NULL);
}

/* The Ps fall asleep in between, or nearly; a wake that is lost hangs. */
static void test_a_sleeping_p_is_woken(void **state)
{
    enum { TIMES = SANITIZED ? 200 : 2000 };
    (void)state;
    FOR_EACH_PROCS(procs)
    {
        hchan *c[] = {make(some_variant(), 0, 0), make(some_variant(), 0, 0)};
        start_procs(procs);
        go(nudge, c);
        for (int i = 0; i < TIMES; i++) {
            for (int k = 0; k < i % 64; k++) /* from at once to asleep */
                procyield(32);
            chansend1(c[0], NULL);
            chanrecv1(c[1], NULL);
        }
        closechan(c[0]);
        schedstop();
        chanfree(c[0]);
        chanfree(c[1]);
    }
}

static void wake_and_stay(void *arg)
{
    chansend1(arg, NULL); /* its receiver is the next to run here, but we do not park */
    while (!load_acq(&third_ran))
        procyield(1);
}

static void recv_and_tell(void *arg)
{
    chanrecv1(arg, NULL);
    store_rel(&third_ran, 1);
}

static void test_a_goroutine_behind_one_that_does_not_park_is_taken_over(void **state)
{
    (void)state;
    hchan *c = make(some_variant(), 0, 0);
    store_rlx(&third_ran, 0);
    start_procs(2);
    go(recv_and_tell, c);
    until_receivers(c, 1);
    go(wake_and_stay, c);
    schedstop();
    chanfree(c);
}

/* Recover points belong to the goroutine, which may end on another P. */
struct recovering {
    hchan *closed, *c;
    const char *inner, *outer;
};

static void panic_inside(void *arg)
{
    struct recovering *r = arg;
    chanrecv1(r->c, NULL); /* parks */
    chansend1(r->closed, NULL);
}

static void try_inside(void *arg)
{
    struct recovering *r = arg;
    hchan_try(panic_inside, r, &r->inner);
    chanrecv1(r->c, NULL);
    closechan(r->closed);
}

static void recover_twice(void *arg)
{
    struct recovering *r = arg;
    hchan_try(try_inside, r, &r->outer);
}

static void test_a_panic_is_recovered_in_its_goroutine(void **state)
{
    enum { MANY = 20 };
    static struct recovering all[MANY];
    (void)state;
    FOR_EACH_PROCS(procs)
    {
        hchan *closed = make(some_variant(), 0, 0), *c = make(some_variant(), 0, 0);
        closechan(closed);
        start_procs(procs);
        for (unsigned i = 0; i < MANY; i++) {
            all[i] = (struct recovering){.closed = closed, .c = c};
            go(recover_twice, &all[i]);
        }
        for (unsigned i = 0; i < 2 * MANY; i++)
            chansend1(c, NULL);
        schedstop();
        for (unsigned i = 0; i < MANY; i++) {
            assert_string_equal(all[i].inner, "send on closed channel");
            assert_string_equal(all[i].outer, "close of closed channel");
        }
        chanfree(closed);
        chanfree(c);
    }
}

static void nap(void *arg)
{
    chanrecv_within(NULL, NULL, NULL, NULL, hchan_deadline(*(int64_t *)arg));
    fadd_rlx(&count, 1);
}

/* Bounded waits on nil channels end, and do not block the P. */
static void test_a_goroutine_naps(void **state)
{
    int64_t ns = 1000000;
    (void)state;
    start_procs(1);
    store_rlx(&count, 0);
    for (int i = 0; i < 50; i++)
        go(nap, &ns);
    schedstop();
    assert_int_equal(load_rlx(&count), 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_goroutines_and_threads_share_a_channel),
        cmocka_unit_test(test_close_wakes_all_that_are_parked),
        cmocka_unit_test(test_goroutines_come_and_go_while_they_are_listed),
        cmocka_unit_test(test_deadlines_end_a_goroutines_wait),
        cmocka_unit_test(test_a_cancel_ends_a_goroutines_wait),
        cmocka_unit_test(test_goroutines_select),
        cmocka_unit_test(test_gosched_lets_another_run),
        cmocka_unit_test(test_two_that_wake_each_other_starve_nobody),
        cmocka_unit_test(test_a_sleeping_p_is_woken),
        cmocka_unit_test(test_a_goroutine_behind_one_that_does_not_park_is_taken_over),
        cmocka_unit_test(test_a_panic_is_recovered_in_its_goroutine),
        cmocka_unit_test(test_a_goroutine_naps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
