/* Which code a program was built from. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_MACHINE_BUILD_H
#define HARNESS_MACHINE_BUILD_H

#include <jansson.h>

/* Tells the commit, which main() knows: tests need not be linked again whenever it changes. Both
 * strings must be static. `dirty` is "yes" or "no": whether files differed from the commit; or "".
 */
void build_set_commit(const char *commit, const char *dirty);

/* Adds to a run's environment:
 *   hchanlab_commit   git's hash, or "v" and the version where the sources were in no repository
 *   hchanlab_dirty    "yes" or "no"; null if that is not known
 *   hchanlab_build_id the linker's hash of the program's contents (NT_GNU_BUILD_ID), in hexadecimal
 */
void build_add(json_t *environment);

#endif
