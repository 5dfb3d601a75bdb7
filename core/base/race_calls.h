/* What the race build's library calls instead of the C library's functions. ThreadSanitizer
 * intercepts those even where a caller is not instrumented: a mutex would order the goroutines that
 * lock it, and a copy would count as an access by the thread that makes it.
 *
 * The build includes this before each of the library's files (-include). A program's own files are
 * instrumented, and call the functions themselves. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_BASE_RACE_CALLS_H
#define CORE_BASE_RACE_CALLS_H

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define RACE_CALLS_USER 1
#endif
#endif
#if !defined(RACE_CALLS_USER) && !defined(__SANITIZE_THREAD__)

#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Of ThreadSanitizer's runtime: dynamic annotations. While reads are ignored, so are writes. */
void AnnotateIgnoreReadsBegin(const char *file, int line);
void AnnotateIgnoreReadsEnd(const char *file, int line);
void AnnotateIgnoreSyncBegin(const char *file, int line);
void AnnotateIgnoreSyncEnd(const char *file, int line);

static inline void race_quiet_begin(void)
{
    AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
    AnnotateIgnoreSyncBegin(__FILE__, __LINE__);
}

static inline void race_quiet_end(void)
{
    AnnotateIgnoreSyncEnd(__FILE__, __LINE__);
    AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
}

static inline int race_quiet_int(int result)
{
    race_quiet_end();
    return result;
}

static inline void *race_quiet_pointer(void *result)
{
    race_quiet_end();
    return result;
}

/* The empty asm keeps the compiler from making a call of memcpy() out of the loop. */
static inline void *race_copy(void *to, const void *from, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        ((unsigned char *)to)[i] = ((const unsigned char *)from)[i];
        __asm__ volatile("" ::: "memory");
    }
    return to;
}

static inline void *race_fill(void *to, int byte, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        ((unsigned char *)to)[i] = (unsigned char)byte;
        __asm__ volatile("" ::: "memory");
    }
    return to;
}

#define RACE_INT(call)     (race_quiet_begin(), race_quiet_int(call))
#define RACE_POINTER(call) (race_quiet_begin(), race_quiet_pointer(call))

#define memcpy race_copy
#define memset race_fill

#define malloc(size)                 RACE_POINTER(malloc(size))
#define calloc(count, size)          RACE_POINTER(calloc(count, size))
#define realloc(p, size)             RACE_POINTER(realloc(p, size))
#define aligned_alloc(aligned, size) RACE_POINTER(aligned_alloc(aligned, size))
#define free(p)                      (race_quiet_begin(), free(p), race_quiet_end())

#define pthread_mutex_init(m, attr) RACE_INT(pthread_mutex_init(m, attr))
#define pthread_mutex_destroy(m)    RACE_INT(pthread_mutex_destroy(m))
#define pthread_mutex_lock(m)       RACE_INT(pthread_mutex_lock(m))
#define pthread_mutex_trylock(m)    RACE_INT(pthread_mutex_trylock(m))
#define pthread_mutex_unlock(m)     RACE_INT(pthread_mutex_unlock(m))
#define pthread_once(once, fn)      RACE_INT(pthread_once(once, fn))

#endif

#endif
