/* Threads of ours in which no handler of the program's runs. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_BASE_SIGNALS_H
#define CORE_BASE_SIGNALS_H

#include <pthread.h>
#include <signal.h>

/* Blocks all signals, also in a thread that the caller makes before it puts the mask back. */
static inline void signals_block(sigset_t *before)
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, before);
}

static inline void signals_restore(const sigset_t *before)
{
    pthread_sigmask(SIG_SETMASK, before, NULL);
}

#endif
