#include "harness/signals.h"
#include <stddef.h>

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal)
{
    (void)signal;
    interrupted = 1;
}

static void on_child(int signal)
{
    (void)signal; /* that it came ends the wait */
}

static const int caught[SIGNALS_CAUGHT] = {SIGINT, SIGTERM, SIGCHLD};

void signals_catch(struct signals *s)
{
    sigset_t ours;
    interrupted = 0;
    sigemptyset(&ours);
    for (int i = 0; i < SIGNALS_CAUGHT; i++)
        sigaddset(&ours, caught[i]);
    sigprocmask(SIG_BLOCK, &ours, &s->old_mask);
    s->mask = s->old_mask;
    for (int i = 0; i < SIGNALS_CAUGHT; i++) {
        struct sigaction action = {.sa_handler = caught[i] == SIGCHLD ? on_child : on_interrupt};
        sigdelset(&s->mask, caught[i]);
        sigaction(caught[i], &action, &s->old_action[i]);
    }
}

/* What came and was not yet seen meets our handlers, for the sweep answers it. */
void signals_release(const struct signals *s)
{
    sigprocmask(SIG_SETMASK, &s->mask, NULL);
    sigprocmask(SIG_SETMASK, &s->old_mask, NULL);
    for (int i = 0; i < SIGNALS_CAUGHT; i++)
        sigaction(caught[i], &s->old_action[i], NULL);
}

/* A wait that finds output at once lets no signal through: so the pending ones count, too. */
bool signals_interrupted(void)
{
    sigset_t pending;
    sigpending(&pending);
    return interrupted || sigismember(&pending, SIGINT) || sigismember(&pending, SIGTERM);
}
