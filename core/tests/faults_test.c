/* Faults that channels survive, for both instances of every variant. Each test injects a fault many
 * times into storms, counts how often it really struck, and states what must still hold. In the
 * storms their judge checks that: no value lost, none twice, each sender's order kept, no thread
 * left asleep, and every thread progressed.
 *
 * The build puts __wrap_futex_wait() here in front of futex_wait(), so that interrupted waits can
 * be counted. Exhausted memory is in memory_faults_test.c.
 *
 *     HCHANLAB_FAULTS=3    three times as many signals, stops, stalls, wakes and forks */
/* SPDX-License-Identifier: MIT */
#include "core/base/futex.h"
#include "core/chan/layout.h"
#include "core/tests/check/random.h"
#include "core/tests/select_stress.h"
#include <signal.h>

typedef unsigned long long ull; /* to print */

enum futex_end __real_futex_wait(_Atomic uint32_t *word, uint32_t expected, int64_t deadline);
enum futex_end __wrap_futex_wait(_Atomic uint32_t *word, uint32_t expected, int64_t deadline);

enum { WORDS = 64 };

static _Atomic uint32_t waits, interrupted;      /* futex waits, and those that ended with EINTR */
static _Atomic(_Atomic uint32_t *) words[WORDS]; /* that threads slept on lately */

enum futex_end __wrap_futex_wait(_Atomic uint32_t *word, uint32_t expected, int64_t deadline)
{
    store_rlx(&words[fadd_rlx(&waits, 1) % WORDS], word); /* an address to wake: any will do */
    errno = 0;
    enum futex_end end = __real_futex_wait(word, expected, deadline);
    if (end == FUTEX_RETRY && errno == EINTR)
        fadd_rlx(&interrupted, 1); /* a count */
    return end;
}

/* Random numbers, with a state in each thread. */
static uint32_t rng(uint32_t n)
{
    static _Thread_local uint64_t state;
    return (uint32_t)random_below(&state, n);
}

static void sleep_us(uint32_t us)
{
    nanosleep(&(struct timespec){.tv_nsec = (long)us * 1000}, NULL);
}

/* With more threads than PUs such a lock takes milliseconds per turn: it gets fewer faults and
 * smaller crowds. */
static bool collapses(const struct hchan_variant *v)
{
    return v->lock_traits & LOCK_CONVOYS;
}

static uint32_t factor; /* HCHANLAB_FAULTS */

/* A storm's share of `total`, if all instances are tested in two storms each. */
static uint32_t share(const struct hchan_variant *v, uint32_t total)
{
    uint32_t storms = 0;
    for (const struct hchan_variant *w = hchan_variant_next(NULL); w; w = hchan_variant_next(w))
        storms += collapses(w) ? 0 : 4;
    return (total / storms + 1) / (collapses(v) ? 10 : 1) + 1;
}

static struct stress plan_of(const struct hchan_variant *v, void (*meanwhile)(struct stress_run *))
{
    return (struct stress){.variant = v,
                           .elemsize = 8,
                           .senders = 4,
                           .receivers = 4,
                           .least = 4,
                           .ops = &stress_plain,
                           .meanwhile = meanwhile};
}

static uint32_t target; /* how many faults a storm should see */

/* The storms that faults are injected into: plain parks and handoffs; and selects, deadlines and
 * cancels. */
static void storms(const struct hchan_variant *v, void (*meanwhile)(struct stress_run *),
                   uint32_t total, uint64_t *done)
{
    struct stress plan = plan_of(v, meanwhile);
    target = share(v, total);
    storm(&plan, done);
    plan.capacity = 1;
    plan.channels = 2;
    plan.ops = &stress_selects;
    cancel = make(v, 0, 2);
    storm(&plan, done);
    assert_nobody_parked(cancel);
    chanfree(cancel);
}

static pthread_t any_thread(struct stress_run *run)
{
    uint32_t i = rng(run->plan->senders + run->plan->receivers);
    return i < run->plan->senders ? run->senders[i].thread
                                  : run->receivers[i - run->plan->senders].thread;
}

/* Signals. */

static _Atomic uint32_t handled, found_asleep, stall; /* stall: up to this many us */

static void on_signal(int number)
{
    int kept = errno;
    struct g *gp = runningg();
    (void)number;
    fadd_rlx(&handled, 1); /* counts, both */
    if (gp && load_acq(&gp->wait.parks) % 2 && load_rlx(&gp->park) == GPARK_ASLEEP) /* ours */
        fadd_rlx(&found_asleep, 1);
    uint32_t us = load_rlx(&stall);
    if (us)
        sleep_us(rng(us));
    errno = kept;
}

static uint64_t sent;

static void bombard(struct stress_run *run)
{
    for (uint32_t before = load_rlx(&handled); load_rlx(&handled) - before < target; sent++) {
        pthread_kill(any_thread(run), SIGUSR1);
        if (sent % 4 == 0)
            sched_yield();
    }
}

/* sa_flags 0: with SA_RESTART, which signal() sets, the kernel would hide the signals from a wait
 * without a deadline. */
static void with_signals(uint32_t total, uint32_t stall_us)
{
    struct sigaction action = {.sa_handler = on_signal}, before;
    assert_int_equal(sigaction(SIGUSR1, &action, &before), 0);
    store_rlx(&stall, stall_us); /* set before the threads are made */
    store_rlx(&handled, 0);
    store_rlx(&found_asleep, 0);
    store_rlx(&interrupted, 0);
    sent = 0;
    uint64_t done = 0;
    FOR_EACH_VARIANT(v)
    storms(v, bombard, total, &done);
    assert_int_equal(sigaction(SIGUSR1, &before, NULL), 0);
    assert_true(load_rlx(&handled) >= total || getenv("HCHANLAB_VARIANT"));
    print_message(
        "%llu sent, %u handled, %u of them by a parked thread,\n"
        "                         %u futex waits returned EINTR; %llu values, all there\n",
        (ull)sent, load_rlx(&handled), load_rlx(&found_asleep), load_rlx(&interrupted), (ull)done);
}

static void test_signals_interrupt_waits_and_nothing_else(void **state)
{
    (void)state;
    print_message("signals:                 ");
    with_signals(factor * (SANITIZED ? 6000 : 20000), 0);
    assert_true(load_rlx(&interrupted) > 0);
}

/* A handler that sleeps stops its thread at any instruction, even while the thread holds a lock, or
 * between a claim and its wake. (SIGSTOP to a thread would stop the whole process.) */
static void test_threads_that_are_stopped_at_any_moment_lose_nothing(void **state)
{
    (void)state;
    print_message("threads stopped:         ");
    with_signals(factor * (SANITIZED ? 600 : 4000), 200);
    store_rlx(&stall, 0);
}

static uint64_t stalled;

/* Holds the channels' locks, one after the other, and sleeps meanwhile. */
static void hold_locks(struct stress_run *run)
{
    for (uint32_t i = 0; i < target; i++, stalled++) {
        hchan *c = run->c[i % 2] ? run->c[i % 2] : run->c[0];
        run->plan->variant->lock(c);
        sleep_us(rng(200));
        run->plan->variant->unlock(c);
        sleep_us(rng(200));
    }
}

static void test_whoever_waits_for_a_stalled_lock_holder_goes_on_after_it(void **state)
{
    uint64_t done = 0;
    (void)state;
    stalled = 0;
    FOR_EACH_VARIANT(v)
    storms(v, hold_locks, factor * (SANITIZED ? 200 : 400), &done);
    print_message("lock holders stalled:    %llu times; %llu values, all there\n", (ull)stalled,
                  (ull)done);
}

static int until_closed; /* the read end of a pipe */

static void until_told(struct stress_run *run)
{
    char byte;
    (void)run;
    while (read(until_closed, &byte, 1) < 0 && errno == EINTR)
        continue;
}

static void stop_and_continue(const struct hchan_variant *v, uint32_t times)
{
    int end[2], status;
    assert_int_equal(pipe(end), 0);
    pid_t child = fork_child();
    if (child == 0) {
        struct stress plan = plan_of(v, until_told);
        uint64_t done = 0;
        close(end[1]);
        until_closed = end[0];
        plan.channels = 2;
        plan.ops = &stress_selects;
        cancel = makechan(v, 0, 2);
        _exit(stress_run(&plan, &done) ? 1 : 0);
    }
    close(end[0]);
    for (uint32_t i = 0; i < times; i++) {
        sleep_us(rng(2000));
        kill(child, SIGSTOP);
        assert_int_equal(waitpid(child, &status, WUNTRACED), child);
        assert_true(WIFSTOPPED(status));
        sleep_us(rng(500));
        kill(child, SIGCONT);
    }
    close(end[1]);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFEXITED(status) || WEXITSTATUS(status))
        fail_msg("%s: the child ended with %#x", hchan_variant_name(v), (unsigned)status);
}

static void test_a_process_that_is_stopped_goes_on_as_if_nothing_had_been(void **state)
{
    uint32_t stops = 0;
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        uint32_t times = 2 * share(v, SANITIZED ? 200 : 1000);
        stop_and_continue(v, times);
        stops += times;
    }
    print_message("processes stopped:       %u times; the judge found nothing wrong\n", stops);
}

/* Wakes that no waker sent. */

static uint64_t wakes, woken;

static void wake_for_no_reason(struct stress_run *run)
{
    (void)run;
    for (uint32_t i = 0; i < target; i++, wakes++) {
        _Atomic uint32_t *word = load_rlx(&words[rng(WORDS)]); /* any address will do */
        if (word)
            woken += futex_wake(word, 1 + rng(3));
        if (i % 4 == 0)
            sched_yield();
    }
}

static void test_a_wake_for_no_reason_ends_no_wait(void **state)
{
    uint64_t done = 0;
    (void)state;
    wakes = woken = 0;
    FOR_EACH_VARIANT(v)
    storms(v, wake_for_no_reason, factor * (SANITIZED ? 10000 : 30000), &done);
    assert_true(woken > 0);
    print_message(
        "spurious wakes:          %llu of words slept on, %llu threads woken; %llu values, "
        "all there\n",
        (ull)wakes, (ull)woken, (ull)done);
}

/* Crowds. */

/* Half of the threads send, and every thread is served at least twice. */
static void crowd(const struct hchan_variant *v, unsigned threads, unsigned cpus, size_t capacity,
                  uint64_t *done)
{
    struct stress plan = plan_of(v, NULL);
    plan.senders = plan.receivers = threads / 2;
    plan.cpus = cpus;
    plan.capacity = capacity;
    plan.least = 2;
    plan.ms = 20;
    storm(&plan, done);
}

static void test_crowds_of_threads_get_on(void **state)
{
    enum { SOME = SANITIZED ? 32 : 64, MANY = 256 };
    uint64_t some[2] = {0}, many[2] = {0};
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        bool traced = v == hchan_traced(v);
        for (unsigned cpus = 1; cpus <= 2; cpus++)
            for (size_t capacity = 0; capacity < 2; capacity++)
                crowd(v, collapses(v) ? SOME / 4 : SOME, cpus, capacity, &some[cpus - 1]);
        if (!SANITIZED && !collapses(v)) /* one rotation alone takes a second: each thread once */
            crowd(v, MANY, 1 + traced, traced, &many[traced]);
    }
    for (unsigned i = 0; i < 2; i++) {
        print_message("%3d threads, %u CPU%s      each got on; %llu values, all there\n", SOME,
                      1 + i, i ? "s:" : ": ", (ull)some[i]);
        if (!SANITIZED)
            print_message("%3d threads, %u CPU%s      each got on; %llu values, all there\n", MANY,
                          1 + i, i ? "s:" : ": ", (ull)many[i]);
    }
}

/* Forks. */

static uint64_t forks;

/* What a child does that was forked in the middle of a storm, all of it with channels of its
 * own. */
static int use_channels(const struct hchan_variant *v)
{
    hchan *c = makechan(v, sizeof(long), 1), *other = makechan(v, sizeof(long), 0);
    long got = 0;
    const struct scase cases[] = {RECV(other, NULL), RECV(c, &got)};
    chansend1(c, &(long){5});
    if (selectgo(cases, 2, true, NULL) != 1 || got != 5)
        return 1;
    if (chanrecv_within(c, &got, NULL, other, hchan_deadline(1000)) != HCHAN_TIMEDOUT)
        return 2;
#if !defined(__SANITIZE_THREAD__) /* it does not allow threads after such a fork */
    struct party p;
    start_send(&p, other, 6);
    until_senders(other, 1);
    chanrecv1(other, &got);
    end(&p);
    if (got != 6)
        return 3;
#endif
    closechan(c);
    closechan(other);
    chanfree(c);
    chanfree(other);
    return 0;
}

static _Atomic uint32_t over;

/* Reads the sums all the time, so that the lock of the list of Gs is held during most forks. */
static void *read_sums(void *arg)
{
    uint64_t totals[HCHAN_OUTCOMES];
    while (!load_rlx(&over)) /* a flag */
        hchan_outcomes_read(totals);
    return arg;
}

static void fork_children(struct stress_run *run)
{
    pthread_t reader;
    store_rlx(&over, 0); /* before the thread is made */
    assert_int_equal(pthread_create(&reader, NULL, read_sums, NULL), 0);
    for (uint32_t i = 0; i < target; i++, forks++) {
        int status;
        sleep_us(rng(500));
        pid_t child = fork_child();
        if (child == 0) {
            alarm(HANG_S); /* a child that hangs is an error, not a hang of the test */
            int wrong = use_channels(run->plan->variant);
            if (!wrong && i % 2)
                execl("/bin/true", "true", (char *)NULL);
            _exit(wrong);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        if (!WIFEXITED(status) || WEXITSTATUS(status))
            fail_msg("%s: the child ended with %#x", hchan_variant_name(run->plan->variant),
                     (unsigned)status);
    }
    store_rlx(&over, 1);
    assert_int_equal(pthread_join(reader, NULL), 0);
}

static void test_a_fork_in_a_storm_leaves_both_processes_well(void **state)
{
    uint64_t done = 0;
    (void)state;
#if defined(__SANITIZE_ADDRESS__)
    print_message("skipped: in gcc 12 a fork may leave AddressSanitizer's own allocator locked\n");
    skip();
#endif
    forks = 0;
    FOR_EACH_VARIANT(v)
    storms(v, fork_children, factor * (SANITIZED ? 100 : 200), &done);
    print_message(
        "forks in a storm:        %llu; every child used channels, half of them went on to "
        "exec;\n                         %llu values of the parents', all there\n",
        (ull)forks, (ull)done);
}

int main(void)
{
    factor = (uint32_t)environment_number("HCHANLAB_FAULTS", 1, 1, 1000);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signals_interrupt_waits_and_nothing_else),
        cmocka_unit_test(test_threads_that_are_stopped_at_any_moment_lose_nothing),
        cmocka_unit_test(test_whoever_waits_for_a_stalled_lock_holder_goes_on_after_it),
        cmocka_unit_test(test_a_process_that_is_stopped_goes_on_as_if_nothing_had_been),
        cmocka_unit_test(test_a_wake_for_no_reason_ends_no_wait),
        cmocka_unit_test(test_crowds_of_threads_get_on),
        cmocka_unit_test(test_a_fork_in_a_storm_leaves_both_processes_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
