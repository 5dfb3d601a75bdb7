/* Counters that wrap around: whatever has 32 bits begins shortly before its end here, and
 * goroutines notice nothing when it is past that: the numbers of goroutines, the counts of their
 * parks, the turns of Ps and the ends of their rings, and the tickets of a lock. */
/* SPDX-License-Identifier: MIT */
#include "core/g/g.c" /* for last_id */
#include "core/sched/sched_state.h"
#include "core/tests/goroutines.h"
#include "core/tests/watch.h"
#include "variants/lock/ticket.h"

enum { BEFORE = 20 }; /* so many steps before the end */

static _Atomic uint32_t count;

static void receive_once(void *c)
{
    chanrecv2(c, NULL);
}

static void preset(unsigned procs)
{
    enum { GOROUTINES = 8 };
    hchan *c = make(some_variant(), 0, 0);
    start_procs(procs); /* so that the Ps are there, and some Gs */
    for (int i = 0; i < GOROUTINES; i++)
        go(receive_once, c);
    until_receivers(c, GOROUTINES);
    closechan(c);
    schedstop();
    chanfree(c);
    for (unsigned i = 0; i < procs; i++) { /* which do not run, here and below */
        struct p *pp = &sched.ps[i];
        store_rlx(&pp->rounds, UINT32_MAX - 1);
        store_rlx(&pp->runq.head, UINT32_MAX - BEFORE);
        store_rlx(&pp->runq.tail, UINT32_MAX - BEFORE);
    }
    store_rlx(&last_id, UINT32_MAX - BEFORE);
    for (struct g *gp = sched.gfree; gp; gp = gp->next_free)
        store_rlx(&gp->wait.parks, UINT32_MAX - 2 * BEFORE + 1); /* even: it is not parked */
}

static void make_some(void *arg)
{
    for (int i = 0; i < 100; i++)
        go(count_one, arg);
    gosched();
}

static void test_ids_ticks_and_rings_wrap(void **state)
{
    (void)state;
    FOR_EACH_PROCS(procs)
    {
        preset(procs);
        store_rlx(&count, 0);
        start_procs(procs);
        for (int i = 0; i < 5; i++)
            go(make_some, &count);
        schedstop();
        assert_int_equal(load_rlx(&count), 500);
        assert_true(load_rlx(&last_id) < 1000); /* they have run out, and begun again */
        for (unsigned i = 0; procs == 1 && i < procs; i++)
            assert_true(load_rlx(&sched.ps[i].runq.head) < UINT32_MAX / 2);
    }
}

struct volley {
    hchan *to, *from;
};

static void ping(void *arg)
{
    struct volley *v = arg;
    for (long i = 0, got; i < 100; i++) {
        chansend1(v->to, &i);
        chanrecv1(v->from, &got);
        assert_int_equal(got, i);
    }
    closechan(v->to);
}

static void pong(void *arg)
{
    struct volley *v = arg;
    for (long value; chanrecv2(v->to, &value);)
        chansend1(v->from, &value);
}

/* A parked goroutine is listed, and found deadlocked, on both sides of the end. */
static void receive(void *c)
{
    for (int i = 0; i < 2 * BEFORE; i++)
        chanrecv1(c, NULL);
}

static void test_parks_wrap(void **state)
{
    (void)state;
    FOR_EACH_GO(v)
    {
        struct volley volley = {make(v, sizeof(long), 0), make(v, sizeof(long), 0)};
        hchan *c = make(v, sizeof(long), 0);
        preset(2);
        start_procs(2);
        go(pong, &volley);
        go(ping, &volley);
        go(receive, c);
        for (int i = 0; i < 2 * BEFORE; i++) {
            until_receivers(c, 1);
            for (size_t found = 0; found < 1; sched_yield()) {
                size_t n;
                struct hchan_parked *list = hchan_parked_now(&n);
                for (size_t k = 0; k < n; k++)
                    found += list[k].channels == 1 && list[k].channel[0] == c;
                free(list);
            }
            chansend1(c, &(long){i});
        }
        schedstop();
        chanfree(c);
        chanfree(volley.to);
        chanfree(volley.from);
    }
}

static struct lock_ticket lock;
static uint32_t entered; /* under lock */

static void *enter_often(void *arg)
{
    for (int i = 0; i < 1000; i++) {
        lock_ticket_acquire(&lock);
        entered++;
        lock_ticket_release(&lock);
    }
    return arg;
}

static void test_tickets_wrap(void **state)
{
    pthread_t other;
    (void)state;
    store_rlx(&lock.next, (unsigned)-BEFORE); /* no thread runs yet */
    store_rlx(&lock.serving, (unsigned)-BEFORE);
    assert_int_equal(pthread_create(&other, NULL, enter_often, NULL), 0);
    enter_often(NULL);
    assert_int_equal(pthread_join(other, NULL), 0);
    assert_int_equal(entered, 2000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ids_ticks_and_rings_wrap),
        cmocka_unit_test(test_parks_wrap),
        cmocka_unit_test(test_tickets_wrap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
