/* Shows progress (progress.h). No state: the terminal is asked each time, since it may be resized.
 */
/* SPDX-License-Identifier: MIT */
#include "harness/base/progress.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* From the line's beginning, and all of it. */
static const char erase[] = "\r\033[K";

bool progress_overwrites(void)
{
    const char *term = getenv("TERM");
    return isatty(STDERR_FILENO) && term && term[0] && strcmp(term, "dumb") != 0;
}

size_t progress_columns(int fd)
{
    struct winsize size;
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    const char *said = getenv("COLUMNS");
    unsigned long number = said ? strtoul(said, NULL, 10) : 0;
    return number > 0 ? number : 80;
}

/* Cuts a text to so many characters of UTF-8, each of which takes one column. */
static void cut(char *text, size_t most)
{
    size_t characters = 0;
    for (; *text; text++) {
        bool begins = ((unsigned char)*text & 0xc0) != 0x80;
        if (begins && characters++ == most)
            break;
    }
    *text = '\0';
}

void progress_show(bool last, const char *format, ...)
{
    char line[1024];
    bool over = progress_overwrites();
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    if (over)
        cut(line, progress_columns(STDERR_FILENO) -
                      1); /* a full line would take the cursor to the next one */
    fprintf(stderr, "%s%s%s", over ? erase : "", line, over && !last ? "" : "\n");
}

void progress_note(const char *format, ...)
{
    va_list args;
    fputs(progress_overwrites() ? erase : "", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}
