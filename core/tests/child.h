/* Whole processes: what a body, run in a child, says on standard error, and how it ends. */
#ifndef CORE_TESTS_CHILD_H
#define CORE_TESTS_CHILD_H

#include "core/tests/support.h"
#include <sys/resource.h>

static char said[8192];

/* Returns its status, or 128 and the signal that ended it. */
static inline int run_child(void (*body)(void))
{
    int out[2], status;
    assert_int_equal(pipe(out), 0);
    fflush(NULL);
    pid_t child = fork_child();
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        dup2(out[1], STDERR_FILENO);
        close(out[0]);
        close(out[1]);
        alarm(120); /* a hang is a failure */
        body();
        _exit(99);
    }
    close(out[1]);
    size_t used = 0;
    for (ssize_t n; (n = read(out[0], said + used, sizeof(said) - 1 - used)) > 0;)
        used += (size_t)n;
    said[used] = '\0';
    close(out[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
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
