/* The stacks of goroutines. */
#ifndef CORE_SCHED_STACK_H
#define CORE_SCHED_STACK_H

#include "core/base/fiber.h"
#include <stddef.h>

/* The bytes of a stack that is asked for with `size`, its guard included; 0: out of range. */
size_t stack_size(size_t size);
/* A stack of so many bytes. Returns 0 or an error number. */
int stack_alloc(struct fiber *f, size_t size);
/* From here on, an overflow in a goroutine of the calling thread is told as such. Returns what
 * stack_unguard() takes; NULL where there is no memory. */
void *stack_guard(void);
void stack_unguard(void *altstack);

#endif
