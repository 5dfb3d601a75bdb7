/* Boost.Context's C interface (libboost_context): a switch between stacks in user space, without
 * the system call that ucontext makes for the signal mask. Boost declares it to C++ only; the
 * functions are C. */
#ifndef CORE_BASE_FCONTEXT_H
#define CORE_BASE_FCONTEXT_H

#include <stddef.h>

/* A suspended context. It is used up by the jump to it. */
typedef void *fcontext;

/* What arrives with a jump: where it came from, suspended, and what the jumper passed. */
struct fcontext_transfer {
    fcontext from;
    void *data;
};

/* Suspends the caller and resumes `to`, which sees {the caller, data}: from its own
 * jump_fcontext(), or as fn's argument where it begins. Returns when somebody jumps back. */
struct fcontext_transfer jump_fcontext(fcontext to, void *data);

/* A context that will run fn on a stack of `size` bytes whose top (its highest address) is `top`.
 * fn must not return. Nothing is freed: a context is forgotten by forgetting it. */
fcontext make_fcontext(void *top, size_t size, void (*fn)(struct fcontext_transfer));

#endif
