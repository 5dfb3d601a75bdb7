/* The stacks of goroutines, and what happens if one overflows.
 *
 * Stacks are cut from slabs, each above a guard. A dead goroutine keeps its stack for the next one.
 * The kernel gets slabs back all at once, before stacks of another size are made: to unmap single
 * stacks would cut their slabs into more mappings than a process may have. */
/* SPDX-License-Identifier: MIT */
#include "core/sched/stack.h"
#include "core/base/throw.h"
#include "core/g/g.h"
#include <errno.h>
#include <hchan/sched.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

/* A guard is as big as a frame that steps over it unseen has to be. glibc takes up to 64 KiB in a
 * frame (alloca() up to __MAX_ALLOCA_CUTOFF, since it knows only the thread's own, bigger stack),
 * and then calls other functions. */
enum { GUARD = 80 << 10, SLAB = 4 << 20 };

/* Linux 6.13: a guard that is no mapping of its own, of which a process may have 65530 only. */
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

/* What a slab begins with, in a page of its own. */
struct slab {
    struct slab *older;
    size_t bytes;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct slab *newest;        /* under lock */
static char *slab_rest, *slab_end; /* what is left of the newest one; under lock */

static size_t page(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

static size_t whole_pages(size_t size)
{
    return (size + page() - 1) / page() * page();
}

size_t stack_size(size_t size)
{
    if (size == 0)
        size = SCHED_STACK_DEFAULT;
    if (size < SCHED_STACK_MIN || size > (size_t)1 << 30)
        return 0;
    return whole_pages(size) + whole_pages(GUARD);
}

unsigned stack_class(size_t size)
{
    unsigned class = 1;
    if (size < SCHED_STACK_MIN)
        return 0;
    while (class <= STACK_CLASSES && SCHED_STACK_MIN << (class - 1) < size)
        class ++;
    return class <= STACK_CLASSES ? class : 0;
}

size_t stack_class_size(unsigned class)
{
    return stack_size(SCHED_STACK_MIN << (class - 1));
}

/* Room for stacks of `size` bytes. False if there is no memory. The lock is held. */
static bool add_slab(size_t size)
{
    size_t bytes = page() + (size > SLAB ? size : SLAB / size * size);
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (p == MAP_FAILED)
        return false;
    /* A touched stack is to take a page, and not 2 MiB. A kernel without huge pages refuses. */
    (void)madvise(p, bytes, MADV_NOHUGEPAGE);
    struct slab *slab = p;
    *slab = (struct slab){newest, bytes};
    newest = slab;
    slab_rest = (char *)p + page();
    slab_end = (char *)p + bytes;
    return true;
}

static int guard(char *stack)
{
    if (madvise(stack, whole_pages(GUARD), MADV_GUARD_INSTALL) == 0)
        return 0;
    return mprotect(stack, whole_pages(GUARD), PROT_NONE) ? errno : 0;
}

int stack_alloc(struct fiber *f, size_t size)
{
    char *stack = NULL;
    pthread_mutex_lock(&lock);
    bool room = (size_t)(slab_end - slab_rest) >= size || add_slab(size);
    int error = room ? guard(slab_rest) : ENOMEM;
    if (!error) {
        stack = slab_rest;
        slab_rest += size;
    }
    pthread_mutex_unlock(&lock);
    if (!error)
        fiber_begin(f, stack + whole_pages(GUARD), size - whole_pages(GUARD));
    return error;
}

void stack_free_all(void)
{
    pthread_mutex_lock(&lock);
    while (newest) {
        struct slab *slab = newest;
        newest = slab->older;
        munmap(slab, slab->bytes);
    }
    slab_rest = slab_end = NULL;
    pthread_mutex_unlock(&lock);
}

void stacks_lock(void)
{
    pthread_mutex_lock(&lock);
}

void stacks_unlock(void)
{
    pthread_mutex_unlock(&lock);
}

void stacks_forget(void)
{
    newest = NULL;
    slab_rest = slab_end = NULL;
}

/* What SIGSEGV did before ours. Written while no P runs. */
static struct sigaction before;
static _Atomic uint32_t spent; /* `before` is to be called once (SA_RESETHAND), and has been */

/* For a signal handler, where snprintf() must not be called. Each returns the end. */
static char *put_text(char *at, const char *text)
{
    while (*text)
        *at++ = *text++;
    *at = '\0';
    return at;
}

static char *put_number(char *at, uint64_t n)
{
    if (n >= 10)
        at = put_number(at, n / 10);
    *at++ = (char)('0' + n % 10);
    return at;
}

static _Noreturn void report_overflow(struct g *gp)
{
    char text[128], *end = put_text(text, "stack overflow: goroutine ");
    end = put_number(end, load_rlx(&gp->id)); /* our own */
    end = put_text(end, " needs more than its ");
    end = put_number(end, gp->fiber.size >> 10);
    end = put_text(end, " KiB: give ");
    end = put_text(end, gp->stack_class ? "hchan_newproc_with()" : "schedinit()");
    put_text(end, " a bigger stack_size");
    gothrow(text);
}

/* Ends the process by the signal, as it would have ended without our handler. */
static void end_by(int number, bool sent)
{
    sigaction(number, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
    if (sent)
        raise(number); /* comes on return; a fault comes again by itself */
}

/* Does what the program had arranged. Its mask, SA_NODEFER and SA_RESTART are ours as well. */
static void pass_on(int number, siginfo_t *info, void *context)
{
    bool sent = info->si_code <= 0; /* by kill() or the like */
    bool ignored = before.sa_handler == SIG_IGN;
    /* Acquire: an exchange that only decides which caller is the first. */
    bool again = before.sa_flags & SA_RESETHAND && xchg_acq(&spent, 1);
    if (ignored && sent)
        return;
    if (ignored || again || before.sa_handler == SIG_DFL)
        end_by(number, sent);
    else if (before.sa_flags & SA_SIGINFO)
        before.sa_sigaction(number, info, context);
    else
        before.sa_handler(number);
}

/* On the signal's own stack. */
static void on_fault(int number, siginfo_t *info, void *context)
{
    struct g *gp = runningg();
    uintptr_t at = (uintptr_t)info->si_addr, bottom = gp ? (uintptr_t)gp->fiber.bottom : 0;
    bool fault = info->si_code > 0; /* or else si_addr means nothing */
    if (gp && gp->goroutine && fault && at < bottom && at >= bottom - whole_pages(GUARD))
        report_overflow(gp);
    pass_on(number, info, context);
}

static bool is_ours(const struct sigaction *action)
{
    return action->sa_flags & SA_SIGINFO && action->sa_sigaction == on_fault;
}

void stack_catch_faults(void)
{
    struct sigaction now, ours = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigaction(SIGSEGV, NULL, &now);
    if (!is_ours(&now)) { /* a program that had replaced ours may have put it back */
        before = now;     /* complete before a fault can need it */
        store_rlx(&spent, 0);
    }
    ours.sa_mask = before.sa_mask;
    ours.sa_flags |= before.sa_flags & (SA_NODEFER | SA_RESTART);
    if (before.sa_handler == SIG_IGN)
        ours.sa_flags |= SA_RESTART; /* what is ignored interrupts no system call */
    sigaction(SIGSEGV, &ours, NULL);
}

void stack_leave_faults(void)
{
    struct sigaction now;
    sigaction(SIGSEGV, NULL, &now);
    if (!is_ours(&now))
        return;
    if (load_rlx(&spent)) /* no P runs: whoever called it has told us */
        before = (struct sigaction){.sa_handler = SIG_DFL};
    sigaction(SIGSEGV, &before, NULL);
}

/* A thread's stack for signals, above a page that must not be touched. */
enum { ALTSTACK = 64 << 10 };

int stack_guard(void **altstack)
{
    stack_t now;
    *altstack = NULL;
    sigaltstack(NULL, &now);
    if (!(now.ss_flags & SS_DISABLE))
        return 0;
    char *p = mmap(NULL, page() + ALTSTACK, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (p == MAP_FAILED)
        return ENOMEM;
    if (mprotect(p, page(), PROT_NONE)) {
        munmap(p, page() + ALTSTACK);
        return ENOMEM;
    }
    sigaltstack(&(stack_t){.ss_sp = p + page(), .ss_size = ALTSTACK}, NULL);
    *altstack = p;
    return 0;
}

void stack_unguard(void *altstack)
{
    stack_t now;
    if (!altstack)
        return;
    sigaltstack(NULL, &now);
    if (now.ss_sp == (char *)altstack + page()) /* or a goroutine has set another one */
        sigaltstack(&(stack_t){.ss_flags = SS_DISABLE}, NULL);
    munmap(altstack, page() + ALTSTACK);
}
