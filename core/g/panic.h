/* Go's panic, for C. */
#ifndef CORE_G_PANIC_H
#define CORE_G_PANIC_H

/* Ends the innermost hchan_try() of this G with `message`, a static string. If there is none,
 * prints "panic: message" on standard error and ends the process with status 2, by exit(), so that
 * output that is still buffered is written. If several threads panic at once, the first one does
 * that. No lock may be held. */
_Noreturn void gopanic(const char *message);

#endif
