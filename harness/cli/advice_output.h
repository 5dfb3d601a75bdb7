/* What `hchanlab advise` prints, for people and for programs. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_CLI_ADVICE_OUTPUT_H
#define HARNESS_CLI_ADVICE_OUTPUT_H

#include "harness/decide/advice.h"

/* In this order: begin, an answer for each cell (NULL where the store does not know), what would
 * tell if anything is not known, end. With `json` all of it is one object, which end prints. */
void advice_print_begin(const struct advice_runs *runs, bool json);
void advice_print(const char *label, const struct advice *advice, bool json);
void advice_print_unknown(size_t cells, const char *command, double seconds, bool json);
void advice_print_end(bool json);

#endif
