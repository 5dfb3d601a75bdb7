/* Boost.Context's C interface (libboost_context): a switch between stacks in user space, without
 * the system call that ucontext makes for the signal mask. The functions are C, but Boost declares
 * them for C++ only. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_BASE_FCONTEXT_H
#define CORE_BASE_FCONTEXT_H

#include <stddef.h>

/* A suspended context. A jump to it uses it up. */
typedef void *fcontext;

/* What arrives with a jump: the context that jumped, suspended, and its data. */
struct fcontext_transfer {
    fcontext from;
    void *data;
};

/* Suspends the caller and resumes `to`, which gets {the caller, data}: from its own
 * jump_fcontext(), or as fn's argument where it begins. Returns when something jumps back. */
struct fcontext_transfer jump_fcontext(fcontext to, void *data);

/* A context that will run fn on a stack of `size` bytes whose top (its highest address) is `top`.
 * fn must not return. A context owns no memory: nothing frees it. */
fcontext make_fcontext(void *top, size_t size, void (*fn)(struct fcontext_transfer));

#endif
