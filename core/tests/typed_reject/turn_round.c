// wants: assigning to.*jobs_recvonly.*jobs_sendonly
// SPDX-License-Identifier: MIT
#include "types.h"

void snippet(jobs c, jobs_sendonly out, jobs_recvonly in, results other, nodes pointers)
{
    jobs_recvonly turned = in;
    turned = out;
    jobs_recv(turned, NULL);
}
