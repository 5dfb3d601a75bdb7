// wants: incompatible type.*jobs_\(case_send\|sendonly\)
// SPDX-License-Identifier: MIT
#include "types.h"

void snippet(jobs c, jobs_sendonly out, jobs_recvonly in, results other, nodes pointers)
{
    struct job v = {1, "one"};
    struct scase cases[] = {jobs_case_send(in, &v)};
    (void)cases;
}
