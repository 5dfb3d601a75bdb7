// wants: incompatible pointer type
// SPDX-License-Identifier: MIT
#include "types.h"

void snippet(jobs c, jobs_sendonly out, jobs_recvonly in, results other, nodes pointers)
{
    int v = 1;
    struct scase cases[] = {jobs_case_send(c, &v)};
    (void)cases;
}
