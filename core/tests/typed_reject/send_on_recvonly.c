// wants: incompatible type.*jobs_send
// SPDX-License-Identifier: MIT
#include "types.h"

void snippet(jobs c, jobs_sendonly out, jobs_recvonly in, results other, nodes pointers)
{
    struct job v = {1, "one"};
    jobs_send(in, &v);
}
