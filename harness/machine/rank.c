/* Ranks under real-time policies (rank.h). It owns the process's rank: the policy, the priority
 * that it had, and the priority of those below. */
/* SPDX-License-Identifier: MIT */
#include "harness/machine/rank.h"
#include <errno.h>
#include <sched.h>
#include <stdio.h>

/* policy is 0 (SCHED_OTHER) where there is no rank. */
static struct {
    int policy, own, lower;
} rank;

static bool set_priority(int policy, int priority)
{
    return sched_setscheduler(0, policy, &(struct sched_param){.sched_priority = priority}) == 0;
}

/* The policy without the flag that nobody inherits it, which makes it none of ours. */
static int inherited_policy(void)
{
    int policy = sched_getscheduler(0);
    return policy < 0 || policy & SCHED_RESET_ON_FORK ? SCHED_OTHER : policy;
}

bool rank_is_real_time(void)
{
    int policy = inherited_policy();
    return policy == SCHED_FIFO || policy == SCHED_RR;
}

static bool try_to_go_up(int up, int below)
{
    int priority = rank.own + up;
    rank.lower = priority - 1;
    return priority - below >= sched_get_priority_min(rank.policy) &&
           priority <= sched_get_priority_max(rank.policy) && set_priority(rank.policy, priority);
}

/* A sweep goes up as far as it may, so that workers keep the priority that the user gave. To a cell
 * its sweep has left room below, and only one that was started by hand may have to go up. */
static bool find_room(int below)
{
    for (int i = 0; i <= below; i++)
        if (try_to_go_up(below == RANK_CELL ? i : below - i, below))
            return true;
    return false;
}

int rank_raise(int below, char *why, size_t size)
{
    struct sched_param now;
    if (rank.policy != SCHED_OTHER)
        return 0;
    if (inherited_policy() == SCHED_DEADLINE) {
        snprintf(why, size, "the policy deadline starts no processes: add -R to chrt");
        return -EPERM;
    }
    if (!rank_is_real_time() || sched_getparam(0, &now))
        return 0;
    rank.policy = inherited_policy();
    rank.own = now.sched_priority;
    if (find_room(below))
        return 0;
    snprintf(
        why, size,
        "at the real-time priority %d nothing can outrank what spins, and end it: choose %d or "
        "more, or allow a higher one (ulimit -r)",
        rank.own, sched_get_priority_min(rank.policy) + below);
    rank.policy = SCHED_OTHER;
    return -EPERM;
}

void rank_lower(void)
{
    if (rank.policy != SCHED_OTHER)
        set_priority(rank.policy, rank.lower);
}
