/* How far something long has come, on standard error: one line that is written over on a terminal,
 * and lines of their own elsewhere, as in a log or where TERM says that the terminal is dumb. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_BASE_PROGRESS_H
#define HARNESS_BASE_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the line is written over, so that each step can be shown. */
bool progress_overwrites(void);

/* Shows a line made as printf makes it, without a newline, cut to the width that the terminal has
 * now. `last`: nothing follows. */
void progress_show(bool last, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Writes a line that stays. The line that is shown goes. */
void progress_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The columns of the terminal that this file is; what COLUMNS says if it does not know, or 80. */
size_t progress_columns(int fd);

#endif
