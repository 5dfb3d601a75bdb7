/* Finds what belongs to the program but is not in it: resources (the report's style and gnuplot's
 * scripts) and the programs of peers. They lie at fixed places relative to the program, in a build
 * folder and where it is installed, so both may be moved. The file `version` among the resources
 * marks such a tree; what another user has made is not looked at. For one thread. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_BASE_PARTS_H
#define HARNESS_BASE_PARTS_H

#include <limits.h>
#include <stddef.h>

/* Writes the path of the resource `name`, a file that can be read. The folder of resources is the
 * one that the environment variable HCHANLAB_DATA names, or share/hchanlab beside the program.
 * Returns 0, or -ENOPKG with a sentence in `error` (size bytes) that says what is missing, or of
 * another version, and where. */
int parts_resource(const char *name, char path[PATH_MAX], char *error, size_t size);

/* The same for a folder of resources. */
int parts_folder(const char *name, char path[PATH_MAX], char *error, size_t size);

/* Writes the folder of the peers that were built, or installed, with the program; it need not
 * exist. Returns 0, or -ENOPKG with a sentence in `error` (size bytes) if the program is in no such
 * tree, or the folder is another user's. */
int parts_peers(char path[PATH_MAX], char *error, size_t size);

#endif
