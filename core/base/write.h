/* Writing what must arrive: fatal errors and reports. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_BASE_WRITE_H
#define CORE_BASE_WRITE_H

#include <stdbool.h>
#include <stddef.h>

/* For so long a descriptor that is full and does not block is waited for. */
enum { WRITE_PATIENCE_S = 3 };

/* Writes all of the text, in as many pieces as the descriptor takes it, whatever signals come.
 * False, with errno, if it refuses some of it, or stays full for WRITE_PATIENCE_S: the rest is
 * lost. One that blocks may block for good. Takes no lock, no memory and little stack, and may be
 * called by a signal's handler. */
bool write_whole(int fd, const char *text, size_t size);

#endif
