/* What the tests of hchan/watch.h share: threads that wait, in each way there is, and waiting for a
 * report. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_TESTS_WATCH_H
#define CORE_TESTS_WATCH_H

#include "core/base/atomic.h"
#include "core/tests/child.h"
#include <hchan/watch.h>
#include <poll.h>
#include <time.h>

#define HOUR_NS (INT64_C(3600) * 1000000000)

static inline void sleep_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

/* Waits until `count` goroutines are parked, and returns their list. The caller frees it. */
static inline struct hchan_parked *until_parked(size_t count)
{
    for (;; sched_yield()) {
        size_t n;
        struct hchan_parked *list = hchan_parked_now(&n);
        assert_non_null(list);
        if (n == count)
            return list;
        free(list);
    }
}

/* Waits until `count` goroutines are parked and asleep, so that their time is known. */
static inline void until_asleep(size_t count)
{
    for (size_t asleep = 0; asleep < count; sched_yield()) {
        struct hchan_parked *list = until_parked(count);
        for (asleep = 0; asleep < count && list[asleep].waited_ns > 0;)
            asleep++;
        free(list);
    }
}

static inline void until_set(_Atomic uint32_t *word)
{
    while (!load_acq(word)) /* pairs with the store_rel that sets it */
        sched_yield();
}

/* A thread that waits in one of the ways there are, and the line at which it does. */
struct waiter {
    void (*wait)(struct waiter *w);
    hchan *a, *b, *c;
    int64_t deadline;
    int line;
    bool went_on; /* so that no wait is the last call of its function */
    _Atomic uint32_t ready;
    pthread_t thread;
};

static inline void wait_recv(struct waiter *w)
{
    w->line = __LINE__ + 1;
    chanrecv2(w->a, NULL);
    w->went_on = true;
}

static inline void wait_send_body(void *arg)
{
    struct waiter *w = arg;
    w->line = __LINE__ + 1;
    chansend1(w->a, &(long){1});
    w->went_on = true;
}

static inline void wait_send(struct waiter *w)
{
    hchan_try(wait_send_body, w, NULL);
}

static inline void wait_select(struct waiter *w)
{
    const struct scase cases[] = {{SCASE_RECV, w->b, {NULL}},
                                  {SCASE_RECV, NULL, {NULL}},
                                  {SCASE_SEND, w->a, {&(long){1}}},
                                  {SCASE_RECV, w->a, {NULL}}};
    w->line = __LINE__ + 1;
    selectgo_until(cases, 4, w->deadline, NULL);
    w->went_on = true;
}

static inline void wait_within(struct waiter *w)
{
    w->line = __LINE__ + 1;
    chanrecv_within(w->a, NULL, NULL, w->b, w->deadline);
    w->went_on = true;
}

static inline void wait_nothing(struct waiter *w)
{
    w->line = __LINE__ + 1;
    selectgo_until(NULL, 0, w->deadline, NULL);
    w->went_on = true;
}

static inline void *waiter_main(void *arg)
{
    struct waiter *w = arg;
    w->wait(w);
    return NULL;
}

static inline void start_wait(struct waiter *w)
{
    assert_int_equal(pthread_create(&w->thread, NULL, waiter_main, w), 0);
}

static inline void end_wait(struct waiter *w)
{
    assert_int_equal(pthread_join(w->thread, NULL), 0);
}

/* Starts two threads that wait for nil channels, and so for ever. */
static inline void start_stuck(void)
{
    static struct waiter stuck = {.wait = wait_recv}, stuck_too = {.wait = wait_send};
    start_wait(&stuck);
    free(until_parked(1));
    start_wait(&stuck_too);
    free(until_parked(2));
}

/* A pipe to which a watcher in a child writes its reports. */
static int report[2];

static inline FILE *report_stream(void)
{
    FILE *stream = pipe(report) ? NULL : fdopen(report[1], "w");
    if (!stream)
        _exit(98);
    return stream;
}

/* Waits until the watcher has reported so many lines, and copies them to standard error. */
static inline void until_reported(size_t lines)
{
    char c;
    while (lines > 0 && read(report[0], &c, 1) == 1) {
        fputc(c, stderr);
        lines -= c == '\n';
    }
    fflush(stderr);
}

/* Whether the watcher, which has stopped, has reported no more than that. */
static inline bool reported_all(void)
{
    struct pollfd fd = {.fd = report[0], .events = POLLIN};
    return poll(&fd, 1, 0) == 0;
}

#endif
