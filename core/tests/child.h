/* Runs a body in a process of its own: what it prints on standard error, and how it ends. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_TESTS_CHILD_H
#define CORE_TESTS_CHILD_H

#include "core/tests/support.h"
#include <sys/resource.h>

/* Runs body(arg) in a child, whose standard error goes to `text` and which ends with 0 if the body
 * returns. Returns the status of waitpid(). */
static inline int run_in_child(void (*body)(void *), void *arg, char *text, size_t size)
{
    int err[2], status;
    size_t used = 0;
    assert_int_equal(pipe(err), 0);
    fflush(NULL);
    pid_t child = fork_child();
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        dup2(err[1], STDERR_FILENO);
        close(err[0]);
        close(err[1]);
        alarm(HANG_S); /* a hang is a failure */
        body(arg);
        _exit(0);
    }
    close(err[1]);
    for (ssize_t n; (n = read(err[0], text + used, size - 1 - used)) > 0;)
        used += (size_t)n;
    text[used] = '\0';
    close(err[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static inline bool exited_with(int status, int wanted)
{
    return WIFEXITED(status) && WEXITSTATUS(status) == wanted;
}

static inline bool aborted(int status)
{
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

/* The same, for bodies without an argument that must not return; their standard error is in
 * `said`. */
static char said[8192];

static inline void call_it(void *body)
{
    (*(void (**)(void))body)();
    _exit(99);
}

/* Returns its status, or 128 plus the signal that ended it. */
static inline int run_child(void (*body)(void))
{
    int status = run_in_child(call_it, (void *)&body, said, sizeof(said));
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static inline void assert_said(const char *part)
{
    if (!strstr(said, part))
        fail_msg("wanted '%s' in:\n%s", part, said);
}

static inline void assert_said_lines(size_t count)
{
    size_t lines = 0;
    for (const char *p = said; *p; p++)
        lines += *p == '\n';
    if (lines != count)
        fail_msg("wanted %zu lines:\n%s", count, said);
}

#endif
