/* Atomic operations with their memory order in the name, so that a reader sees the order without
 * parsing arguments, and so that the list of wrappers is the list of orders that the project uses.
 * This is the only file that includes <stdatomic.h>. An `_Atomic` variable is never read or
 * assigned directly, which would be an unnamed seq_cst. There are no fences: ThreadSanitizer cannot
 * see them.
 *
 * _rlx is relaxed, _acq acquire, _rel release, _acqrel both, _sc sequentially consistent. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_BASE_ATOMIC_H
#define CORE_BASE_ATOMIC_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define load_rlx(p) atomic_load_explicit((p), memory_order_relaxed)
#define load_acq(p) atomic_load_explicit((p), memory_order_acquire)

#define store_rlx(p, v) atomic_store_explicit((p), (v), memory_order_relaxed)
#define store_rel(p, v) atomic_store_explicit((p), (v), memory_order_release)

/* Exchange, and fetch and add: both return the value before. */
#define xchg_acq(p, v)    atomic_exchange_explicit((p), (v), memory_order_acquire)
#define xchg_rel(p, v)    atomic_exchange_explicit((p), (v), memory_order_release)
#define xchg_acqrel(p, v) atomic_exchange_explicit((p), (v), memory_order_acq_rel)
#define fadd_rlx(p, v)    atomic_fetch_add_explicit((p), (v), memory_order_relaxed)
#define fadd_acqrel(p, v) atomic_fetch_add_explicit((p), (v), memory_order_acq_rel)

/* Compare and swap: if *p equals *expected, sets *p to v and returns true; if not, sets *expected
 * to the value found and returns false. */

/* Relaxed whether it succeeds or fails: for a word that decides which thread goes first, and
 * publishes nothing. */
#define cas_rlx(p, expected, v)                                                         \
    atomic_compare_exchange_strong_explicit((p), (expected), (v), memory_order_relaxed, \
                                            memory_order_relaxed)
/* Acquire if it succeeds, relaxed if it fails. */
#define cas_acq(p, expected, v)                                                         \
    atomic_compare_exchange_strong_explicit((p), (expected), (v), memory_order_acquire, \
                                            memory_order_relaxed)
/* Release if it succeeds, relaxed if it fails. */
#define cas_rel(p, expected, v)                                                         \
    atomic_compare_exchange_strong_explicit((p), (expected), (v), memory_order_release, \
                                            memory_order_relaxed)
/* Acquire whether it succeeds or fails: for a caller that acts on the value found. */
#define cas_acq_acq(p, expected, v)                                                     \
    atomic_compare_exchange_strong_explicit((p), (expected), (v), memory_order_acquire, \
                                            memory_order_acquire)
/* Acquire and release if it succeeds, acquire if it fails. */
#define cas_acqrel(p, expected, v)                                                      \
    atomic_compare_exchange_strong_explicit((p), (expected), (v), memory_order_acq_rel, \
                                            memory_order_acquire)

/* Sequentially consistent: all threads see these operations in one order. For two threads that each
 * write a word and then read the other's: at least one of them sees what the other wrote. */
#define load_sc(p)     atomic_load_explicit((p), memory_order_seq_cst)
#define store_sc(p, v) atomic_store_explicit((p), (v), memory_order_seq_cst)
#define fadd_sc(p, v)  atomic_fetch_add_explicit((p), (v), memory_order_seq_cst)
#define cas_sc(p, expected, v)                                                          \
    atomic_compare_exchange_strong_explicit((p), (expected), (v), memory_order_seq_cst, \
                                            memory_order_seq_cst)

/* Tells the processor that this is a spin loop. Where we know no instruction for it, only the
 * compiler is told that memory may change. */
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

/* Pauses n times, in a loop that ends by itself after a while (Go's procyield). */
static inline void procyield(uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        cpu_relax();
}

/* Pauses n times, in a loop that goes on until another thread writes. Tests that explore
 * interleavings run another thread here, since the loop would not end without it. */
static inline void spin_wait(uint32_t n)
{
    procyield(n);
}

/* The number of turns of a bounded spin. Tests that explore interleavings make it 1, to reach what
 * comes after the spin in few steps. */
#define SPIN_BUDGET(turns) (turns)

/* A limit, such as the length of a queue. Tests that explore interleavings take `small`, to reach
 * what happens at the limit in few steps. */
#define REACHABLE(usual, small) (usual)

#endif
