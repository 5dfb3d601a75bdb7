/* Running the program as a user would, and looking at what it said. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_TESTS_PROGRAM_H
#define HARNESS_TESTS_PROGRAM_H

#include "scripts/test.h"
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct said {
    int status;       /* exit status; 128 + n where signal n ended it */
    char out[262144]; /* the beginning of what went to standard output */
    char err[8192];
};

static void read_back(const char *path, char *text, size_t size)
{
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    text[fread(text, 1, size - 1, f)] = '\0';
    fclose(f);
    unlink(path);
}

/* Runs a shell command line in which $H is the program. */
static inline struct said *run_program(const char *arguments)
{
    static struct said said;
    char out[] = "/tmp/hchanlab-out-XXXXXX", err[] = "/tmp/hchanlab-err-XXXXXX", line[4096];
    close(mkstemp(out));
    close(mkstemp(err));
    assert_int_equal(setenv("H", BINARY_DIR "/hchanlab", 1), 0);
    setenv("HCHANLAB_LOCK", "", 0);   /* tests may sweep at the same time */
    setenv("HCHANLAB_PAUSE", "0", 0); /* and on a busy machine */
    /* The path in $H may have spaces: the shell splits words at newlines only. */
    snprintf(line, sizeof(line), "IFS='\n'; { %s ; } >%s 2>%s", arguments, out, err);
    int status = system(line);
    said.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    read_back(out, said.out, sizeof(said.out));
    read_back(err, said.err, sizeof(said.err));
    return &said;
}

static inline size_t count_lines(const char *text)
{
    size_t lines = 0;
    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

/* A folder of the test's own, removed by remove_folder(). */
static inline void make_folder(char path[64])
{
    strcpy(path, "/tmp/hchanlab-test-XXXXXX");
    assert_non_null(mkdtemp(path));
}

static inline void remove_folder(const char *path)
{
    char line[256];
    snprintf(line, sizeof(line), "rm -rf '%s'", path);
    assert_int_equal(system(line), 0);
}

#endif
