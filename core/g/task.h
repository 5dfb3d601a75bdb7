/* What the kernel says of the process and its threads, in /proc. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_G_TASK_H
#define CORE_G_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The text of one of a thread's files, e.g. "status", cut off at `size` - 1 bytes; of the process's
 * if tid is 0. False, with errno, if it cannot be opened. */
bool task_read(int32_t tid, const char *file, char *text, size_t size);

/* What its file "stat" says. */
struct task_stat {
    char state;  /* 'R', 'S', 'Z' ... as in proc(5) */
    int threads; /* of the process */
};

/* False, with errno, if the file cannot be opened; with errno 0 if it says something else. */
bool task_stat(int32_t tid, struct task_stat *stat);

#endif
