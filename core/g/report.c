/* Reports of goroutines that are parked, by the watcher and by what ends a process:
 * core/g/report.h. There is no state here. */
/* SPDX-License-Identifier: MIT */
#include "core/g/report.h"
#include "core/base/futex.h"
#include "core/base/write.h"
#include "core/g/parked.h"
#include <stdlib.h>
#include <unistd.h>

/* Tries for a while. A thread that writes soon frees the stream's lock; a parked goroutine that
 * holds it does not. */
static bool lock_soon(FILE *stream)
{
    enum { TRIES = 1000 };
    for (int i = 0; i < TRIES; i++) {
        if (ftrylockfile(stream) == 0)
            return true;
        osyield();
    }
    return false;
}

/* Through the stream's descriptor, after what the program has written: glibc drops the rest of what
 * a descriptor does not take at once, and refuses text if the program's was wide. */
static bool write_flushed(FILE *stream, const char *text, size_t size)
{
    int fd = fileno(stream);
    if (fd < 0) /* its memory, or the program's functions, take the text */
        return fwrite(text, 1, size, stream) == size && fflush(stream) == 0;
    return fflush(stream) == 0 && write_whole(fd, text, size);
}

static bool write_through(FILE *stream, const char *text, size_t size)
{
    if (!lock_soon(stream)) {
        int fd = fileno(stream);
        return write_whole(fd < 0 ? STDERR_FILENO : fd, text, size);
    }
    bool taken = write_flushed(stream, text, size);
    funlockfile(stream);
    return taken;
}

void report_text(const struct report_to *to, const char *text, size_t size)
{
    FILE *stream = to->stream ? to->stream : stderr;
    char why[256];
    if (write_through(stream, text, size) || stream == stderr)
        return;
    int length =
        snprintf(why, sizeof(why), "hchan: the stream for reports does not take this one: %m\n");
    if (write_through(stderr, why, (size_t)length))
        write_through(stderr, text, size);
}

bool report(const struct report_to *to, const char *title, const struct hchan_parked *list,
            size_t count)
{
    char *text = NULL;
    size_t size;
    FILE *memory = list ? open_memstream(&text, &size) : NULL;
    if (!memory)
        return false;
    bool whole = fputs(title, memory) >= 0 && parked_write(memory, list, count, to->place) == 0;
    whole = fclose(memory) == 0 && whole;
    if (whole)
        report_text(to, text, size);
    free(text);
    return whole;
}

void report_no_memory(const struct report_to *to, const char *title)
{
    char text[256];
    int size = snprintf(text, sizeof(text),
                        "%shchan: out of memory: the parked goroutines are not listed\n", title);
    report_text(to, text, (size_t)size);
}

void report_all(const struct report_to *to, const char *when, bool asked_for)
{
    size_t count = 0;
    char title[128] = "";
    struct hchan_parked *list = hchan_parked_now(&count);
    if (list)
        snprintf(title, sizeof(title), "hchan: %zu goroutine%s parked%s%s\n", count,
                 count == 1 ? " is" : "s are", when, count ? ":" : "");
    if ((!list || count || asked_for) && !report(to, title, list, count))
        report_no_memory(to, title);
    free(list);
}
