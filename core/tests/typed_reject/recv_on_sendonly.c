// wants: incompatible type.*jobs_recv
// SPDX-License-Identifier: MIT
#include "types.h"

void snippet(jobs c, jobs_sendonly out, jobs_recvonly in, results other, nodes pointers)
{
    struct job v;
    jobs_recv(out, &v);
}
