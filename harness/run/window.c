/* Times the window of a lead or of a crowd (window.h). It owns no state: counts and times are the
 * crew's. */
/* SPDX-License-Identifier: MIT */
#include "harness/run/window.h"
#include "harness/base/clock.h"
#include <errno.h>
#include <math.h>

/* Whether the lead still lives on what others did before the window. With much room in its channels
 * a window could pass in which the lead takes what was there and nobody else works. So the others
 * have to keep up with it, but for an eighth: what is under way at the window's end was partly done
 * in it, and the time of an operation is then off by less than that. */
static bool is_fed_from_before(const struct crew *crew)
{
    const struct scenario *s = crew->bench.scenario;
    enum { SLACK = 8 };
    uint64_t enough = crew->lead_ops - crew->lead_ops / SLACK, shared = enough;
    for (unsigned i = 1; i < crew->threads && s->feeds; i++) {
        /* Relaxed: progress is a count, which publishes nothing. */
        uint64_t done = load_rlx(&crew->seats[i].worker.ops) - crew->seats[i].before;
        if (i <= s->stages && done < enough)
            return true;
        if (i > s->stages)
            shared = i == s->stages + 1 ? done : shared + done;
    }
    return shared < enough;
}

/* Spins for a share of the time that a call of the lead took. What times itself counts it, too. */
static void waste_share(const struct crew *crew, struct worker *w, uint64_t took)
{
    uint64_t wasted = (uint64_t)((double)took * crew->spec->waste), start = clock_ns();
    while (clock_ns() - start < wasted)
        ;
    if (crew->bench.scenario->times_itself)
        w->timed_ns += wasted;
}

/* One call of the lead, within its window. */
static void call_lead(struct crew *crew, struct worker *w)
{
    const struct scenario *s = crew->bench.scenario;
    bool wastes = crew->spec->waste > 0;
    uint64_t timed = w->timed_ns, start = wastes ? clock_ns() : 0;
    s->lead(w, crew->bench.ops);
    if (s->settle) /* the others go on meanwhile, but little is left to do at the end */
        s->settle(w, crew->bench.ops);
    if (wastes)
        waste_share(crew, w, s->times_itself ? w->timed_ns - timed : clock_ns() - start);
    crew->lead_ops += crew->bench.ops;
}

/* The lead's part: a warm-up, and then the window, which ends with the first call that reaches its
 * time. A fixed number of operations would not do: if a path has a fast and a slow mode, the number
 * that fits one makes a window of the other a hundred times too short or too long. */
static void run_lead(struct crew *crew, struct worker *w)
{
    const struct scenario *s = crew->bench.scenario;
    if (crew->warm_ops)
        s->lead(w, crew->warm_ops);
    if (s->settle)
        s->settle(w, 0);
    for (unsigned i = 1; i < crew->threads; i++)
        crew->seats[i].before = load_rlx(&crew->seats[i].worker.ops); /* a count, as above */
    w->timed_ns = 0;
    store_rlx(&crew->bench.recording, 1); /* a flag that publishes nothing */
    uint64_t start = clock_ns();
    do {
        call_lead(crew, w);
        crew->window_ns = s->times_itself ? w->timed_ns : clock_ns() - start;
    } while (!s->fixed_ops &&
             (crew->window_ns < crew->spec->window_ns || is_fed_from_before(crew)));
    if (s->settle) {
        s->settle(w, 0);
        crew->window_ns = clock_ns() - start;
    }
    if (s->finish)
        s->finish(&crew->bench);
}

void window_part(struct crew *crew, struct worker *w)
{
    const struct scenario *s = crew->bench.scenario;
    if (crew->crowd)
        s->crowd(w);
    else if (w->index == 0)
        run_lead(crew, w);
    else
        s->serve(w);
}

static void pause_ns(uint64_t ns)
{
    struct timespec t = {.tv_sec = (time_t)(ns / 1000000000U), .tv_nsec = (long)(ns % 1000000000U)};
    while (nanosleep(&t, &t) && errno == EINTR)
        ;
}

/* Whether the worker's operations count: in a pair, one worker counts for both. */
static bool crowd_counts(const struct crew *crew, unsigned i)
{
    return !crew->bench.scenario->pairs || i % 2;
}

static void read_progress(const struct crew *crew, uint64_t *now)
{
    for (unsigned i = 0; i < crew->threads; i++)
        now[i] = load_rlx(&crew->seats[i].worker.ops); /* a count that publishes nothing */
}

/* Reads each worker's progress. Returns true if each that counts has done some operations since
 * `before`: eight, since one or two could be what was left of its turn before, and where threads
 * outnumber PUs an operation of a lock that convoys takes milliseconds. */
static bool crowd_progress(const struct crew *crew, const uint64_t *before, uint64_t *now)
{
    enum { SOME = 8 };
    bool all = true;
    read_progress(crew, now);
    for (unsigned i = 0; i < crew->threads; i++)
        all = all && (now[i] - before[i] >= SOME || !crowd_counts(crew, i));
    return all;
}

/* The longest that a crowd's run-in or window takes, in windows: if somebody never runs, the four
 * windows of 8 ms of a quick sweep's process take 2 s, far less than its time limit. */
enum { LONGEST = 32 };

/* Lets the crowd run in: sleeps, a step at a time, until each worker has done some operations, or
 * until its patience ends. A step is an eighth of a window, as long as a lead's warm-up. Returns
 * how long it took. `none` is all zero. */
static uint64_t run_in(struct crew *crew, const uint64_t *none, uint64_t *now)
{
    enum { STEPS = 8 };
    uint64_t ns = crew->spec->window_ns, start = clock_ns(), took;
    do {
        pause_ns(ns / STEPS);
        took = clock_ns() - start;
    } while (!crowd_progress(crew, none, now) && took < LONGEST * ns);
    return took;
}

/* Whether anybody has done anything since `before`. */
static bool any_progress(const struct crew *crew, const uint64_t *before, uint64_t *now)
{
    read_progress(crew, now);
    for (unsigned i = 0; i < crew->threads; i++)
        if (crowd_counts(crew, i) && now[i] != before[i])
            return true;
    return false;
}

/* Where threads outnumber PUs, one of them may run by itself for longer than a window: then nobody
 * contends. So the run-in lasts until every worker has had its turn, and the window twice as long,
 * if that is longer than it should be. Its length is fixed before it begins: one that ended when
 * the slowest had done something would make every crowd look fair. Only where nobody at all did
 * anything, since something else had the PUs, it goes on. */
void window_watch_crowd(struct crew *crew, struct window *out, uint64_t *before, uint64_t *after)
{
    uint64_t ns = crew->spec->window_ns;
    if (!crew_await(crew))
        return;
    uint64_t turns = 2 * run_in(crew, before, after); /* `before` is still all zero */
    uint64_t length = turns < ns ? ns : turns < LONGEST * ns ? turns : LONGEST * ns;
    /* Of the process: in it only the workers and this thread run, and this one sleeps. */
    struct usage usage = usage_of_process();
    store_rlx(&crew->bench.recording, 1); /* a flag that publishes nothing */
    uint64_t start = clock_ns();
    read_progress(crew, before);
    uint64_t end;
    do {
        pause_ns(length);
        end = clock_ns();
    } while (!any_progress(crew, before, after) && end - start < LONGEST * ns);
    crew->usage = usage_between(usage, usage_of_process());
    store_rlx(&crew->bench.stop, 1); /* a flag that publishes nothing */
    out->sample.window_ns = (double)(end - start);
}

void window_sum_crowd(struct crew *crew, struct window *out, const uint64_t *before,
                      const uint64_t *after)
{
    double sum = 0, squares = 0, handovers = 0;
    unsigned active = 0, counting = 0;
    for (unsigned i = 0; i < crew->threads; i++) {
        if (!crowd_counts(crew, i))
            continue;
        counting++;
        double ops = (double)(after[i] - before[i]);
        sum += ops;
        squares += ops * ops;
        active += after[i] > before[i];
        handovers += (double)crew->seats[i].worker.handovers;
        out->ops_all += load_rlx(&crew->seats[i].worker.ops); /* after the join */
    }
    out->sample.ops = (uint64_t)sum;
    out->sample.ns_per_op = sum > 0 ? out->sample.window_ns / sum : NAN;
    bool many = counting > 1;
    out->sample.fairness = many && squares > 0 ? sum * sum / (counting * squares) : NAN;
    out->sample.handovers = many && crew->bench.scenario->hands_over && out->ops_all
                                ? handovers / (double)out->ops_all
                                : NAN;
    out->sample.overlap = many ? (double)active / counting : NAN;
}

void window_sum_lead(struct crew *crew, struct window *out)
{
    out->sample.ops = crew->lead_ops;
    out->ops_all = crew->lead_ops + crew->warm_ops;
    out->sample.window_ns = (double)crew->window_ns;
    out->sample.ns_per_op = out->sample.window_ns / (double)out->sample.ops;
    out->sample.fairness = out->sample.overlap = out->sample.handovers = NAN;
}
