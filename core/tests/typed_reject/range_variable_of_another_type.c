// wants: incompatible type.*jobs_elem
// SPDX-License-Identifier: MIT
#include "types.h"

void snippet(jobs c, jobs_sendonly out, jobs_recvonly in, results other, nodes pointers)
{
    int sum = 0;
    HCHAN_RANGE(jobs, v, c)
        sum = v;
    (void)sum;
}
