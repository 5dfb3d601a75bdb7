#include "core/g/panic.h"
#include "core/base/atomic.h"
#include "core/g/g.h"
#include <hchan/hchan.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* A recover point: one for each hchan_try() that is running in this G, innermost first. */
struct recover_point {
    jmp_buf frame;
    const char *volatile message;
    struct g *g; /* fn may return in another thread, but as the same goroutine */
    struct recover_point *outer;
};

bool hchan_try(void (*fn)(void *), void *arg, const char **message)
{
    struct recover_point point = {.g = getg()};
    point.outer = point.g->innermost;
    if (setjmp(point.frame) == 0) {
        point.g->innermost = &point;
        fn(arg);
        point.g->innermost = point.outer;
        return true;
    }
    point.g->innermost = point.outer;
    if (message)
        *message = point.message;
    return false;
}

/* exit() may run once only, and one close can make many senders panic at once: as in Go, the first
 * one speaks and ends the process, and the others wait for that end. */
static _Noreturn void end_process(const char *message)
{
    static _Atomic uint32_t ended;
    static _Thread_local bool by_us;
    if (by_us) /* a panic in an exit handler */
        _exit(2);
    if (fadd_rlx(&ended, 1) > 0) /* says who was first, and publishes nothing */
        for (;;)
            pause();
    by_us = true;
    fprintf(stderr, "panic: %s\n", message);
    exit(2);
}

void gopanic(const char *message)
{
    struct recover_point *innermost = getg()->innermost;
    if (innermost) {
        innermost->message = message;
        longjmp(innermost->frame, 1);
    }
    end_process(message);
}
