/* A file that is written whole or not at all: under a temporary name beside its place, flushed,
 * checked, and renamed. */
#ifndef HARNESS_WHOLE_FILE_H
#define HARNESS_WHOLE_FILE_H

#include <limits.h>
#include <stdio.h>

struct whole_file {
    FILE *stream;
    char path[PATH_MAX], temporary[PATH_MAX];
};

/* Opens directory/name for writing. 0, or a negative errno. */
int whole_file_open(struct whole_file *file, const char *directory, const char *name);

/* Ends the writing. Where `status` is 0 and everything reached the disk, the file appears under its
 * name; otherwise nothing is left. Returns `status`, or the errno of what failed, negative. */
int whole_file_close(struct whole_file *file, int status);

#endif
