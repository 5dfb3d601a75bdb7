/* A storm over one channel or two, and its judge: senders and receivers, more than there are PUs,
 * until a time is up. Then no value may be lost, doubled, or out of its sender's order on its
 * channel, and no thread may be left asleep. It is bounded by time, since a fair spin lock with
 * more threads than PUs does thousands of operations instead of millions; but every thread has to
 * progress, or the storm does not end. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_TESTS_STRESS_H
#define CORE_TESTS_STRESS_H

#include "core/base/atomic.h"
#include "core/tests/support.h"
#include <stdio.h>
#include <time.h>

enum {
    STRESS_SIDE_MAX = 128,
    STRESS_CHANNELS = 2,
    STRESS_CPUS = 2,      /* that a storm may use, so that threads outnumber them anywhere */
    STRESS_CPU_SETS = 16, /* the size of a mask for machines with up to 16384 CPUs */
};

struct stress_run;

/* How a storm sends and receives: the channel's own functions, or a broken wrapper around them,
 * which the judge must catch. `c` are STRESS_CHANNELS channels; those that the plan does not have,
 * or that were seen to be closed, are nil. Both return which channel it was, or -1 if they gave up:
 * because `block` is false, or for reasons of their own. */
struct stress_ops {
    int (*send)(hchan *const *c, const void *elem, bool block);
    int (*recv)(hchan *const *c, void *elem, bool block, bool *received);
};

struct stress {
    const struct hchan_variant *variant;
    size_t elemsize, capacity;
    unsigned channels; /* 0: one */
    unsigned senders, receivers;
    bool mixed;     /* every other operation is non-blocking */
    unsigned ms;    /* the time (HCHANLAB_LESS=4: a quarter of it), */
    uint32_t least; /* and until each sender has sent this many, if that takes longer */
    unsigned cpus;  /* that its threads share; 0: STRESS_CPUS */
    const struct stress_ops *ops;
    /* If not NULL, the storm lasts until this returns, instead of for `ms`. */
    void (*meanwhile)(struct stress_run *run);
};

/* A value: its sender and its number. Elements with fewer bytes hold less. */
struct stress_value {
    uint32_t sender, number;
};

struct stress_side {
    pthread_t thread;
    struct stress_run *run;
    unsigned index;
    uint64_t done;                  /* values sent or received */
    uint64_t from[STRESS_SIDE_MAX]; /* a receiver's counts, by sender */
    /* And the least number that may come next. */
    uint32_t next[STRESS_CHANNELS][STRESS_SIDE_MAX];
    uint64_t byte_sum; /* of elements of one byte */
    const char *wrong;
};

struct stress_run {
    const struct stress *plan;
    hchan *c[STRESS_CHANNELS];
    _Atomic uint32_t stop;
    struct stress_side senders[STRESS_SIDE_MAX], receivers[STRESS_SIDE_MAX];
};

static void stress_fill(unsigned char *elem, size_t size, struct stress_value value)
{
    if (size >= sizeof(value)) {
        memset(elem, (int)(value.number & 0xff), size);
        memcpy(elem, &value, sizeof(value));
    } else if (size) {
        elem[0] = (unsigned char)value.number;
    }
}

static void *stress_send(void *arg)
{
    struct stress_side *s = arg;
    const struct stress *plan = s->run->plan;
    unsigned char *elem = calloc(1, plan->elemsize + 1);
    for (uint32_t number = 0; number < plan->least || !load_rlx(&s->run->stop); number++) {
        stress_fill(elem, plan->elemsize, (struct stress_value){s->index, number});
        bool block = !plan->mixed || number % 2;
        while (plan->ops->send(s->run->c, elem, block) < 0)
            sched_yield();
        s->done++;
        s->byte_sum += plan->elemsize && plan->elemsize < sizeof(struct stress_value) ? elem[0] : 0;
    }
    free(elem);
    return NULL;
}

/* Checks one value from the channel, and records what is wrong with it. */
static void stress_judge(struct stress_side *r, int channel, const unsigned char *elem, size_t size)
{
    struct stress_value value;
    r->done++;
    if (size < sizeof(value)) {
        r->byte_sum += size ? elem[0] : 0;
        return;
    }
    memcpy(&value, elem, sizeof(value));
    if (value.sender >= r->run->plan->senders) {
        r->wrong = "a value that nobody sent";
        return;
    }
    if (value.number < r->next[channel][value.sender])
        r->wrong = "a value twice, or out of its sender's order";
    r->next[channel][value.sender] = value.number + 1;
    r->from[value.sender]++;
    for (size_t i = sizeof(value); i < size; i++)
        if (elem[i] != (value.number & 0xff))
            r->wrong = "a torn value";
}

static void *stress_recv(void *arg)
{
    struct stress_side *r = arg;
    const struct stress *plan = r->run->plan;
    unsigned char *elem = calloc(1, plan->elemsize + 1);
    hchan *open[STRESS_CHANNELS];
    memcpy(open, r->run->c, sizeof(open));
    for (uint64_t turn = 0; open[0] || open[1]; turn++) {
        bool received = false, block = !plan->mixed || turn % 2;
        int channel = plan->ops->recv(open, elem, block, &received);
        if (channel < 0)
            sched_yield();
        else if (received)
            stress_judge(r, channel, elem, plan->elemsize);
        else
            open[channel] = NULL;
    }
    free(elem);
    return NULL;
}

static int stress_plain_send(hchan *const *c, const void *elem, bool block)
{
    return chansend(c[0], elem, block, NULL) ? 0 : -1;
}

static int stress_plain_recv(hchan *const *c, void *elem, bool block, bool *received)
{
    return chanrecv(c[0], elem, block, received) ? 0 : -1;
}

static const struct stress_ops stress_plain = {stress_plain_send, stress_plain_recv};

/* The balance at the end. */
static const char *stress_balance(struct stress_run *run)
{
    const struct stress *plan = run->plan;
    uint64_t sent = 0, got = 0, sent_bytes = 0, got_bytes = 0;
    for (unsigned i = 0; i < plan->senders; i++) {
        sent += run->senders[i].done;
        sent_bytes += run->senders[i].byte_sum;
        uint64_t from = 0;
        for (unsigned k = 0; k < plan->receivers; k++)
            from += run->receivers[k].from[i];
        if (plan->elemsize >= sizeof(struct stress_value) && from != run->senders[i].done)
            return from < run->senders[i].done ? "a value was lost" : "a value came twice";
    }
    for (unsigned k = 0; k < plan->receivers; k++) {
        got += run->receivers[k].done;
        got_bytes += run->receivers[k].byte_sum;
        if (run->receivers[k].wrong)
            return run->receivers[k].wrong;
    }
    if (got != sent || got_bytes != sent_bytes)
        return got < sent ? "a value was lost" : "a value came twice, or changed";
    return NULL;
}

/* Binds the calling thread, and those that it makes, to the first `count` CPUs that it may use; the
 * present set is saved in `before`. */
static void stress_bind(unsigned count, cpu_set_t before[STRESS_CPU_SETS])
{
    const size_t size = STRESS_CPU_SETS * sizeof(cpu_set_t);
    cpu_set_t few[STRESS_CPU_SETS];
    memset(few, 0, size);
    memset(before, 0, size);
    assert_int_equal(sched_getaffinity(0, size, before), 0);
    for (size_t cpu = 0; cpu < 8 * size && count > 0; cpu++)
        if (CPU_ISSET_S(cpu, size, before)) {
            CPU_SET_S(cpu, size, few);
            count--;
        }
    assert_int_equal(sched_setaffinity(0, size, few), 0);
}

/* Runs the storm. Returns NULL, or what was wrong. Hangs if a thread is left asleep: the watchdog
 * is outside the process. */
static const char *stress_run(const struct stress *plan, uint64_t *done)
{
    static struct stress_run run;
    cpu_set_t before[STRESS_CPU_SETS];
    memset(&run, 0, sizeof(run));
    run.plan = plan;
    stress_bind(plan->cpus ? plan->cpus : STRESS_CPUS, before);
    for (unsigned i = 0; i < (plan->channels ? plan->channels : 1); i++)
        run.c[i] = make(plan->variant, plan->elemsize, plan->capacity);
    for (unsigned i = 0; i < plan->receivers; i++) {
        run.receivers[i].run = &run;
        assert_int_equal(
            pthread_create(&run.receivers[i].thread, NULL, stress_recv, &run.receivers[i]), 0);
    }
    for (unsigned i = 0; i < plan->senders; i++) {
        run.senders[i].run = &run;
        run.senders[i].index = i;
        assert_int_equal(pthread_create(&run.senders[i].thread, NULL, stress_send, &run.senders[i]),
                         0);
    }
    if (plan->meanwhile)
        plan->meanwhile(&run);
    else
        nanosleep(&(struct timespec){.tv_nsec = (long)plan->ms * 1000000 / test_less}, NULL);
    store_rlx(&run.stop, 1);
    for (unsigned i = 0; i < plan->senders; i++)
        pthread_join(run.senders[i].thread, NULL);
    for (unsigned i = 0; i < STRESS_CHANNELS; i++)
        if (run.c[i])
            closechan(run.c[i]);
    for (unsigned i = 0; i < plan->receivers; i++)
        pthread_join(run.receivers[i].thread, NULL);
    assert_int_equal(sched_setaffinity(0, sizeof(before), before), 0);
    const char *wrong = stress_balance(&run);
    for (unsigned i = 0; i < plan->senders; i++)
        *done += run.senders[i].done;
    for (unsigned i = 0; i < STRESS_CHANNELS; i++) {
        assert_int_equal(chanlen(run.c[i]), 0);
        chanfree(run.c[i]);
    }
    return wrong;
}

/* The same, for a test: if anything is wrong it fails and prints the plan. */
static inline void storm(const struct stress *plan, uint64_t *done)
{
    const char *wrong = stress_run(plan, done);
    if (wrong)
        fail_msg("%s%s: %s (capacity %zu, elements of %zu, %u senders, %u receivers%s)",
                 hchan_variant_name(plan->variant),
                 plan->variant == hchan_traced(plan->variant) ? " traced" : "", wrong,
                 plan->capacity, plan->elemsize, plan->senders, plan->receivers,
                 plan->mixed ? ", mixed" : "");
}

#endif
