/* Whether the process was stopped meanwhile, by SIGSTOP or a terminal's Ctrl-Z: a window in which
 * it was holds time that is not its own. What a debugger stops is not seen. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_RUN_STOPS_H
#define HARNESS_RUN_STOPS_H

#include <stdbool.h>

/* From here on it is noticed when the process goes on. For the process; any thread. */
void stops_watch(void);

/* How often the process has gone on after it was stopped: twice the same number, and it was not
 * stopped in between. */
unsigned stops_count(void);

#endif
