/* The stacks of goroutines, and what happens if one overflows.
 *
 * Stacks are cut from slabs, each above a guard. A dead goroutine keeps its stack for the next one.
 * The kernel gets slabs back all at once, before stacks of another size are made: to unmap single
 * stacks would cut their slabs into more mappings than a process may have. */
#include "core/sched/stack.h"
#include "core/g/g.h"
#include <errno.h>
#include <hchan/sched.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { GUARD_PAGES = 4, SLAB = 4 << 20 };

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

size_t stack_size(size_t size)
{
    if (size == 0)
        size = SCHED_STACK_DEFAULT;
    if (size < SCHED_STACK_MIN || size > (size_t)1 << 30)
        return 0;
    return (size + page() - 1) / page() * page() + GUARD_PAGES * page();
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
    if (madvise(stack, GUARD_PAGES * page(), MADV_GUARD_INSTALL) == 0)
        return 0;
    return mprotect(stack, GUARD_PAGES * page(), PROT_NONE) ? errno : 0;
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
        fiber_begin(f, stack + GUARD_PAGES * page(), size - GUARD_PAGES * page());
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

/* For a signal handler, where snprintf() must not be called. Each returns the end. */
static char *put_text(char *at, const char *text)
{
    while (*text)
        *at++ = *text++;
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
    char text[128], *end = put_text(text, "fatal error: stack overflow: goroutine ");
    end = put_number(end, load_rlx(&gp->id)); /* our own */
    end = put_text(end, " needs more than its ");
    end = put_number(end, gp->fiber.size >> 10);
    end = put_text(end, " KiB\n");
    ssize_t written = write(STDERR_FILENO, text, (size_t)(end - text));
    (void)written; /* the process ends in any case */
    abort();
}

/* On the signal's own stack. */
static void on_fault(int number, siginfo_t *info, void *context)
{
    struct g *gp = runningg();
    uintptr_t at = (uintptr_t)info->si_addr, bottom = gp ? (uintptr_t)gp->fiber.bottom : 0;
    bool sent = info->si_code <= 0; /* by kill() or the like; then si_addr means nothing */
    (void)context;
    if (gp && gp->goroutine && !sent && at < bottom && at >= bottom - GUARD_PAGES * page())
        report_overflow(gp);
    sigaction(number, &before, NULL);
    if (sent)
        raise(number); /* comes on return; a fault comes again by itself */
}

static bool is_ours(const struct sigaction *action)
{
    return action->sa_flags & SA_SIGINFO && action->sa_sigaction == on_fault;
}

void stack_catch_faults(void)
{
    struct sigaction now, ours = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigaction(SIGSEGV, NULL, &now);
    if (!is_ours(&now)) /* a program that had replaced ours may have put it back */
        before = now;   /* complete before a fault can need it */
    sigaction(SIGSEGV, &ours, NULL);
}

void stack_leave_faults(void)
{
    struct sigaction now;
    sigaction(SIGSEGV, NULL, &now);
    if (is_ours(&now))
        sigaction(SIGSEGV, &before, NULL);
}

void *stack_guard(void)
{
    enum { ALTSTACK = 64 << 10 };
    stack_t alt = {.ss_sp = malloc(ALTSTACK), .ss_size = ALTSTACK};
    if (!alt.ss_sp)
        return NULL;
    sigaltstack(&alt, NULL);
    return alt.ss_sp;
}

void stack_unguard(void *altstack)
{
    stack_t off = {.ss_flags = SS_DISABLE};
    sigaltstack(&off, NULL);
    free(altstack);
}
