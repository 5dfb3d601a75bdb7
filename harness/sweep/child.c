/* Watches one process that writes records: reads its lines, acknowledges them, and decides at the
 * end whether what it said and how it ended agree. All state is in struct child, but for the buffer
 * of one record, which is too large for the stack. */
/* SPDX-License-Identifier: MIT */
#include "harness/sweep/child.h"
#include "harness/base/progress.h"
#include "harness/base/say.h"
#include "harness/base/tools.h"
#include "harness/machine/rank.h"
#include "harness/sweep/process.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Longer than any record: a line without end is not one. */
enum { LINE_MAX_BYTES = 1 << 22 };

enum { ARGUMENTS_MAX = 32 };

/* Under a real-time policy the kernel, too, ends a process that keeps a PU for longer than its
 * limit, since this one may be stopped meanwhile; it comes second. */
static void limit_real_time(uint64_t kill_ns)
{
    enum { MARGIN_US = 5000000, NS_PER_US = 1000 };
    struct rlimit limit;
    if (!rank_is_real_time() || getrlimit(RLIMIT_RTTIME, &limit))
        return;
    rlim_t wanted = kill_ns / NS_PER_US + MARGIN_US;
    limit.rlim_cur = limit.rlim_cur < wanted ? limit.rlim_cur : wanted;
    limit.rlim_max = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    setrlimit(RLIMIT_RTTIME, &limit);
}

/* How many processes the kernel has ended for want of memory since it booted; 0 if it does not say.
 */
static uint64_t count_oom_kills(void)
{
    char line[128];
    unsigned long long count = 0;
    FILE *f = fopen("/proc/vmstat", "re");
    while (f && fgets(line, sizeof(line), f) && sscanf(line, "oom_kill %llu", &count) != 1)
        ;
    if (f)
        fclose(f);
    return count;
}

/* Becomes the job's command. If that fails, the process writes a record that says why, and ends. */
static void exec_command(const void *arg)
{
    const struct child_job *job = arg;
    char *argv[ARGUMENTS_MAX + 2] = {(char *)(uintptr_t) "hchanlab"};
    for (size_t i = 0; job->arguments[i]; i++)
        argv[i + 1] = (char *)(uintptr_t)job->arguments[i];
    sigprocmask(SIG_SETMASK, &job->signals->old_mask, NULL);
    limit_real_time(job->kill_ns);
    tools_drop_variables("BENCHMARK_"); /* Google Benchmark's, which would run something else */
    execv("/proc/self/exe", argv);
    struct record end = {.kind = RECORD_END, .end = {.status = TRIAL_FAILED}};
    snprintf(end.end.message, REASON_MAX, "the program could not be started: %s", strerror(errno));
    FILE *out = fdopen(STDOUT_FILENO, "w"); /* stdout may hold text of the parent */
    if (out)
        record_write(out, &end);
    _exit(EXIT_WRONG);
}

int child_start(struct child *child, const struct child_job *job)
{
    int out[2], in[2];
    size_t arguments = 0;
    while (job->arguments[arguments])
        arguments++;
    if (arguments > ARGUMENTS_MAX)
        return -E2BIG;
    memset(child, 0, sizeof(*child));
    child->job = job;
    child->oom_kills = count_oom_kills();
    if (pipe2(out, O_CLOEXEC))
        return -errno;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in)) {
        int error = errno;
        close(out[0]);
        close(out[1]);
        return -error;
    }
    child->pid = process_start((const int[]){in[1], out[1], -1}, exec_command, job);
    close(out[1]);
    close(in[1]);
    child->fd = out[0];
    child->ack_fd = in[0];
    if (child->pid < 0) {
        close(child->fd);
        close(child->ack_fd);
        return child->pid;
    }
    fcntl(child->fd, F_SETFL, O_NONBLOCK);
    return 0;
}

/* Remembers the beginning of a line that is not a record, or of a record that was sent before. */
static void note_stray(struct child *child, const char *line, size_t length)
{
    if (child->stray[0])
        return;
    snprintf(child->stray, sizeof(child->stray), "%.*s", (int)(length < 60 ? length : 60),
             length ? line : "(empty)");
    make_plain(child->stray);
    if (!child->stray[0])
        strcpy(child->stray, "?");
}

/* Hands one record on, or keeps it if it is the end. */
static int child_take_record(struct child *child, const struct record *r)
{
    child->sampled |= r->kind == RECORD_SAMPLE;
    if (r->kind != RECORD_END)
        return child->job->take(child->job->arg, r);
    child->ended = true;
    child->status = r->end.status;
    snprintf(child->message, sizeof(child->message), "%s", r->end.message);
    make_plain(child->message);
    return 0;
}

/* Takes one line and acknowledges it, even if it is not a record, since the cell may be waiting. An
 * acknowledgement that does not arrive needs no handling: see record.h. */
static int take_line(struct child *child, const char *line, size_t length)
{
    static struct record record; /* large: it holds a histogram */
    int status = 0;
    bool is_record = strlen(line) == length && record_read(line, &record) == 0;
    if (is_record)
        status = child_take_record(child, &record);
    if (!is_record || status == -EEXIST) { /* the cell's fault, not the store's */
        note_stray(child, line, length);
        status = 0;
    }
    if (status == 0)
        (void)!send(child->ack_fd, "", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    return status;
}

static int make_room(struct child *child)
{
    if (child->size - child->used >= 4096)
        return 0;
    size_t size = child->size ? 2 * child->size : 65536;
    char *line = realloc(child->line, size);
    if (!line)
        return -ENOMEM;
    child->line = line;
    child->size = size;
    return 0;
}

/* Takes what is in the pipe, as complete lines. 1: there may be more; 0: the end; -EAGAIN: nothing
 * at the moment; or another negative errno. */
static int take_output(struct child *child)
{
    int status = make_room(child);
    if (status)
        return status;
    ssize_t got = read(child->fd, child->line + child->used, child->size - child->used - 1);
    if (got <= 0)
        return got == 0 ? 0 : errno == EINTR ? 1 : -errno;
    char *start = child->line, *end = start + child->used;
    child->used += (size_t)got;
    while ((end = memchr(end, '\n', (size_t)(child->line + child->used - end))) != NULL) {
        *end = '\0';
        status = take_line(child, start, (size_t)(end - start));
        if (status)
            return status;
        start = ++end;
    }
    child->used -= (size_t)(start - child->line);
    memmove(child->line, start, child->used);
    if (child->used > LINE_MAX_BYTES) {
        note_stray(child, child->line, child->used);
        child->used = 0;
    }
    return 1;
}

/* Waits for output, the child's end, a signal, or for so long. */
static void wait_for(const struct child *child, uint64_t ns)
{
    struct pollfd pfd = {.fd = child->fd, .events = POLLIN};
    struct timespec left = {.tv_sec = (time_t)(ns / 1000000000U),
                            .tv_nsec = (long)(ns % 1000000000U)};
    ppoll(&pfd, 1, &left, &child->job->signals->mask);
}

/* Says once that the process is stopped: its limit waits for it then, and so do we. */
static void tell_if_held(const struct child *child, bool *told)
{
    if (!child->limit.held || *told)
        return;
    progress_note(
        "process %d is stopped, which does not count as its time: kill -CONT %d, or -KILL",
        (int)child->pid, (int)child->pid);
    *told = true;
}

/* When the process has ended, all that it wrote is in the pipe: the pipe is emptied once more, and
 * other processes that may hold it open are not waited for. */
int child_watch(struct child *child)
{
    bool told = false;
    limit_begin(&child->limit, child->pid, child->job->kill_ns);
    for (;;) {
        uint64_t left = limit_left(&child->limit);
        if (signals_interrupted())
            return -EINTR;
        if (left == 0)
            return -ETIME;
        tell_if_held(child, &told);
        bool ended = process_has_ended(child->pid); /* asked before the last read */
        int status = child->fd < 0 ? -EAGAIN : take_output(child);
        if (status == 1)
            continue;
        if (status < 0 && status != -EAGAIN)
            return status;
        if (ended)
            return 0;
        if (status == 0) {
            close(child->fd);
            child->fd = -1;
        }
        wait_for(child, left);
    }
}

static int end_process(struct child *child)
{
    int wait_status = process_end(child->pid);
    if (child->fd >= 0)
        close(child->fd);
    close(child->ack_fd);
    free(child->line);
    return wait_status;
}

static void describe_end(const struct child *child, int wait_status, char text[64])
{
    bool killed = WIFSIGNALED(wait_status) && WTERMSIG(wait_status) == SIGKILL;
    if (killed && count_oom_kills() > child->oom_kills)
        snprintf(text, 64, "ended by the kernel, which was out of memory,");
    else if (WIFSIGNALED(wait_status))
        snprintf(text, 64, "ended by signal %d (%s)", WTERMSIG(wait_status),
                 strsignal(WTERMSIG(wait_status)));
    else
        snprintf(text, 64, "ended with status %d", WEXITSTATUS(wait_status));
}

/* Whether the exit status fits the RECORD_END. Peers, and `crowd --records`, use one exit status
 * for everything that is not TRIAL_OK. */
static bool agrees(enum trial_status said, int status)
{
    switch (said) {
    case TRIAL_OK:
        return status == EXIT_OK;
    case TRIAL_FAILED:
    case TRIAL_LACKING:
        return status == EXIT_WRONG;
    case TRIAL_TIMEOUT:
        return status == EXIT_TIMEOUT || status == EXIT_WRONG;
    case TRIAL_SKIPPED:
        return status == EXIT_ENVIRONMENT || status == EXIT_WRONG;
    }
    return false;
}

/* Decides what the process came to: what it said and how it ended have to agree. */
static void child_conclude(struct child *child, int watched, int wait_status)
{
    uint64_t kill_ns = child->job->kill_ns;
    char end[64], said[REASON_MAX];
    describe_end(child, wait_status, end);
    snprintf(said, sizeof(said), "%s", child->message[0] ? child->message : "it was done");
    if (watched == -ETIME && child->ended && child->status == TRIAL_FAILED) {
        snprintf(child->message, REASON_MAX, "killed at its time limit after it had said: %.90s",
                 said);
    } else if (watched == -ETIME) {
        child->status = child->stray[0] ? TRIAL_FAILED : TRIAL_TIMEOUT;
        snprintf(child->message, REASON_MAX, "killed at its time limit of %.*f s%s%s%s",
                 kill_ns < 1000000000U ? 3 : 0, (double)kill_ns / 1e9,
                 child->limit.used_ns < kill_ns ? ", since it was stopped and never went on" : "",
                 child->stray[0] ? "; it wrote a line that is no record: " : "", child->stray);
    } else if (!child->ended) {
        child->status = TRIAL_FAILED;
        snprintf(child->message, REASON_MAX, "%s before it was done", end);
    } else if (!WIFEXITED(wait_status) || !agrees(child->status, WEXITSTATUS(wait_status))) {
        child->status = TRIAL_FAILED;
        snprintf(child->message, REASON_MAX, "%s after it had said: %.90s", end, said);
    } else if (child->status == TRIAL_OK && child->stray[0]) {
        child->status = TRIAL_FAILED;
        snprintf(child->message, REASON_MAX, "it wrote a line that is no record, or one twice: %s",
                 child->stray);
    } else if (child->status == TRIAL_OK && child->job->samples && !child->sampled) {
        child->status = TRIAL_FAILED;
        snprintf(child->message, REASON_MAX, "it ended well, and had sent no sample");
    }
}

void child_end(struct child *child, int watched)
{
    int wait_status = end_process(child);
    if (watched == 0 || watched == -ETIME)
        child_conclude(child, watched, wait_status);
}
