#include "core/panic.h"
#include "core/hchan.h"
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

/* A recover point: one for each hchan_try() that is running in this thread, innermost first. */
struct recover_point {
    jmp_buf frame;
    const char *volatile message;
    struct recover_point *outer;
};

static _Thread_local struct recover_point *innermost;

bool hchan_try(void (*fn)(void *), void *arg, const char **message)
{
    struct recover_point point = {.outer = innermost};
    if (setjmp(point.frame) == 0) {
        innermost = &point;
        fn(arg);
        innermost = point.outer;
        return true;
    }
    innermost = point.outer;
    if (message)
        *message = point.message;
    return false;
}

void gopanic(const char *message)
{
    if (innermost) {
        innermost->message = message;
        longjmp(innermost->frame, 1);
    }
    fprintf(stderr, "panic: %s\n", message);
    exit(2);
}

void gothrow(const char *message)
{
    fprintf(stderr, "fatal error: %s\n", message);
    abort();
}
