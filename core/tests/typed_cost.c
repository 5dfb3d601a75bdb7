/* Each operation of hchan/typed.h or, with PLAIN, the one that it stands for: typed_cost_test
 * compiles this file in both ways, and the machine code must be the same. jobs_make() and the cases
 * of a select are left out: they are the same calls and stores, but in an order that the compiler
 * chooses. */
/* SPDX-License-Identifier: MIT */
#include <hchan/typed.h>

struct job {
    long id;
    char name[24];
};

HCHAN_TYPE(jobs, struct job);

#ifndef PLAIN
#define EITHER(typed, plain) typed
#else
#define EITHER(typed, plain) plain
typedef hchan *both, *sends, *receives;
#define jobs                 both
#define jobs_sendonly        sends
#define jobs_recvonly        receives
#endif

void send_both(jobs c, const struct job *v)
{
    EITHER(jobs_send(c, v), chansend1(c, v));
}

void send_only(jobs_sendonly c, const struct job *v)
{
    EITHER(jobs_send(c, v), chansend1(c, v));
}

bool try_send(jobs c, const struct job *v)
{
    return EITHER(jobs_try_send(c, v), chansend(c, v, false, NULL));
}

enum hchan_end send_within(jobs c, const struct job *v, hchan *done, int64_t deadline)
{
    return EITHER(jobs_send_within(c, v, done, deadline), chansend_within(c, v, done, deadline));
}

enum hchan_end send_end(jobs c, const struct job *v)
{
    return EITHER(jobs_send_end(c, v), hchan_send(c, v));
}

enum hchan_end try_send_end(jobs c, const struct job *v)
{
    return EITHER(jobs_try_send_end(c, v), hchan_try_send(c, v));
}

enum hchan_end send_within_end(jobs c, const struct job *v, hchan *done, int64_t deadline)
{
    return EITHER(jobs_send_within_end(c, v, done, deadline),
                  hchan_send_within(c, v, done, deadline));
}

void recv_only(jobs_recvonly c, struct job *v)
{
    EITHER(jobs_recv(c, v), chanrecv1(c, v));
}

bool recv_ok(jobs c, struct job *v)
{
    return EITHER(jobs_recv_ok(c, v), chanrecv2(c, v));
}

bool try_recv(jobs c, struct job *v, bool *received)
{
    return EITHER(jobs_try_recv(c, v, received), chanrecv(c, v, false, received));
}

enum hchan_end recv_within(jobs c, struct job *v, bool *received, hchan *done, int64_t deadline)
{
    return EITHER(jobs_recv_within(c, v, received, done, deadline),
                  chanrecv_within(c, v, received, done, deadline));
}

long range(jobs c)
{
    long sum = 0;
#ifndef PLAIN
    HCHAN_RANGE(jobs, v, c)
        sum += v.id;
#else
    for (struct job v; chanrecv2(c, &v);)
        sum += v.id;
#endif
    return sum;
}

jobs_sendonly narrow(jobs c)
{
    return EITHER(jobs_as_sendonly(c), c);
}

size_t len(jobs_recvonly c)
{
    return EITHER(jobs_len(c), chanlen(c));
}

enum hchan_end close_end(jobs c)
{
    return EITHER(jobs_close_end(c), hchan_close(c));
}

void hold(jobs c)
{
    EITHER(jobs_retain(c), hchan_retain(c));
    EITHER(jobs_release(c), hchan_release(c));
}

void end(jobs c)
{
    EITHER(jobs_close(c), closechan(c));
    EITHER(jobs_free(c), chanfree(c));
}
