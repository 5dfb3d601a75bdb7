/* Panics and recover points (hchan_try() in hchan/hchan.h). A G has a stack of recover points,
 * which are variables of the calls of hchan_try() that run in it. The only state here is whether a
 * panic has begun to end the process. */
#include "core/g/panic.h"
#include "core/base/atomic.h"
#include "core/g/g.h"
#include <hchan/hchan.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* The recover point of an hchan_try() that runs. */
struct recover_point {
    jmp_buf frame;
    const char *volatile message;
    struct g *g; /* that runs it: fn may return in another thread, but as the same goroutine */
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

/* exit() may be called only once, and one close can make many senders panic at once. As in Go, the
 * first one prints its message and ends the process, and the others wait for that end. */
static _Noreturn void end_process(const char *message)
{
    static _Atomic uint32_t ended;
    static _Thread_local bool by_us;
    if (by_us) /* a panic in an exit handler */
        _exit(2);
    if (fadd_rlx(&ended, 1) > 0) /* relaxed: it decides which is first, and publishes nothing */
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
