/* The textbook's bounded buffer: a ring, a mutex, and a condition variable for each thing that a
 * thread may have to wait for. In C. Every other channel here has to be better than this. */
/* SPDX-License-Identifier: MIT */
#ifndef VARIANTS_PEERS_MUTEX_CONDVAR_H
#define VARIANTS_PEERS_MUTEX_CONDVAR_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

struct bounded_buffer {
    pthread_mutex_t mutex;
    pthread_cond_t not_empty, not_full;
    uint64_t *ring;
    size_t capacity, count, first;
};

/* Returns 0, or ENOMEM. */
static inline int bounded_buffer_init(struct bounded_buffer *b, size_t capacity)
{
    pthread_mutex_init(&b->mutex, NULL);
    pthread_cond_init(&b->not_empty, NULL);
    pthread_cond_init(&b->not_full, NULL);
    b->ring = (uint64_t *)calloc(capacity, sizeof(*b->ring));
    b->capacity = capacity;
    b->count = b->first = 0;
    return b->ring ? 0 : 12;
}

static inline void bounded_buffer_destroy(struct bounded_buffer *b)
{
    pthread_cond_destroy(&b->not_full);
    pthread_cond_destroy(&b->not_empty);
    pthread_mutex_destroy(&b->mutex);
    free(b->ring);
}

static inline void bounded_buffer_put(struct bounded_buffer *b, uint64_t value)
{
    pthread_mutex_lock(&b->mutex);
    while (b->count == b->capacity)
        pthread_cond_wait(&b->not_full, &b->mutex);
    size_t last = b->first + b->count++;
    b->ring[last < b->capacity ? last : last - b->capacity] = value;
    pthread_mutex_unlock(&b->mutex);
    pthread_cond_signal(&b->not_empty);
}

static inline uint64_t bounded_buffer_get(struct bounded_buffer *b)
{
    pthread_mutex_lock(&b->mutex);
    while (b->count == 0)
        pthread_cond_wait(&b->not_empty, &b->mutex);
    uint64_t value = b->ring[b->first];
    b->first = b->first + 1 < b->capacity ? b->first + 1 : 0;
    b->count--;
    pthread_mutex_unlock(&b->mutex);
    pthread_cond_signal(&b->not_full);
    return value;
}

#endif
