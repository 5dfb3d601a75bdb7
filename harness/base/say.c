/* Complaints (say.h). It owns no state. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/say.h"
#include <stdarg.h>
#include <stdio.h>

int complain(int status, const char *format, ...)
{
    char line[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    for (char *p = line; *p; p++) /* one line, whatever a file name holds */
        if ((unsigned char)*p < ' ')
            *p = '?';
    fprintf(stderr, "hchanlab: %s\n", line);
    return status;
}

void make_plain(char *text)
{
    for (; *text; text++)
        if (*text < ' ' || *text > '~')
            *text = '?';
}
