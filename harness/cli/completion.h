/* Scripts that complete the program's command lines in shells, made from the commands' tables. Each
 * offers commands, a command's options, and for a value or a word what its struct offer says. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_CLI_COMPLETION_H
#define HARNESS_CLI_COMPLETION_H

/* Each prints a script to standard output. */
void completion_bash(void);
void completion_zsh(void);
void completion_fish(void);

#endif
