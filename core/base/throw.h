/* Go's throw, for C. */
#ifndef CORE_BASE_THROW_H
#define CORE_BASE_THROW_H

/* Prints "fatal error: message" on standard error and aborts, for a state that is a bug of ours, or
 * memory that ran out where no caller could be told (Go's throw). */
_Noreturn void gothrow(const char *message);

#endif
