/* The manual of section 1: a page for the program and one for each command, in the language of
 * man(7), made from the commands' tables. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_CLI_MANUAL_H
#define HARNESS_CLI_MANUAL_H

#include "harness/cli/options.h"

/* Prints a command's page to standard output; NULL stands for the program. */
void manual_print(const struct command *command);

#endif
