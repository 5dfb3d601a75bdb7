// wants: incompatible type.*jobs_\(close\|sendonly\)
// SPDX-License-Identifier: MIT
#include "types.h"

void snippet(jobs c, jobs_sendonly out, jobs_recvonly in, results other, nodes pointers)
{
    jobs_close_end(in);
}
