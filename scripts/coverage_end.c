/* Linked into a build that counts coverage: a process that ends badly, by abort() or _exit(), keeps
 * its counts, as one that ends by exit() does. */
/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

void __gcov_dump(void);
_Noreturn void __real_abort(void);
_Noreturn void __real__exit(int status);
_Noreturn void __wrap_abort(void);
_Noreturn void __wrap__exit(int status);

/* Weak, since every library and program has its copy. */
__attribute__((weak)) void __wrap_abort(void)
{
    __gcov_dump();
    __real_abort();
}

__attribute__((weak)) void __wrap__exit(int status)
{
    __gcov_dump();
    __real__exit(status);
}
