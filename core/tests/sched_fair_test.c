/* The scheduler is fair: on one P every runnable goroutine runs within the bound that
 * core/sched/sched_state.h states, counted in runs of goroutines, whatever others do: those that
 * wake each other, yield, make others, wait for deadlines that have passed, or are woken by a
 * close; and threads that make goroutines. */
/* SPDX-License-Identifier: MIT */
#include "core/sched/sched_state.h"
#include "core/tests/goroutines.h"

enum { VICTIMS = 8, ROUNDS = 5, THREADS = 3 };

/* Runs so far, and whom they keep waiting. The P's thread writes all of it, and reads `over`, which
 * a thread reads, too. */
static struct {
    uint64_t runs;
    struct {
        bool waits;
        uint64_t since;
    } victims[VICTIMS];
    uint64_t longest, most;  /* wait in runs, runnable or parked goroutines */
    unsigned left, received; /* victims that are not done; what the closer's receivers did */
    uint32_t wanted;         /* what threads are to make, at least */
    _Atomic uint32_t made;   /* what they have made: a count, which publishes nothing */
    _Atomic uint32_t over;   /* a flag: relaxed */
} fair;

static uint64_t bound(void)
{
    return FAIR_BOUND * (fair.most + RUNQ_SIZE);
}

static void begin_waiting(unsigned victim)
{
    fair.victims[victim].waits = true;
    fair.victims[victim].since = fair.runs;
}

/* A goroutine has begun to run. */
static void count_run(void)
{
    fair.runs++;
    if (load_rlx(&sched.live) > fair.most)
        fair.most = load_rlx(&sched.live);
    for (unsigned i = 0; i < VICTIMS; i++) {
        uint64_t waited = fair.victims[i].waits ? fair.runs - fair.victims[i].since : 0;
        if (waited > fair.longest)
            fair.longest = waited;
        if (waited > bound())
            store_rlx(&fair.over, 1); /* the test has failed, and is to end */
    }
}

static bool over(void)
{
    return load_rlx(&fair.over);
}

static void yield(void)
{
    gosched();
    count_run();
}

static void victim(void *arg)
{
    unsigned me = (unsigned)(uintptr_t)arg;
    count_run();
    fair.victims[me].waits = false;
    for (unsigned i = 0; i < ROUNDS || (load_rlx(&fair.made) < fair.wanted && !over()); i++) {
        begin_waiting(me);
        yield();
        fair.victims[me].waits = false;
    }
    if (--fair.left == 0)
        store_rlx(&fair.over, 1);
}

/* Those who are in the way. Each runs until it is over. */

static void player(void *arg)
{
    hchan **c = arg;
    while (!over()) {
        count_run();
        chansend1(c[0], NULL);
        count_run();
        chanrecv1(c[1], NULL);
    }
    closechan(c[0]);
}

static void other_player(void *arg)
{
    hchan **c = arg;
    while (count_run(), chanrecv2(c[0], NULL)) {
        count_run();
        chansend1(c[1], NULL);
    }
}

static void yielder(void *arg)
{
    (void)arg;
    while (!over())
        yield();
}

static void passer(void *arg)
{
    (void)arg;
    count_run();
}

/* More than a ring has places, so that they go to the global queue, and further ones behind them.
 */
static void maker(void *arg)
{
    (void)arg;
    while (!over()) {
        for (int i = 0; i < RUNQ_SIZE + RUNQ_SIZE / 2; i++)
            go(passer, NULL);
        while (load_rlx(&sched.live) > VICTIMS + 8 && !over())
            yield();
    }
}

static void heir(void *arg)
{
    count_run();
    if (!over())
        go(heir, arg);
}

static void late(void *arg)
{
    (void)arg;
    while (!over()) {
        chanrecv_within(NULL, NULL, NULL, NULL, 0);
        count_run();
    }
}

static void late_sender(void *arg)
{
    hchan **c = arg;
    while (!over()) {
        chanrecv_within(NULL, NULL, NULL, NULL, 0);
        count_run();
        (void)chansend_within(c[0], NULL, NULL, 0);
        count_run();
    }
    closechan(c[0]);
}

static void taker(void *arg)
{
    hchan **c = arg;
    while (chanrecv2(c[0], NULL))
        count_run();
}

static void receiver(void *arg)
{
    count_run();
    chanrecv1(arg, NULL);
    fair.received++;
    count_run();
}

static void closer(void *arg)
{
    enum { MANY = 2 * RUNQ_SIZE };
    (void)arg;
    while (!over()) {
        hchan *c = make(some_variant(), 0, 0);
        fair.received = 0;
        for (int i = 0; i < MANY; i++)
            go(receiver, c);
        while (chan_parked_receivers(c) < MANY)
            yield();
        closechan(c);
        while (fair.received < MANY)
            yield();
        chanfree(c);
    }
}

static void *make_from_thread(void *arg)
{
    while (!over()) {
        if (load_rlx(&sched.live) < 200)
            go(passer, arg), fadd_rlx(&fair.made, 1);
        else
            sched_yield();
    }
    return NULL;
}

struct crowd {
    const char *name;
    void (*members[6])(void *);
    bool threads; /* some make goroutines, too */
};

static const struct crowd crowds[] = {
    {"two wake each other", {player, other_player}, false},
    {"two wake each other, threads make", {player, other_player}, true},
    {"some yield", {yielder, yielder, yielder}, false},
    {"some yield, threads make", {yielder, yielder, yielder}, true},
    {"one makes many", {maker}, false},
    {"one makes many, two wake each other", {maker, player, other_player}, false},
    {"each makes its heir", {heir, heir, heir}, false},
    {"each makes its heir, some yield, threads make", {heir, heir, yielder, yielder}, true},
    {"deadlines pass", {late, late, late}, false},
    {"deadlines pass, two wake each other", {late, late, late, player, other_player}, false},
    {"deadlines pass, and end in a wake", {late_sender, taker, taker}, false},
    {"a close wakes many", {closer, player, other_player}, false},
    {"all of it", {closer, maker, late, yielder, player, other_player}, true},
};

static void run_crowd(const struct crowd *crowd)
{
    hchan *c[] = {make(some_variant(), 0, 0), make(some_variant(), 0, 0)};
    pthread_t threads[THREADS];
    memset((void *)&fair, 0, sizeof(fair));
    fair.left = VICTIMS;
    fair.wanted = crowd->threads ? 500 : 0;
    start_procs(1);
    for (unsigned i = 0; i < 6 && crowd->members[i]; i++)
        go(crowd->members[i], c);
    for (uintptr_t i = 0; i < VICTIMS; i++)
        go(victim, (void *)i);
    for (unsigned i = 0; i < THREADS && crowd->threads; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, make_from_thread, NULL), 0);
    schedwait();
    for (unsigned i = 0; i < THREADS && crowd->threads; i++)
        pthread_join(threads[i], NULL);
    schedstop();
    if (fair.longest > bound() || fair.left)
        fail_msg("%s: a goroutine has waited for %llu runs, and may for %llu", crowd->name,
                 (unsigned long long)fair.longest, (unsigned long long)bound());
    print_message("%-48s waits for %6llu runs, beside %6llu\n", crowd->name,
                  (unsigned long long)fair.longest, (unsigned long long)fair.most);
    chanfree(c[0]);
    chanfree(c[1]);
}

static void test_every_runnable_goroutine_runs_within_the_bound(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(crowds) / sizeof(crowds[0]); i++)
        run_crowd(&crowds[i]);
}

/* go f(); c <- i; <-d, again and again: f has answered, and is to end before there are many. */
struct asking {
    hchan *c, *d;
    unsigned live, most;
};

static void answer(void *arg)
{
    struct asking *a = arg;
    uint64_t value;
    chanrecv1(a->c, &value);
    chansend1(a->d, &value);
    a->live--;
}

static void ask(void *arg)
{
    struct asking *a = arg;
    for (uint64_t i = 0, value; i < (SANITIZED ? 1000 : 100000); i++) {
        a->live++;
        go(answer, a);
        chansend1(a->c, &i);
        chanrecv1(a->d, &value);
        assert_int_equal(value, i);
        if (a->live > a->most)
            a->most = a->live;
    }
}

static void test_those_who_have_answered_end(void **state)
{
    (void)state;
    FOR_EACH_GO(v)
    {
        struct asking a = {.c = make(v, 8, 0), .d = make(v, 8, 0)};
        start_procs(1);
        go(ask, &a);
        schedstop();
        assert_int_equal(a.live, 0);
        assert_true(a.most <= FAIR_BOUND);
        chanfree(a.c);
        chanfree(a.d);
    }
}

/* A full ring keeps its older half, in order, and gives the newer half away, in order. */
static void test_a_full_ring_keeps_its_older_half(void **state)
{
    static struct g gs[2 * RUNQ_SIZE];
    static struct runq q;
    struct g *last = NULL, *gp;
    (void)state;
    assert_null(runq_halve(&q, &last));       /* it is not full */
    for (int i = 0; i < RUNQ_SIZE / 3; i++) { /* from anywhere in the ring */
        assert_true(runq_push(&q, &gs[i]));
        assert_ptr_equal(runq_take(&q), &gs[i]);
    }
    for (int i = 0; i < RUNQ_SIZE; i++)
        assert_true(runq_push(&q, &gs[i]));
    assert_false(runq_push(&q, &gs[RUNQ_SIZE]));
    gp = runq_halve(&q, &last);
    for (int i = RUNQ_SIZE / 2; i < RUNQ_SIZE; i++, gp = gp->schedlink)
        assert_ptr_equal(gp, &gs[i]);
    assert_null(gp);
    assert_ptr_equal(last, &gs[RUNQ_SIZE - 1]);
    assert_null(runq_halve(&q, &last)); /* not any more */
    for (int i = 0; i < RUNQ_SIZE / 2; i++)
        assert_ptr_equal(runq_take(&q), &gs[i]);
    assert_null(runq_take(&q));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_full_ring_keeps_its_older_half),
        cmocka_unit_test(test_every_runnable_goroutine_runs_within_the_bound),
        cmocka_unit_test(test_those_who_have_answered_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
