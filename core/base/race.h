/* The race build (HCHAN_RACE): a library for programs that ThreadSanitizer checks, as `go test
 * -race` checks Go's. The library itself is not instrumented, so its locks and atomic operations
 * order nothing. Instead it tells ThreadSanitizer what orders goroutines by Go's memory model. The
 * names are those of Go's runtime/race.go. In any other build these functions do nothing.
 *
 * An address stands for a clock. A release stores in it what the caller has done; an acquire means
 * that this has happened before what the caller does next. The memory there is not touched. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_BASE_RACE_H
#define CORE_BASE_RACE_H

#include <stddef.h>
#include <stdint.h>

#ifdef HCHAN_RACE
#include <sanitizer/tsan_interface.h>

/* Functions of ThreadSanitizer's runtime that are not in that header. Those for Java: a release
 * that stores a clock instead of adding to it, and memory that is used for something new. The
 * others are what instrumented code calls. */
void __tsan_java_release_store(uintptr_t at);
void __tsan_java_alloc(uintptr_t at, uintptr_t size);
void __tsan_java_free(uintptr_t at, uintptr_t size);
void __tsan_read_range(void *at, uintptr_t size);
void __tsan_write_range(void *at, uintptr_t size);
void __tsan_func_entry(void *callerpc);
void __tsan_func_exit(void);

enum { raceenabled = 1 };

static inline void raceacquire(void *at)
{
    __tsan_acquire(at);
}

static inline void racerelease(void *at)
{
    __tsan_java_release_store((uintptr_t)at);
}

/* Keeps what others have released at `at`. */
static inline void racereleasemerge(void *at)
{
    __tsan_release(at);
}

/* The caller reads, or writes, the user's memory: checked against what others do. */
static inline void raceread(const void *at, size_t size)
{
    __tsan_read_range((void *)(uintptr_t)at, size);
}

static inline void racewrite(void *at, size_t size)
{
    __tsan_write_range(at, size);
}

/* Around a public function: reports name the line that called it. A panic need not leave. */
static inline void raceenter(const void *callerpc)
{
    __tsan_func_entry((void *)(uintptr_t)callerpc);
}

static inline void raceleave(void)
{
    __tsan_func_exit();
}

/* Memory is used for something new from here to racefree(): earlier accesses to it are forgotten.
 */
static inline void racemalloc(const void *at, size_t size)
{
    __tsan_java_alloc((uintptr_t)at, size);
}

static inline void racefree(const void *at, size_t size)
{
    __tsan_java_free((uintptr_t)at, size);
}

#else

enum { raceenabled = 0 };

#define raceacquire(at)      ((void)0)
#define raceread(at, size)   ((void)0)
#define racewrite(at, size)  ((void)0)
#define racerelease(at)      ((void)0)
#define racereleasemerge(at) ((void)0)
#define raceenter(callerpc)  ((void)0)
#define raceleave()          ((void)0)

#endif

#endif
