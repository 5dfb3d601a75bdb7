/* A context: where a stack that does not run goes on; and the switch to it.
 *
 * On x86-64 the switch is inlined. The compiler then saves what it needs, and no more; and the
 * processor predicts returns correctly, which it does not after a call that returns on another
 * stack. (Each wrong guess costs as much as the rest of the switch; a library function causes one
 * for each level of calls above it.) Other machines, and sanitizers, use Boost.Context's fcontext.
 * As in Go, the floating-point control words belong to the thread, not to the goroutine. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_BASE_CONTEXT_H
#define CORE_BASE_CONTEXT_H

#include "core/base/fiber.h"
#include <stddef.h>
#include <stdint.h>

/* What a new context runs, with the data of the first switch to it. It must not return, but is not
 * declared _Noreturn: AddressSanitizer would then touch the stack before it knows of the switch. */
typedef void context_entry(void *data);

#if defined(__x86_64__) && !FIBER_ASAN && (!FIBER_TSAN || defined(HCHAN_RACE))

struct context {
    void *pc, *sp, *fp;
};

/* A context that will run `entry` on the stack of `size` bytes from `bottom`. */
static inline void context_make(struct context *c, void *bottom, size_t size, context_entry *entry)
{
    uintptr_t top = ((uintptr_t)bottom + size) / 16 * 16;
    void **sp = (void **)(top - sizeof(void *)); /* as after a call */
    *sp = NULL;                                  /* no return address: a backtrace ends here */
    *c = (struct context){.pc = (void *)(uintptr_t)entry, .sp = sp};
}

#ifdef __AVX512F__
#define CONTEXT_CLOBBERS_512                                                                      \
    , "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23", "xmm24", "xmm25",   \
        "xmm26", "xmm27", "xmm28", "xmm29", "xmm30", "xmm31", "k0", "k1", "k2", "k3", "k4", "k5", \
        "k6", "k7"
#else
#define CONTEXT_CLOBBERS_512
#endif

/* Suspends the caller, whose context goes to *from, and resumes `to` with `data`. When something
 * switches back to *from, it returns the data of that switch. */
static inline __attribute__((always_inline)) void *
context_switch(struct context *from, const struct context *to, void *data)
{
    /* Every register is clobbered but the stack pointer and the frame pointer, which the switch
     * saves, since a frame pointer cannot be in the list of clobbers. */
    __asm__ volatile("leaq 1f(%%rip), %%rax\n\t"
                     "movq %%rax, (%%rsi)\n\t"
                     "movq %%rsp, 8(%%rsi)\n\t"
                     "movq %%rbp, 16(%%rsi)\n\t"
                     "movq 8(%%rdx), %%rsp\n\t"
                     "movq 16(%%rdx), %%rbp\n\t"
                     "jmpq *(%%rdx)\n"
                     "1:"
                     : "+D"(data), "+S"(from), "+d"(to)
                     :
                     : "rax", "rbx", "rcx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
                       "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",
                       "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15", "st", "st(1)",
                       "st(2)", "st(3)", "st(4)", "st(5)", "st(6)", "st(7)", "cc",
                       "memory" CONTEXT_CLOBBERS_512);
    return data;
}

#else

#include "core/base/fcontext.h"

struct context {
    fcontext at;
    context_entry *entry;
};

/* What goes along with a jump, on the stack that is left. */
struct context_message {
    struct context *from;
    const struct context *to;
    void *data;
};

static inline void *context_arrive(struct fcontext_transfer t)
{
    const struct context_message *m = t.data;
    m->from->at = t.from;
    return m->data;
}

static inline void context_begin(struct fcontext_transfer t)
{
    const struct context_message *m = t.data;
    m->to->entry(context_arrive(t));
}

static inline void context_make(struct context *c, void *bottom, size_t size, context_entry *entry)
{
    *c = (struct context){make_fcontext((char *)bottom + size, size, context_begin), entry};
}

static inline void *context_switch(struct context *from, const struct context *to, void *data)
{
    struct context_message m = {from, to, data};
    return context_arrive(jump_fcontext(to->at, &m));
}

#endif

#endif
