/* The state that the files of the scheduler share. There is one scheduler a process. */
/* SPDX-License-Identifier: MIT */
#include "core/sched/sched_state.h"

struct sched sched = {.lock = PTHREAD_MUTEX_INITIALIZER};

unsigned gomaxprocs(void)
{
    pthread_mutex_lock(&sched.lock);
    unsigned procs = sched.procs;
    pthread_mutex_unlock(&sched.lock);
    return procs;
}
