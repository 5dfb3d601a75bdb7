/* What the kernel says of the process and its threads: core/g/task.h. There is no state here. */
/* SPDX-License-Identifier: MIT */
#include "core/g/task.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

bool task_read(int32_t tid, const char *file, char *text, size_t size)
{
    char path[64];
    if (tid)
        snprintf(path, sizeof(path), "/proc/self/task/%d/%s", (int)tid, file);
    else
        snprintf(path, sizeof(path), "/proc/self/%s", file);
    FILE *f = fopen(path, "re");
    if (!f)
        return false;
    text[fread(text, 1, size - 1, f)] = '\0';
    fclose(f);
    return true;
}

bool task_stat(int32_t tid, struct task_stat *stat)
{
    static const char format[] = ") %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
                                 "%*s %d";
    char text[1024];
    if (!task_read(tid, "stat", text, sizeof(text)))
        return false;
    errno = 0;
    const char *after_name = strrchr(text, ')'); /* a name may have any characters */
    return after_name && sscanf(after_name, format, &stat->state, &stat->threads) == 2;
}
