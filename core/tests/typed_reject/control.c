// wants: nothing: the correct form of what the others get wrong
// SPDX-License-Identifier: MIT
#include "types.h"

static void produce(jobs_sendonly out, const struct job *v)
{
    jobs_send(out, v);
    jobs_try_send(out, v);
    jobs_send_within(out, v, NULL, HCHAN_FOREVER);
    jobs_send_end(out, v);
    jobs_try_send_end(out, v);
    jobs_send_within_end(out, v, NULL, HCHAN_FOREVER);
    jobs_close_end(out);
    jobs_close(out);
}

static long consume(jobs_recvonly in)
{
    struct job v;
    bool received;
    jobs_recv(in, &v);
    jobs_recv(in, NULL);
    jobs_try_recv(in, &v, &received);
    jobs_recv_within(in, &v, &received, NULL, HCHAN_FOREVER);
    long sum = jobs_recv_ok(in, &v) ? v.id : 0;
    HCHAN_RANGE(jobs, w, in)
        sum += w.id;
    return sum;
}

void snippet(jobs c, jobs_sendonly out, jobs_recvonly in, results other, nodes pointers)
{
    struct job v = {1, "one"}, *p = &v;
    produce(c, &v); /* it takes less, as in Go */
    consume(c);
    out = jobs_as_sendonly(c);
    in = jobs_as_recvonly(c);
    produce(out, &v);
    consume(in);
    jobs_send(c, &v);
    jobs_recv(c, &v);
    jobs_close(c);
    jobs_retain(in);
    jobs_release(out);
    jobs_release(c);
    results_send(other, &v);
    nodes_send(pointers, &p);
    nodes_recv(pointers, &p);
    HCHAN_RANGE(nodes, node, pointers)
        v.id += node->id;
    HCHAN_RANGE_OF(struct job, w, c.c)
        v.id += w.id;
    struct scase cases[] = {jobs_case_send(c, &v), jobs_case_send(out, &v), jobs_case_recv(c, &v),
                            jobs_case_recv(in, NULL)};
    selectgo(cases, sizeof(cases) / sizeof(cases[0]), true, NULL);
    if (jobs_len(c) + jobs_len(out) + jobs_len(in) < jobs_cap(c) && !jobs_is_nil(in))
        jobs_free(c);
}
