/* Running another program for what it prints: a peer's description, a benchmark's list. What it
 * prints or does is not trusted: its output has a limit, its time has one, and whatever it started
 * has ended when the function returns. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_SWEEP_PROGRAM_OUTPUT_H
#define HARNESS_SWEEP_PROGRAM_OUTPUT_H

#include <stddef.h>
#include <stdint.h>

enum program_end {
    PROGRAM_ENDED,     /* with status 0 */
    PROGRAM_NO_START,  /* it could not be started */
    PROGRAM_WENT_WRONG /* another status, a signal, too late, or too much output */
};

/* Runs argv[0], which is a path, with these arguments, NULL at the end, in the caller's
 * environment, and its standard input and error at /dev/null. Gives what it writes to standard
 * output, less than `room` bytes, in *text: malloc'd, the caller frees it; NULL unless it ended
 * well. *wait_status is as waitpid() gives it. */
enum program_end program_output(const char *const *argv, uint64_t limit_ns, size_t room,
                                char **text, int *wait_status);

#endif
