/* Other programs that the lab calls to make something of its own, such as gnuplot. What they make
 * must not depend on who calls them: they get this environment, and whatever keeps them from their
 * user's own settings, which are for the caller to name.
 *
 * What is measured is another matter: cells and peers keep the user's environment, which is
 * recorded with the run (harness/machine/env.h), since somebody may want to know what an allocator
 * costs. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_BASE_TOOLS_H
#define HARNESS_BASE_TOOLS_H

/* The environment of such a program, as execve() wants it: where programs, libraries and scratch
 * space are; the C locale in UTF-8; UTC; and nothing else. It belongs to the process, and is made
 * anew by each call. NULL if memory ran out. */
char *const *tools_environment(void);

/* Takes all variables whose names begin so out of this process's environment. */
void tools_drop_variables(const char *beginning);

#endif
