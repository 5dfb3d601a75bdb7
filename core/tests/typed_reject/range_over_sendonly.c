// wants: incompatible type.*jobs_r\(ange\|ecvonly\)
// SPDX-License-Identifier: MIT
#include "types.h"

void snippet(jobs c, jobs_sendonly out, jobs_recvonly in, results other, nodes pointers)
{
    HCHAN_RANGE(jobs, v, out)
        (void)v;
}
