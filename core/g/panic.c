/* Panics and recover points (hchan_try() in hchan/hchan.h). A G has a stack of recover points,
 * which are variables of the calls of hchan_try() and hchan_catch() that run in it. The only state
 * here is whether a panic has begun to end the process. */
/* SPDX-License-Identifier: MIT */
#include "core/g/panic.h"
#include "core/base/atomic.h"
#include "core/base/throw.h"
#include "core/g/g.h"
#include <hchan/hchan.h>
#include <hchan/sched.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The recover point of an hchan_try() or hchan_catch() that runs. */
struct recover_point {
    jmp_buf frame;
    const char *volatile message;
    struct hchan_panicked *panicked; /* where the panic goes; NULL: only its message is wanted */
    struct g *g; /* that runs it: fn may return in another thread, but as the same goroutine */
    struct recover_point *outer;
};

/* All forms: the caller that wants nothing gives NULL. */
static bool run(void (*fn)(void *), void *arg, const char **message,
                struct hchan_panicked *panicked)
{
    struct recover_point point = {.panicked = panicked, .g = getg()};
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

bool hchan_try(void (*fn)(void *), void *arg, const char **message)
{
    return run(fn, arg, message, NULL);
}

bool hchan_catch(void (*fn)(void *), void *arg, struct hchan_panicked *panicked)
{
    return run(fn, arg, NULL, panicked);
}

bool panic_hold(void (*fn)(void *), void *arg, struct held_panic *held)
{
    return run(fn, arg, &held->message, &held->panicked);
}

static void exit_2(void *arg)
{
    (void)arg;
    exit(2);
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
    errput("panic", message);
    hchan_apart(exit_2, NULL); /* the handlers of the program, and the watcher's report */
    __builtin_unreachable();
}

/* Ends the innermost recover point, or the process. `story` is what the process would print: the
 * message, with those that it came after before it. `own`: how many bytes of it come before the
 * message. */
static _Noreturn void panic(const char *message, void *value, const char *story, size_t own)
{
    struct recover_point *innermost = getg()->innermost;
    if (!innermost)
        end_process(story);
    struct hchan_panicked *to = innermost->panicked;
    innermost->message = message;
    if (to) { /* before the jump: the texts may be in frames that it leaves */
        snprintf(to->text, sizeof(to->text), "%s", story);
        to->message = to->text + (own < sizeof(to->text) ? own : sizeof(to->text) - 1);
        to->value = value;
    }
    longjmp(innermost->frame, 1);
}

void gopanic(const char *message)
{
    panic(message, NULL, message, 0);
}

void panic_let_go(const struct held_panic *held)
{
    const struct hchan_panicked *p = &held->panicked;
    panic(held->message, p->value, p->text, (size_t)(p->message - p->text));
}

void hchan_panic_value(const char *message, void *value)
{
    if (!message)
        message = "nil";
    panic(message, value, message, 0);
}

void hchan_panic(const char *message)
{
    hchan_panic_value(message, NULL);
}

void hchan_repanic(const struct hchan_panicked *panicked, const char *message)
{
    static const char recovered[] = " [recovered]\n\tpanic: ";
    void *value = message ? NULL : panicked->value;
    const char *again = message ? message : panicked->message;
    char story[2 * HCHAN_PANIC_TEXT + sizeof(recovered)];
    snprintf(story, sizeof(story), "%s%s%s", panicked->text, recovered, again);
    panic(again, value, story, strlen(panicked->text) + strlen(recovered));
}
