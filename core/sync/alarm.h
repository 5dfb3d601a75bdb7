/* Alarms: functions that are called at some moment, by one thread for all. What timers
 * (hchan/time.h) and the deadlines of contexts (hchan/context.h) are made of. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_SYNC_ALARM_H
#define CORE_SYNC_ALARM_H

#include <stdbool.h>
#include <stdint.h>

/* Part of another structure; zeroed but for fn and arg. All but these two is the alarms' own. */
struct alarm {
    void (*fn)(void *arg);
    void *arg;
    int64_t when, period;
    uint32_t forks; /* see alarm_is_lost() */
    bool set;
    struct alarm *child, *next, *prev; /* in the heap; prev: the sibling before, or the parent */
};

/* Sets the alarm, which was set already or was not: fn is called at `when`, and, if `period` is not
 * 0, then each `period` nanoseconds, without those that are missed. From the moment when it is
 * called the alarms do not touch *a any more, unless it has a period. Returns 0, or an error number
 * if there is no thread for alarms, and then it is not set. */
int alarm_set(struct alarm *a, int64_t when, int64_t period);

/* Clears it. True if it was set: then fn is not called any more, but a call may be under way. */
bool alarm_clear(struct alarm *a);

/* Whether it was set before a fork() of which this process is the child: it is not set any more,
 * and no call of fn is under way here. */
bool alarm_is_lost(const struct alarm *a);

/* Waits until no call of fn is under way. Not for fn itself; what another alarm's fn calls returns
 * at once. */
void alarm_settle(const struct alarm *a);

#endif
