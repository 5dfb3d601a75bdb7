/* What this process takes of memory, and how much more of it there is to take. */
#ifndef HARNESS_MACHINE_MEMORY_H
#define HARNESS_MACHINE_MEMORY_H

/* In bytes, but for the mappings; NAN where the kernel does not tell. */
struct memory_taken {
    double resident; /* in memory */
    double tables;   /* the page tables, which are the kernel's */
    double mapped;   /* addresses */
    double mappings; /* a count: vm.max_map_count has a limit of them */
};

/* What is taken now. The look itself takes some, the first time. */
void memory_look(struct memory_taken *taken);

/* What is left of each: INFINITY where nothing sets a limit. The machine's memory and the control
 * groups' limits; addresses as far as ulimit -v and -d, and a kernel that commits to no more than
 * it has (vm.overcommit_memory = 2), allow. Page tables come from the same memory as what is
 * resident.
 */
void memory_left(struct memory_taken *left);

#endif
