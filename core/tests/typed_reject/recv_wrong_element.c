// wants: incompatible pointer type
// SPDX-License-Identifier: MIT
#include "types.h"

void snippet(jobs c, jobs_sendonly out, jobs_recvonly in, results other, nodes pointers)
{
    int v;
    jobs_recv(c, &v);
}
