/* The user's environment variables that change what is measured. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_MACHINE_ENV_VARIABLES_H
#define HARNESS_MACHINE_ENV_VARIABLES_H

#include <jansson.h>

/* Those of `environment`, as environ has them, that libraries and peers obey, in one string and in
 * alphabetical order; or "none". NULL if memory ran out. */
json_t *env_variables(char *const *environment);

#endif
