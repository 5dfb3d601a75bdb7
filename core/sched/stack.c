/* The stacks of goroutines: cut from slabs, each above a guard, and never given back; a dead
 * goroutine keeps its own for the next one. */
#include "core/sched/stack.h"
#include "core/g/g.h"
#include <errno.h>
#include <hchan/sched.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { GUARD_PAGES = 4, SLAB = 4 << 20 };

/* Linux 6.13: a guard that is no mapping of its own, of which a process may have 65530 only. */
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char *slab, *slab_end; /* what is left of the newest one; under lock */

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

/* Memory for one stack. The lock is held. */
static char *cut(size_t size)
{
    if ((size_t)(slab_end - slab) < size) {
        size_t bytes = size > SLAB ? size : SLAB / size * size;
        void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
        if (p == MAP_FAILED)
            return NULL;
        /* A touched stack is to take a page, and not 2 MiB. A kernel without huge pages refuses. */
        (void)madvise(p, bytes, MADV_NOHUGEPAGE);
        slab = p;
        slab_end = slab + bytes;
    }
    char *stack = slab;
    slab += size;
    return stack;
}

static int guard(char *stack)
{
    if (madvise(stack, GUARD_PAGES * page(), MADV_GUARD_INSTALL) == 0)
        return 0;
    return mprotect(stack, GUARD_PAGES * page(), PROT_NONE) ? errno : 0;
}

int stack_alloc(struct fiber *f, size_t size)
{
    pthread_mutex_lock(&lock);
    char *stack = cut(size);
    pthread_mutex_unlock(&lock);
    int error = stack ? guard(stack) : ENOMEM;
    if (error)
        return error;
    char *bottom = stack + GUARD_PAGES * page();
    size -= GUARD_PAGES * page();
    fiber_begin(f, bottom, size);
    fiber_stack_register(bottom, size);
    return 0;
}

static struct sigaction before; /* of SIGSEGV */

/* On the signal's own stack. */
static void on_fault(int number, siginfo_t *info, void *context)
{
    struct g *gp = runningg();
    uintptr_t at = (uintptr_t)info->si_addr, bottom = gp ? (uintptr_t)gp->fiber.bottom : 0;
    (void)context;
    if (gp && gp->goroutine && at < bottom && at >= bottom - GUARD_PAGES * page()) {
        char text[128];
        int n = snprintf(text, sizeof(text),
                         "fatal error: stack overflow: goroutine %" PRIu32
                         " needs more than its %zu KiB\n",
                         load_rlx(&gp->id), gp->fiber.size >> 10); /* our own */
        if (write(STDERR_FILENO, text, (size_t)n) < 0)
            abort();
        abort();
    }
    sigaction(number, &before, NULL); /* on return it faults again, as it would have without us */
}

static void catch_faults(void)
{
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigaction(SIGSEGV, &action, &before);
}

void *stack_guard(void)
{
    enum { ALTSTACK = 64 << 10 };
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    stack_t alt = {.ss_sp = malloc(ALTSTACK), .ss_size = ALTSTACK};
    if (!alt.ss_sp)
        return NULL;
    pthread_once(&once, catch_faults);
    sigaltstack(&alt, NULL);
    return alt.ss_sp;
}

void stack_unguard(void *altstack)
{
    stack_t off = {.ss_flags = SS_DISABLE};
    sigaltstack(&off, NULL);
    free(altstack);
}
