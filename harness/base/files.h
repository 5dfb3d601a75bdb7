/* Whole files: read at once, and written under another name first, so that a file is either
 * complete or not there. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_BASE_FILES_H
#define HARNESS_BASE_FILES_H

#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

/* Reads a file into malloc'd memory with a NUL behind it; the caller frees *data. Returns 0 or a
 * negative errno. */
int file_read(const char *path, char **data, size_t *length);

/* Makes a folder, and those above it that are missing, with this mode. Returns 0 if it is there
 * then, or a negative errno. */
int files_make_folder(const char *path, mode_t mode);

/* A file that is being made. `out` is in memory; nothing is on disk before file_commit(). */
struct file_draft {
    FILE *out;
    char *data;
    size_t length;
};

/* Opens the draft. Returns 0 or -ENOMEM. */
int file_draft(struct file_draft *draft);

/* Writes the draft to path (a temporary name beside it, flushed to disk, then renamed) and releases
 * the draft. Returns 0, or a negative errno with nothing left behind. */
int file_commit(struct file_draft *draft, const char *path);

/* Releases a draft that is not to be written. */
void file_discard(struct file_draft *draft);

#endif
