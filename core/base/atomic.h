/* Atomic operations with their order in the name, so that a reader sees the order without parsing
 * arguments, and so that the list of wrappers is the list of orders that the project uses. The only
 * file that includes <stdatomic.h>. A bare `_Atomic` variable is never read or assigned directly
 * (that would be an unnamed seq_cst), and there is no fence: ThreadSanitizer cannot see one. */
#ifndef CORE_BASE_ATOMIC_H
#define CORE_BASE_ATOMIC_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define load_rlx(p) atomic_load_explicit((p), memory_order_relaxed)
#define load_acq(p) atomic_load_explicit((p), memory_order_acquire)

#define store_rlx(p, v) atomic_store_explicit((p), (v), memory_order_relaxed)
#define store_rel(p, v) atomic_store_explicit((p), (v), memory_order_release)

#define xchg_acq(p, v)    atomic_exchange_explicit((p), (v), memory_order_acquire)
#define xchg_rel(p, v)    atomic_exchange_explicit((p), (v), memory_order_release)
#define xchg_acqrel(p, v) atomic_exchange_explicit((p), (v), memory_order_acq_rel)
#define fadd_rlx(p, v)    atomic_fetch_add_explicit((p), (v), memory_order_relaxed)
#define fadd_acqrel(p, v) atomic_fetch_add_explicit((p), (v), memory_order_acq_rel)

/* Of one order that all threads agree on, for two that each write a word and then read the other's:
 * one of them at least sees what the other wrote. */
#define load_sc(p)     atomic_load_explicit((p), memory_order_seq_cst)
#define store_sc(p, v) atomic_store_explicit((p), (v), memory_order_seq_cst)
#define fadd_sc(p, v)  atomic_fetch_add_explicit((p), (v), memory_order_seq_cst)
#define cas_sc(p, expected, v)                                                          \
    atomic_compare_exchange_strong_explicit((p), (expected), (v), memory_order_seq_cst, \
                                            memory_order_seq_cst)

/* Compare and swap: true where *p was *expected and is now v. *expected has what was found. The
 * order applies where it succeeds; a failure is relaxed. */
#define cas_acq(p, expected, v)                                                         \
    atomic_compare_exchange_strong_explicit((p), (expected), (v), memory_order_acquire, \
                                            memory_order_relaxed)
/* As cas_acq, and what came before is seen by who acquires the word; a failure is relaxed. */
#define cas_rel(p, expected, v)                                                         \
    atomic_compare_exchange_strong_explicit((p), (expected), (v), memory_order_release, \
                                            memory_order_relaxed)
#define cas_acqrel(p, expected, v)                                                      \
    atomic_compare_exchange_strong_explicit((p), (expected), (v), memory_order_acq_rel, \
                                            memory_order_acquire)
/* As cas_acq, with no order at all: for a word that decides who, and publishes nothing. */
#define cas_rlx(p, expected, v)                                                         \
    atomic_compare_exchange_strong_explicit((p), (expected), (v), memory_order_relaxed, \
                                            memory_order_relaxed)
/* As cas_acq, but a failure is an acquire as well: for a caller that acts on what it found. */
#define cas_acq_acq(p, expected, v)                                                     \
    atomic_compare_exchange_strong_explicit((p), (expected), (v), memory_order_acquire, \
                                            memory_order_acquire)

/* Tells the core that this is a spin loop. */
static inline void cpu_relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("isb" ::: "memory");
#else
    __asm__ volatile("" ::: "memory");
#endif
}

/* Pauses n times, in a loop that gives up by itself after a while (Go's procyield). */
static inline void procyield(uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        cpu_relax();
}

/* Pauses n times, in a loop that goes on until another thread writes. A scheduler that explores
 * interleavings runs somebody else here: by itself the loop would not end. */
static inline void spin_wait(uint32_t n)
{
    procyield(n);
}

/* How often a bounded spin looks. A scheduler that explores interleavings makes it 1, so that what
 * comes after the spin is reached in few steps. */
#define SPIN_BUDGET(turns) (turns)

/* A limit, such as a queue's length. A scheduler that explores interleavings makes it `small`, so
 * that what happens at it is reached in few steps. */
#define REACHABLE(usual, small) (usual)

#endif
