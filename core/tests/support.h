/* What the channel's tests share: both instances of every variant, threads, and waiting until a G
 * is parked, which never depends on time. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_TESTS_SUPPORT_H
#define CORE_TESTS_SUPPORT_H

#include "core/tests/given.h"
#include "scripts/test.h"
#include <hchan/hchan.h>
#include <hchan/outcome.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Whether a sanitizer is in use, or coverage is counted: each operation then costs some ten times
 * more. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(HCHANLAB_COVERAGE)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* After so long a process hangs, even one that gets a twentieth of a CPU. */
enum { HANG_S = 1200 };

/* fork() for a test: the child dies of a fault, where cmocka's handlers would go on with the next
 * test in it. */
static inline pid_t fork_child(void)
{
    static const int faults[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS};
    pid_t child = fork();
    assert_true(child >= 0);
    for (size_t i = 0; child == 0 && i < sizeof(faults) / sizeof(faults[0]); i++)
        signal(faults[i], SIG_DFL);
    return child;
}

/* The variants to test: all, or the one that HCHANLAB_VARIANT names. */
static inline const struct hchan_variant *test_variant(const struct hchan_variant *before)
{
    const char *name = getenv("HCHANLAB_VARIANT");
    if (!name)
        return hchan_variant_next(before);
    return before ? NULL : hchan_variant_find(name);
}

/* How many times less a long test does than usual: HCHANLAB_LESS, or 1. */
static unsigned test_less;

/* Checks what the environment asks for once, before the tests begin. */
__attribute__((constructor)) static void check_environment(void)
{
    const char *name = getenv("HCHANLAB_VARIANT");
    if (name && !given_variant("HCHANLAB_VARIANT", name))
        exit(2);
    test_less = (unsigned)environment_number("HCHANLAB_LESS", 1, 1, 1000);
}

/* Runs a body for the measured and the traced instance of every variant. */
#define FOR_EACH_VARIANT(v)                                                                      \
    for (const struct hchan_variant *row_ = test_variant(NULL); row_; row_ = test_variant(row_)) \
        for (const struct hchan_variant *v = row_; v; v = v == row_ ? hchan_traced(row_) : NULL)

/* The same, for the traced instances only. */
#define FOR_EACH_TRACED(v)                                                                  \
    for (const struct hchan_variant *row_ = test_variant(NULL), *v = hchan_traced(row_); v; \
         row_ = test_variant(row_), v = row_ ? hchan_traced(row_) : NULL)

/* The same two, for the variants that hand over to the longest waiter, as Go does. For the others,
 * see core/tests/barge_test.c. */
#define FOR_EACH_HANDING_OVER(v) \
    FOR_EACH_VARIANT(v)          \
    if (!hchan_variant_barges(v))
#define FOR_EACH_TRACED_HANDING_OVER(v) \
    FOR_EACH_TRACED(v)                  \
    if (!hchan_variant_barges(v))

static inline hchan *make(const struct hchan_variant *v, size_t elemsize, size_t capacity)
{
    hchan *c = makechan(v, elemsize, capacity);
    assert_non_null(c);
    return c;
}

static inline void until_receivers(hchan *c, size_t count)
{
    while (chan_parked_receivers(c) != count)
        sched_yield();
}

static inline void until_senders(hchan *c, size_t count)
{
    while (chan_parked_senders(c) != count)
        sched_yield();
}

/* What the calling thread has counted since `before` was taken. */
static inline void outcomes_since(const uint64_t before[HCHAN_OUTCOMES],
                                  uint64_t counts[HCHAN_OUTCOMES])
{
    hchan_outcomes_self(counts);
    for (unsigned i = 0; i < HCHAN_OUTCOMES; i++)
        counts[i] -= before[i];
}

/* A thread that does one channel operation, and its result. */
struct party {
    pthread_t thread;
    hchan *c;
    long value;
    bool received;     /* for a receive */
    const char *panic; /* for a send; NULL if it did not */
    uint64_t outcomes[HCHAN_OUTCOMES];
};

static void party_send_body(void *arg)
{
    struct party *p = arg;
    chansend1(p->c, &p->value);
}

static void *party_send(void *arg)
{
    struct party *p = arg;
    uint64_t before[HCHAN_OUTCOMES];
    hchan_outcomes_self(before);
    p->panic = NULL;
    hchan_try(party_send_body, p, &p->panic);
    outcomes_since(before, p->outcomes);
    return NULL;
}

static void *party_recv(void *arg)
{
    struct party *p = arg;
    uint64_t before[HCHAN_OUTCOMES];
    hchan_outcomes_self(before);
    p->received = chanrecv2(p->c, &p->value);
    outcomes_since(before, p->outcomes);
    return NULL;
}

static inline void start_send(struct party *p, hchan *c, long value)
{
    p->c = c;
    p->value = value;
    assert_int_equal(pthread_create(&p->thread, NULL, party_send, p), 0);
}

static inline void start_recv(struct party *p, hchan *c)
{
    p->c = c;
    p->value = -1;
    assert_int_equal(pthread_create(&p->thread, NULL, party_recv, p), 0);
}

static inline void end(struct party *p)
{
    assert_int_equal(pthread_join(p->thread, NULL), 0);
}

/* The calling thread's outcomes at the last mark(). */
static uint64_t mark_[HCHAN_OUTCOMES];

static inline void mark(void)
{
    hchan_outcomes_self(mark_);
}

static inline uint64_t since_mark(enum hchan_outcome outcome)
{
    uint64_t counts[HCHAN_OUTCOMES];
    outcomes_since(mark_, counts);
    return counts[outcome];
}

/* Exactly this one of the outcomes of a send, or of a receive, happened, once. */
static inline void assert_only(enum hchan_outcome wanted)
{
    const char *name = hchan_outcome_name(wanted); /* send_ or recv_ and what happened */
    for (unsigned i = 0; i < HCHAN_OUTCOMES; i++)
        if (strncmp(hchan_outcome_name(i), name, strlen("send_")) == 0 &&
            since_mark((enum hchan_outcome)i) != (i == (unsigned)wanted))
            fail_msg("%s happened %llu times, wanted %s", hchan_outcome_name(i),
                     (unsigned long long)since_mark((enum hchan_outcome)i),
                     hchan_outcome_name(wanted));
}

/* "For ever" cannot be waited for: what can be seen is that a process sleeps in the kernel and has
 * not ended. */
static inline void assert_sleeps(pid_t child)
{
    char path[64], status = '?';
    snprintf(path, sizeof(path), "/proc/%d/stat", (int)child);
    while (status != 'S') {
        FILE *f = fopen(path, "r");
        assert_non_null(f);
        assert_int_equal(fscanf(f, "%*d (%*[^)]) %c", &status), 1);
        fclose(f);
        assert_true(status != 'Z');
        sched_yield();
    }
    assert_int_equal(waitpid(child, NULL, WNOHANG), 0);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
}

#endif
