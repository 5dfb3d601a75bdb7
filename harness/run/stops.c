/* Counts SIGCONT (stops.h). The count belongs to the process. */
/* SPDX-License-Identifier: MIT */
#include "harness/run/stops.h"
#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t continued;

/* The kernel prefers the main thread, which looks at the count. Two threads never run this at once:
 * a signal that is pending is not made pending twice. */
static void on_continue(int signal)
{
    (void)signal;
    continued++;
}

void stops_watch(void)
{
    struct sigaction action = {.sa_handler = on_continue, .sa_flags = SA_RESTART | SA_ONSTACK};
    sigaction(SIGCONT, &action, NULL);
}

unsigned stops_count(void)
{
    return (unsigned)continued;
}
