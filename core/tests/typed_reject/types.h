/* What the snippets share: two channel types with the same element, and one with pointers. */
/* SPDX-License-Identifier: MIT */
#include <hchan/typed.h>

struct job {
    long id;
    char name[24];
};

HCHAN_TYPE(jobs, struct job);
HCHAN_TYPE(results, struct job);
HCHAN_TYPE(nodes, struct job *);

void snippet(jobs c, jobs_sendonly out, jobs_recvonly in, results other, nodes pointers);
