/* How much memory this process takes, and how much more it could take. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_MACHINE_MEMORY_H
#define HARNESS_MACHINE_MEMORY_H

/* In bytes, except the mappings; NAN if it is not known. */
struct memory_taken {
    double resident; /* in memory */
    double tables;   /* the page tables, which belong to the kernel */
    double mapped;   /* addresses */
    double mappings; /* a count, which vm.max_map_count limits */
};

/* What is taken now. The first call itself takes some. */
void memory_look(struct memory_taken *taken);

/* What is left of each; INFINITY if nothing sets a limit. Memory is limited by the machine and by
 * the control groups, addresses by ulimit -v and -d and by a kernel that promises no more than it
 * has (vm.overcommit_memory = 2). Page tables come from the same memory as resident pages. */
void memory_left(struct memory_taken *left);

#endif
