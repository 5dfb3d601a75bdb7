/* Runs gnuplot as a child process, with a time limit, and checks that it wrote a whole SVG. The
 * drawing is made under a temporary name (NAME.svg.part) and renamed when it is complete. Nothing
 * is kept between calls. */
/* SPDX-License-Identifier: MIT */
#include "plots/svg.h"
#include "harness/base/files.h"
#include "harness/base/limit.h"
#include "harness/base/parts.h"
#include "harness/base/tools.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A drawing takes about a tenth of a second. */
enum { LIMIT_S = 60, LOOKS_A_SECOND = 100 };
static const uint64_t limit_ns = LIMIT_S * UINT64_C(1000000000);

/* Whether a signal to end is pending. The caller has blocked these signals. */
static bool is_told_to_end(void)
{
    sigset_t pending;
    sigpending(&pending);
    return sigismember(&pending, SIGINT) || sigismember(&pending, SIGTERM) ||
           sigismember(&pending, SIGHUP);
}

/* Waits for the process. Kills it at the time limit or when a signal to end is pending. Returns its
 * exit status, -ETIME or -EINTR. */
static int wait_for(pid_t pid)
{
    static const struct timespec pause = {.tv_nsec = 1000000000 / LOOKS_A_SECOND};
    struct limit limit;
    int ended = 0;
    limit_begin(&limit, pid, limit_ns);
    while (limit_left(&limit) > 0 && !is_told_to_end()) {
        pid_t which = waitpid(pid, &ended, WNOHANG);
        if (which == pid)
            return WIFEXITED(ended) ? WEXITSTATUS(ended) : 128;
        if (which < 0 && errno != EINTR)
            return -errno;
        nanosleep(&pause, NULL);
    }
    kill(pid, SIGKILL);
    while (waitpid(pid, &ended, 0) < 0 && errno == EINTR)
        ;
    return is_told_to_end() ? -EINTR : -ETIME;
}

/* Runs gnuplot in the directory, without output, and waits for it. gnuplot starts with no signal
 * blocked, whatever the caller blocks, and with none of the user's variables. Returns its exit
 * status, or a negative errno if it did not run or did not end. */
static int run_gnuplot(const char *directory, char *const *argv)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    pid_t pid;
    char *const *environment = tools_environment();
    int status = environment ? posix_spawn_file_actions_init(&actions) : ENOMEM;
    if (status)
        return -status;
    sigemptyset(&none);
    posix_spawnattr_init(&attributes); /* none of these three fails in glibc */
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setsigmask(&attributes, &none);
    status = posix_spawn_file_actions_addchdir_np(&actions, directory);
    for (int fd = 0; fd < 3 && !status; fd++)
        status = posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
    if (!status)
        status = posix_spawnp(&pid, argv[0], &actions, &attributes, argv, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (status)
        return -status;
    return wait_for(pid);
}

/* Browsers show an SVG's titles as tooltips. gnuplot gives one to everything that it plots: its own
 * command where the script names none, which helps nobody. */
static bool is_gnuplots_own(const char *title)
{
    static const char *const own[] = {"Gnuplot<", "gnuplot_", "data "};
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
        if (strncmp(title, own[i], strlen(own[i])) == 0)
            return true;
    return false;
}

static void drop_own_titles(char *svg)
{
    static const char open[] = "<title>", close[] = "</title>";
    char *from = svg, *to = svg;
    while (*from) {
        char *end = strncmp(from, open, sizeof(open) - 1) == 0 ? strstr(from, close) : NULL;
        if (end && is_gnuplots_own(from + sizeof(open) - 1))
            from = end + sizeof(close) - 1;
        else
            *to++ = *from++;
    }
    *to = '\0';
}

static int write_file(const char *path, const char *text)
{
    struct file_draft draft;
    int status = file_draft(&draft);
    if (status)
        return status;
    fputs(text, draft.out);
    return file_commit(&draft, path);
}

/* Checks that the drawing is whole, since gnuplot exits with 0 even on a full disk, and rewrites it
 * without gnuplot's own titles. */
static int finish(const char *path)
{
    char *svg;
    size_t length;
    int status = file_read(path, &svg, &length);
    if (status)
        return status;
    if (strstr(svg, "<svg") && strstr(svg, "</svg>")) {
        drop_own_titles(svg);
        status = write_file(path, svg);
    } else {
        status = -ENOSPC;
    }
    free(svg);
    return status;
}

static int draw(const struct drawing *d, char *error, size_t size)
{
    char values[1024], style[PATH_MAX], script[PATH_MAX], part[PATH_MAX], path[PATH_MAX];
    snprintf(values, sizeof(values), "data='data/%s.tsv'; output='%s.svg.part'; %s", d->name,
             d->name, d->settings);
    if (snprintf(path, sizeof(path), "%s/%s.svg", d->directory, d->name) >= (int)sizeof(path) ||
        snprintf(part, sizeof(part), "%s.part", path) >= (int)sizeof(part))
        return -ENAMETOOLONG;
    int status = parts_resource("style.gp", style, error, size);
    if (!status)
        status = parts_resource(d->script, script, error, size);
    if (status)
        return status;
    /* -d: no settings of the user's or of the system's. */
    char *argv[] = {"gnuplot", "-d", "-e", values, style, script, NULL};
    status = run_gnuplot(d->directory, argv);
    if (status == -ENOENT || status == -EACCES) {
        snprintf(error, size, "gnuplot is not there: install Debian's package gnuplot-nox");
        status = -ENOEXEC;
    } else if (status == -ETIME) {
        snprintf(error, size, "gnuplot did not end in %d s: see what `gnuplot --version` does",
                 LIMIT_S);
        status = -ENOEXEC;
    } else if (status == -EINTR) {
        snprintf(error, size, "interrupted");
    } else if (status < 0 || status == 127) {
        snprintf(error, size, "gnuplot does not start (%s): see what `gnuplot --version` says",
                 status < 0 ? strerror(-status) : "status 127");
        status = -ENOEXEC;
    } else if (status > 0) {
        snprintf(error, size,
                 "gnuplot failed on %s with the table %s.tsv: see what `gnuplot "
                 "--version` says",
                 script, d->name);
        status = -EIO;
    }
    if (!status && (status = finish(part)) == -ENOENT)
        snprintf(error, size, "gnuplot made no picture with %s: see what `gnuplot --version` says",
                 script);
    if (!status && rename(part, path))
        status = -errno;
    if (status)
        unlink(part);
    return status;
}

int svg_draw(const struct drawing *drawing, char *error, size_t size)
{
    error[0] = '\0';
    int status = draw(drawing, error, size);
    if (status && !error[0])
        snprintf(error, size, "%s/%s.svg could not be written (%s): choose another folder with -o",
                 drawing->directory, drawing->name, strerror(-status));
    return status;
}
