// wants: incompatible pointer type
// SPDX-License-Identifier: MIT
#include "types.h"

void snippet(jobs c, jobs_sendonly out, jobs_recvonly in, results other, nodes pointers)
{
    int v = 1;
    jobs_send_end(c, &v);
}
