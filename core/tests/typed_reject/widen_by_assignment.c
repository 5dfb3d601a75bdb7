// wants: assigning to.*'jobs'.*jobs_sendonly
// SPDX-License-Identifier: MIT
#include "types.h"

void snippet(jobs c, jobs_sendonly out, jobs_recvonly in, results other, nodes pointers)
{
    jobs both = c;
    both = out;
    jobs_free(both);
}
