/* Catches what would interrupt. The only state is a flag that the handler sets: it belongs to the
 * process, so there is one use at a time. */
/* SPDX-License-Identifier: MIT */
#include "harness/sweep/signals.h"
#include <stddef.h>

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal)
{
    (void)signal;
    interrupted = 1;
}

static void on_child(int signal)
{
    (void)signal; /* its arrival ends the wait */
}

static const int caught[SIGNALS_CAUGHT] = {SIGINT, SIGTERM, SIGHUP, SIGCHLD};

/* nohup ignores SIGHUP on purpose. */
static bool is_left_alone(int signal, struct sigaction *old)
{
    sigaction(signal, NULL, old);
    return signal == SIGHUP && old->sa_handler == SIG_IGN;
}

void signals_catch(struct signals *s)
{
    sigset_t ours;
    interrupted = 0;
    sigemptyset(&ours);
    for (int i = 0; i < SIGNALS_CAUGHT; i++)
        if (!is_left_alone(caught[i], &s->old_action[i]))
            sigaddset(&ours, caught[i]);
    sigprocmask(SIG_BLOCK, &ours, &s->old_mask);
    s->mask = s->old_mask;
    for (int i = 0; i < SIGNALS_CAUGHT; i++) {
        if (!sigismember(&ours, caught[i]))
            continue;
        struct sigaction action = {.sa_handler = caught[i] == SIGCHLD ? on_child : on_interrupt};
        sigdelset(&s->mask, caught[i]);
        sigaction(caught[i], &action, &s->old_action[i]);
    }
}

/* Pending signals are delivered to our handlers first: they have been answered. */
void signals_release(const struct signals *s)
{
    sigprocmask(SIG_SETMASK, &s->mask, NULL);
    sigprocmask(SIG_SETMASK, &s->old_mask, NULL);
    for (int i = 0; i < SIGNALS_CAUGHT; i++)
        sigaction(caught[i], &s->old_action[i], NULL);
}

/* A wait that finds output at once lets no signal through, so pending signals count too. */
bool signals_interrupted(void)
{
    sigset_t pending;
    sigpending(&pending);
    return interrupted || sigismember(&pending, SIGINT) || sigismember(&pending, SIGTERM) ||
           sigismember(&pending, SIGHUP);
}
