/* Go's throw, for C. */
#ifndef CORE_BASE_THROW_H
#define CORE_BASE_THROW_H

/* For a state that cannot be: prints "fatal error: message" and aborts (Go's throw). */
_Noreturn void gothrow(const char *message);

#endif
