/* The stacks of goroutines, and what happens if one overflows. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_SCHED_STACK_H
#define CORE_SCHED_STACK_H

#include "core/base/fiber.h"
#include <stddef.h>

/* The size in bytes of the stack that a user asks for with `size` (0: the default), its guard
 * included; 0 if that is out of range. */
size_t stack_size(size_t size);
/* Stacks of goroutines that ask for a size of their own have one of these classes, from 1: the
 * smallest size, and each the double of the one before, so that dead ones can be used again. */
enum { STACK_CLASSES = 17 };
/* The smallest class that has `size` bytes; 0 if that is out of range. */
unsigned stack_class(size_t size);
/* The size of a class, as stack_size() returns it. */
size_t stack_class_size(unsigned class);
/* Makes a stack of so many bytes, on which f is to run. Returns 0 or an error number. */
int stack_alloc(struct fiber *f, size_t size);
/* Gives the memory of all stacks back. Their fibers have ended. */
void stack_free_all(void);
/* For a fork(): takes and gives back the lock. In the child the stacks that there are belong to
 * goroutines that do not run there, and stay: values may be written to them. */
void stacks_lock(void);
void stacks_unlock(void);
void stacks_forget(void);
/* Takes SIGSEGV, to report overflows, until stack_leave_faults() gives it back: unless the program
 * has installed a handler of its own meanwhile. Any other fault, and a signal that was sent, is
 * passed on to the action before. */
void stack_catch_faults(void);
void stack_leave_faults(void);
/* Gives the calling thread a stack for signals, so that an overflow of its goroutines can be
 * reported, unless it has one. Returns 0 or an error number, and in *altstack what stack_unguard()
 * takes. */
int stack_guard(void **altstack);
void stack_unguard(void *altstack);

#endif
