/* One fork for everything that the harness runs: cells, crowds, and peers that are asked what they
 * are. No state: a caller keeps the id and the descriptors. */
/* SPDX-License-Identifier: MIT */
#include "harness/sweep/process.h"
#include "harness/machine/rank.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOT_STARTED = 127 }; /* the exit status by which a shell reports the same */

/* If memory runs out, the kernel is to end this process, and not the sweep that keeps what was
 * measured. A process may always make itself the likelier choice. */
static void offer_to_the_oom_killer(void)
{
    static const char score[] = "500";
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    (void)!write(fd, score, sizeof(score) - 1);
    close(fd);
}

/* A process in a group of its own is stopped if it writes to a terminal that wants it so, or reads
 * from one, unless it ignores the signals. And it ends by SIGPIPE, whatever this one does. */
static void set_signals(void)
{
    signal(SIGTTOU, SIG_IGN);
    signal(SIGTTIN, SIG_IGN);
    signal(SIGPIPE, SIG_DFL);
}

static _Noreturn void begin(const int streams[3], pid_t parent, void (*become)(const void *arg),
                            const void *arg)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) /* it died before it could have been our end */
        _exit(NOT_STARTED);
    setpgid(0, 0);
    rank_lower();
    set_signals();
    offer_to_the_oom_killer();
    for (int stream = 0; stream < 3; stream++)
        if (streams[stream] >= 0)
            dup2(streams[stream], stream);
    become(arg);
    _exit(NOT_STARTED);
}

/* Both sides make the group: whichever comes first, it exists before this side can kill it and
 * before the process can start anything. */
pid_t process_start(const int streams[3], void (*become)(const void *arg), const void *arg)
{
    char why[160];
    int status = rank_raise(RANK_SWEEP, why, sizeof(why));
    if (status)
        return status;
    pid_t parent = getpid(), pid = fork();
    if (pid < 0)
        return -errno;
    if (pid == 0)
        begin(streams, parent, become, arg);
    setpgid(pid, pid); /* fails if the process has made the group and called exec already */
    return pid;
}

bool process_has_ended(pid_t pid)
{
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid;
}

int process_end(pid_t pid)
{
    int status = 0;
    kill(-pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}
