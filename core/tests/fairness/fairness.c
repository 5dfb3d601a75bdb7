/* Programs that show whether a scheduler of goroutines is fair. Each is also in fairness.go, line
 * by line, and compare_fairness runs both.
 *
 *     fairness PROGRAM PROCS     prints: most goroutines alive, the longest wait of a runnable one
 * in runs of goroutines and in ms, the latest deadline in ms; "-" for what the program does not
 * measure */
/* SPDX-License-Identifier: MIT */
#include "core/base/atomic.h"
#include "core/base/futex.h"
#include <hchan/hchan.h>
#include <hchan/sched.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Atomic int64_t runs, alive; /* counts, which publish nothing: relaxed */
static _Atomic uint32_t over;
static int64_t most_alive, most_runs, most_ns, most_late;
static hchan *a, *b;

static void count_run(void)
{
    fadd_rlx(&runs, 1);
}

/* A wait of a runnable goroutine, from before the runs and the time given until now. */
static void waited(int64_t since_runs, int64_t since)
{
    int64_t n = load_rlx(&runs) - since_runs, ns = nanotime() - since;
    if (n > most_runs)
        most_runs = n;
    if (ns > most_ns)
        most_ns = ns;
}

static void go(void (*fn)(void *), void *arg)
{
    int error = newproc(fn, arg);
    if (error) {
        fprintf(stderr, "fairness: newproc: %s\n", strerror(error));
        exit(1);
    }
}

/* starve: go f(); a <- i; <-b, again and again. f has answered: when does it end? */

static void answer(void *arg)
{
    int64_t value;
    (void)arg;
    chanrecv1(a, &value);
    count_run();
    int64_t since_runs = load_rlx(&runs), since = nanotime();
    chansend1(b, &value);
    count_run();
    waited(since_runs, since);
    fadd_rlx(&alive, -1);
}

static void starve(void *arg)
{
    (void)arg;
    for (int64_t i = 0, value; i < 100000; i++) {
        fadd_rlx(&alive, 1);
        go(answer, NULL);
        chansend1(a, &i);
        chanrecv1(b, &value);
        count_run();
        if (load_rlx(&alive) > most_alive)
            most_alive = load_rlx(&alive);
    }
}

/* timers: four compute for 5 ms each and yield; ten deadlines of 50 ms, one after the other. */

static void compute(void *arg)
{
    (void)arg;
    while (!load_rlx(&over)) {
        for (int64_t start = nanotime(); nanotime() - start < 5000000;) {
        }
        gosched();
    }
}

static void timers(void *arg)
{
    (void)arg;
    for (int i = 0; i < 4; i++)
        go(compute, NULL);
    for (int i = 0; i < 10; i++) {
        int64_t deadline = hchan_deadline(50000000);
        chanrecv_within(NULL, NULL, NULL, NULL, deadline);
        if (nanotime() - deadline > most_late)
            most_late = nanotime() - deadline;
    }
    store_rlx(&over, 1);
}

/* pair: two wake each other a million times; meanwhile a hundred yield. How long does a yield take?
 */

static void yield(void *arg)
{
    (void)arg;
    while (!load_rlx(&over)) {
        int64_t since_runs = load_rlx(&runs), since = nanotime();
        gosched();
        count_run();
        waited(since_runs, since);
    }
}

static void play_back(void *arg)
{
    int64_t value;
    (void)arg;
    while (chanrecv2(a, &value)) {
        count_run();
        chansend1(b, &value);
    }
}

static void pair(void *arg)
{
    (void)arg;
    go(play_back, NULL);
    for (int i = 0; i < 100; i++)
        go(yield, NULL);
    for (int64_t i = 0, value; i < 1000000; i++) {
        chansend1(a, &i);
        chanrecv1(b, &value);
        count_run();
    }
    store_rlx(&over, 1);
    closechan(a);
}

/* close: 100,000 are woken by a close; each waits for its turn. */

static int64_t closed_at, closed_runs;

static void wait_for_close(void *arg)
{
    (void)arg;
    int64_t now = fadd_rlx(&alive, 1) + 1;
    if (now > most_alive)
        most_alive = now;
    chanrecv1(a, NULL);
    count_run();
    waited(closed_runs, closed_at);
    fadd_rlx(&alive, -1);
}

static void close_many(void *arg)
{
    (void)arg;
    for (int i = 0; i < 100000; i++)
        go(wait_for_close, NULL);
    while (load_rlx(&alive) < 100000)
        gosched();
    closed_runs = load_rlx(&runs);
    closed_at = nanotime();
    closechan(a);
}

static const struct {
    const char *name;
    void (*body)(void *);
    bool alive, wait, late;
} programs[] = {
    {"starve", starve, true, true, false},
    {"timers", timers, false, false, true},
    {"pair", pair, false, true, false},
    {"close", close_many, true, true, false},
};

static void print_count(bool measured, int64_t n)
{
    if (measured)
        printf(" %" PRId64, n);
    else
        printf(" -");
}

static void print_ms(bool measured, int64_t ns)
{
    if (measured)
        printf(" %.3f", (double)ns / 1e6);
    else
        printf(" -");
}

int main(int argc, char **argv)
{
    const struct hchan_variant *v = hchan_variant_find("futex+go+ring");
    unsigned long procs = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
    for (size_t i = 0; procs && v && i < sizeof(programs) / sizeof(programs[0]); i++) {
        if (strcmp(programs[i].name, argv[1]) != 0)
            continue;
        a = makechan(v, 8, 0);
        b = makechan(v, 8, 0);
        int error = schedinit(&(struct sched_options){.procs = (unsigned)procs});
        if (error) {
            fprintf(stderr, "fairness: schedinit: %s\n", strerror(error));
            return 1;
        }
        go(programs[i].body, NULL);
        schedstop();
        print_count(programs[i].alive, most_alive);
        print_count(programs[i].wait, most_runs);
        print_ms(programs[i].wait, most_ns);
        print_ms(programs[i].late, most_late);
        printf("\n");
        return 0;
    }
    fprintf(stderr, "fairness: give a program and a number of Ps: fairness starve 1\n");
    return 2;
}
