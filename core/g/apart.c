/* hchan_apart() of hchan/sched.h: a stack for what needs much, in a goroutine that has little: what
 * the program calls, and exit handlers after a panic, reports, source lines. It is mapped for one
 * call; there is no state here. */
/* SPDX-License-Identifier: MIT */
#include "core/base/race.h"
#include "core/g/g.h"
#include "core/g/panic.h"
#include <hchan/sched.h>
#include <sys/mman.h>

enum { APART = 1 << 20, APART_GUARD = 64 << 10 };

struct apart {
    void (*fn)(void *);
    void *arg;
    struct g *g;
    struct context there, back;
    struct fiber fiber;
    bool fine; /* fn has returned */
    struct held_panic held;
};

/* It may be on another stack by now: a call from there needs no more. */
static bool is_on_stack(const struct g *gp)
{
    /* Not a variable's address: AddressSanitizer may keep those elsewhere. */
    return (uintptr_t)__builtin_frame_address(0) - (uintptr_t)gp->fiber.bottom < gp->fiber.size;
}

static void apart_main(void *data)
{
    struct apart *a = data;
    fiber_arrive(&a->fiber, &a->g->fiber);
    /* A panic that something catches must not jump from this stack to the other one: the stack
     * would stay, and sanitizers would not know of the change. */
    if (a->g->innermost)
        a->fine = panic_hold(a->fn, a->arg, &a->held);
    else
        a->fn(a->arg);
    racerelease(&a->fiber);
    fiber_leave(&a->fiber, &a->g->fiber, 1);
    context_switch(&a->there, &a->back, a); /* for good */
}

static void switch_apart(struct apart *a, void *bottom)
{
    fiber_begin(&a->fiber, bottom, APART);
    racegostart(&a->fiber, NULL, 0, __builtin_return_address(0));
    context_make(&a->there, bottom, APART, apart_main);
    fiber_leave(&a->g->fiber, &a->fiber, 0);
    context_switch(&a->back, &a->there, a);
    fiber_arrive(&a->g->fiber, &a->fiber);
    raceacquire(&a->fiber);
    racegoend(&a->fiber);
    fiber_end(&a->fiber);
}

void hchan_apart(void (*fn)(void *), void *arg)
{
    struct apart a = {.fn = fn, .arg = arg, .g = runningg(), .fine = true};
    char *map = MAP_FAILED;
    if (a.g && a.g->goroutine && is_on_stack(a.g))
        map = mmap(NULL, APART_GUARD + APART, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (map == MAP_FAILED) {
        fn(arg);
        return;
    }
    /* Without a guard it is as good for all that fits. */
    (void)mprotect(map, APART_GUARD, PROT_NONE);
    switch_apart(&a, map + APART_GUARD);
    munmap(map, APART_GUARD + APART);
    if (!a.fine)
        panic_let_go(&a.held);
}
