/* What needs more stack than a goroutine may have left. */
#ifndef CORE_G_APART_H
#define CORE_G_APART_H

/* Calls fn(arg), in this thread: on a stack of its own of 1 MiB if the caller is on that of a
 * goroutine, or directly if it is not, or if there is no memory. fn must not park. It need not
 * return. */
void run_apart(void (*fn)(void *), void *arg);

#endif
