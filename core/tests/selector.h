/* A thread that does one select, and its result; and which outcomes a select counted. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_TESTS_SELECTOR_H
#define CORE_TESTS_SELECTOR_H

#include "core/tests/support.h"

struct selector {
    pthread_t thread;
    const struct scase *cases;
    size_t ncases;
    int64_t deadline;
    int chosen;        /* -2 if it panicked */
    bool received;     /* for a receive */
    const char *panic; /* NULL if it did not */
    uint64_t outcomes[HCHAN_OUTCOMES];
};

static void selector_select(void *arg)
{
    struct selector *s = arg;
    s->chosen = selectgo_until(s->cases, s->ncases, s->deadline, &s->received);
}

static void *selector_body(void *arg)
{
    struct selector *s = arg;
    uint64_t before[HCHAN_OUTCOMES];
    hchan_outcomes_self(before);
    s->chosen = -2;
    s->panic = NULL;
    s->received = true;
    hchan_try(selector_select, s, &s->panic);
    outcomes_since(before, s->outcomes);
    return NULL;
}

static inline void start_select_until(struct selector *s, const struct scase *cases, size_t ncases,
                                      int64_t deadline)
{
    s->cases = cases;
    s->ncases = ncases;
    s->deadline = deadline;
    assert_int_equal(pthread_create(&s->thread, NULL, selector_body, s), 0);
}

static inline void start_select(struct selector *s, const struct scase *cases, size_t ncases)
{
    start_select_until(s, cases, ncases, HCHAN_FOREVER);
}

static inline void end_select(struct selector *s)
{
    assert_int_equal(pthread_join(s->thread, NULL), 0);
}

/* Waits until the select is parked on the case's channel, and so on all of them: a select queues
 * itself everywhere before it releases a lock. */
static inline void until_parked(const struct scase *cas)
{
    if (cas->kind == SCASE_SEND)
        until_senders(cas->c, 1);
    else
        until_receivers(cas->c, 1);
}

static inline void assert_nobody_parked(hchan *c)
{
    assert_int_equal(chan_parked_receivers(c), 0);
    assert_int_equal(chan_parked_senders(c), 0);
}

/* The case that lost is off the queue: a value is not swallowed, and reaches the next receiver. */
static inline void assert_usable(hchan *c)
{
    struct party p;
    long got = 0;
    assert_nobody_parked(c);
    while (chanrecv(c, &got, false, NULL))
        continue;
    for (size_t i = 0; i < chancap(c); i++)
        assert_true(chansend(c, &(long){1}, false, NULL));
    assert_false(chansend(c, &(long){1}, false, NULL));
    for (size_t i = 0; i < chancap(c); i++)
        assert_true(chanrecv2(c, NULL));
    start_recv(&p, c);
    until_receivers(c, 1);
    chansend1(c, &(long){11});
    end(&p);
    assert_int_equal(p.value, 11);
    if (chancap(c))
        return;
    start_send(&p, c, 12);
    until_senders(c, 1);
    assert_true(chanrecv2(c, &got));
    end(&p);
    assert_int_equal(got, 12);
}

/* Among the outcomes of sends, receives and selects, exactly those wanted (once each) are in
 * `counts`; in a measured instance, which counts nothing, none. */
static inline void assert_counted(const struct hchan_variant *v,
                                  const uint64_t counts[HCHAN_OUTCOMES],
                                  const enum hchan_outcome *wanted, size_t n)
{
    for (unsigned i = HCHAN_SEND_HANDOFF; i <= HCHAN_SELECT_TIMEDOUT; i++) {
        uint64_t want = 0;
        for (size_t k = 0; k < n && v == hchan_traced(v); k++)
            want += wanted[k] == (enum hchan_outcome)i;
        if (counts[i] != want)
            fail_msg("%s: %s counted %llu times, wanted %llu", hchan_variant_name(v),
                     hchan_outcome_name(i), (unsigned long long)counts[i],
                     (unsigned long long)want);
    }
}

/* The same, for a thread's outcomes, or for the caller's since mark(). */
#define ASSERT_COUNTED(v, counts, ...)                                       \
    assert_counted((v), (counts), (const enum hchan_outcome[]){__VA_ARGS__}, \
                   sizeof((const enum hchan_outcome[]){__VA_ARGS__}) / sizeof(enum hchan_outcome))

#define ASSERT_MARKED(v, ...)                     \
    do {                                          \
        uint64_t since_[HCHAN_OUTCOMES];          \
        outcomes_since(mark_, since_);            \
        ASSERT_COUNTED((v), since_, __VA_ARGS__); \
    } while (0)

#define RECV(ch, to)                                \
    {                                               \
        .kind = SCASE_RECV, .c = (ch), .elem = (to) \
    }
#define SEND(ch, from)                                \
    {                                                 \
        .kind = SCASE_SEND, .c = (ch), .sent = (from) \
    }

#endif
