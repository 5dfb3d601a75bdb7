// wants: incompatible type.*'jobs
// SPDX-License-Identifier: MIT
#include "types.h"

void snippet(jobs c, jobs_sendonly out, jobs_recvonly in, results other, nodes pointers)
{
    jobs_recv(jobs_as_recvonly(out), NULL);
}
