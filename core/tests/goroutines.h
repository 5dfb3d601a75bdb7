/* What the tests of goroutines share: variants that park them, numbers of Ps, and Gs. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_TESTS_GOROUTINES_H
#define CORE_TESTS_GOROUTINES_H

#include "core/base/atomic.h"
#include "core/g/g.h"
#include "core/tests/support.h"
#include <hchan/sched.h>

static inline bool parks_goroutines(const struct hchan_variant *v)
{
    return hchan_variant_goroutines(v);
}

/* A variant for what does not depend on the variant. */
static inline const struct hchan_variant *some_variant(void)
{
    return hchan_traced(hchan_variant_find("spin+go+none"));
}

static inline void start_procs(unsigned procs)
{
    assert_int_equal(schedinit(&(struct sched_options){.procs = procs}), 0);
    assert_int_equal(gomaxprocs(), procs);
}

/* Calls itself n times; each call takes half a KiB of the stack. */
static __attribute__((noinline, unused)) char deeper(int n)
{
    volatile char frame[512] = {0};
    if (n > 0)
        frame[1] = deeper(n - 1); /* into the frame, so that it is no loop to a compiler */
    return frame[1];
}

/* How many Gs there are, of goroutines and threads, those that have ended included. */
static inline size_t count_gs(void)
{
    size_t count = 0;
    for (struct g *gp = allgs_lock(); gp; gp = gp->next_all)
        count++;
    allgs_unlock();
    return count;
}

/* How much memory is mapped. */
static inline long mapped_kib(void)
{
    FILE *f = fopen("/proc/self/statm", "r");
    long pages = 0;
    assert_non_null(f);
    assert_int_equal(fscanf(f, "%ld", &pages), 1);
    fclose(f);
    return pages * (sysconf(_SC_PAGESIZE) >> 10);
}

static inline void go(void (*fn)(void *), void *arg)
{
    assert_int_equal(newproc(fn, arg), 0);
}

/* On 1, 2 and 4 Ps, whatever the machine has; with each variant that parks goroutines. */
#define FOR_EACH_PROCS(procs) for (unsigned procs = 1; procs <= 4; procs *= 2)
#define FOR_EACH_GO(v)  \
    FOR_EACH_VARIANT(v) \
    if (parks_goroutines(v))

/* A goroutine's body: counts in *arg. */
static inline void count_one(void *arg)
{
    assert_true(in_goroutine());
    fadd_rlx((_Atomic uint32_t *)arg, 1); /* a count; schedwait() orders it */
}

#endif
