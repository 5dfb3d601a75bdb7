/* One process at a time. Signals are blocked but for the one place where the sweep waits, so that
 * none comes between a look and the wait. The sweep never waits for the cell alone: record.h has
 * the protocol of records and acknowledgements, and why nobody waits for ever. */
#include "harness/sweep.h"
#include "harness/clock.h"
#include "harness/record.h"
#include "harness/say.h"
#include <errno.h>
#include <fcntl.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Longer than any record: a line that is none, and does not end. */
enum { LINE_MAX_BYTES = 1 << 22 };

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal)
{
    (void)signal;
    interrupted = 1;
}

static void on_child(int signal)
{
    (void)signal; /* that it came ends the wait */
}

/* The signals while a sweep runs, and what to put back afterwards. */
static const int caught[] = {SIGINT, SIGTERM, SIGCHLD};
enum { CAUGHT = sizeof(caught) / sizeof(caught[0]) };

struct signals {
    sigset_t mask; /* of the process before, but the caught ones let through */
    sigset_t old_mask;
    struct sigaction old_action[CAUGHT];
};

static void catch_signals(struct signals *s)
{
    sigset_t ours;
    interrupted = 0;
    sigemptyset(&ours);
    for (int i = 0; i < CAUGHT; i++)
        sigaddset(&ours, caught[i]);
    sigprocmask(SIG_BLOCK, &ours, &s->old_mask);
    s->mask = s->old_mask;
    for (int i = 0; i < CAUGHT; i++) {
        struct sigaction action = {.sa_handler = caught[i] == SIGCHLD ? on_child : on_interrupt};
        sigdelset(&s->mask, caught[i]);
        sigaction(caught[i], &action, &s->old_action[i]);
    }
}

/* What came and was not yet seen meets our handlers, for the sweep answers it. */
static void release_signals(const struct signals *s)
{
    sigprocmask(SIG_SETMASK, &s->mask, NULL);
    sigprocmask(SIG_SETMASK, &s->old_mask, NULL);
    for (int i = 0; i < CAUGHT; i++)
        sigaction(caught[i], &s->old_action[i], NULL);
}

/* A wait that finds output at once lets no signal through: so the pending ones count, too. */
static bool is_interrupted(void)
{
    sigset_t pending;
    sigpending(&pending);
    return interrupted || sigismember(&pending, SIGINT) || sigismember(&pending, SIGTERM);
}

/* One cell's process while it runs. */
struct child {
    pid_t pid;
    int fd;     /* its standard output; -1 once that has ended */
    int ack_fd; /* the other end of its standard input */
    char *line; /* what came of the line that is not complete */
    size_t used, size;
    bool ended; /* a RECORD_END came */
    enum trial_status status;
    char message[REASON_MAX];
    char stray[64]; /* the beginning of the first line that was no record */
};

struct sweep {
    const struct plan *plan;
    struct store *store;
    int64_t *cell_ids;
    struct sweep_result *result;
    uint64_t started_ns, done, total;
    struct signals signals;
};

/* Becomes the cell; where it can't, it ends as a cell that says so. */
static _Noreturn void exec_cell(const struct cell *cell, const struct sampling *s, uint32_t process)
{
    char number[4][24];
    snprintf(number[0], sizeof(number[0]), "%u", process);
    snprintf(number[1], sizeof(number[1]), "%u", s->samples);
    snprintf(number[2], sizeof(number[2]), "%llu", (unsigned long long)s->window_ns);
    snprintf(number[3], sizeof(number[3]), "%llu", (unsigned long long)s->limit_ns);
    execl("/proc/self/exe", "hchanlab", "cell", cell->name, "--process", number[0], "--samples",
          number[1], "--window-ns", number[2], "--limit-ns", number[3], "--ack", (char *)NULL);
    struct record end = {.kind = RECORD_END, .end = {.status = TRIAL_FAILED}};
    snprintf(end.end.message, REASON_MAX, "the program could not be started: %s", strerror(errno));
    FILE *out = fdopen(STDOUT_FILENO, "w"); /* stdout may hold what is the parent's to write */
    if (out)
        record_write(out, &end);
    _exit(EXIT_WRONG);
}

/* The child's side of start_child(). */
static _Noreturn void run_child(const struct sweep *sweep, const struct cell *cell,
                                uint32_t process, int in, int out, pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* nothing outlives the sweep */
    if (getppid() != parent)
        _exit(EXIT_WRONG);
    setpgid(0, 0);
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    sigprocmask(SIG_SETMASK, &sweep->signals.old_mask, NULL);
    exec_cell(cell, &sweep->plan->sampling, process);
}

/* Starts the process in a group of its own, so that a kill takes what it started along. Both sides
 * make the group: whichever comes first, it is there before a kill and before the cell starts
 * anything. */
static int start_child(const struct sweep *sweep, struct child *child, const struct cell *cell,
                       uint32_t process)
{
    int out[2], in[2];
    pid_t parent = getpid();
    memset(child, 0, sizeof(*child));
    if (pipe2(out, O_CLOEXEC))
        return -errno;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in)) {
        int error = errno;
        close(out[0]);
        close(out[1]);
        return -error;
    }
    child->pid = fork();
    int error = errno;
    if (child->pid == 0)
        run_child(sweep, cell, process, in[1], out[1], parent);
    close(out[1]);
    close(in[1]);
    child->fd = out[0];
    child->ack_fd = in[0];
    if (child->pid < 0) {
        close(child->fd);
        close(child->ack_fd);
        return -error;
    }
    setpgid(child->pid, child->pid); /* fails where the child is a cell already: it did it then */
    fcntl(child->fd, F_SETFL, O_NONBLOCK);
    return 0;
}

/* Puts one record where it belongs. 0, or a negative errno of the store. */
static int store_record(struct sweep *sweep, struct child *child, int64_t cell, uint32_t process,
                        const struct record *r)
{
    switch (r->kind) {
    case RECORD_SAMPLE:
        return store_add_sample(sweep->store, cell, &r->sample);
    case RECORD_OUTCOME:
        return store_add_outcome(sweep->store, cell, process, &r->outcome);
    case RECORD_COUNTER:
        return store_add_counter(sweep->store, cell, process, &r->counter);
    case RECORD_LATENCY:
        return store_add_latency(sweep->store, cell, process, &r->latency);
    case RECORD_END:
        child->ended = true;
        child->status = r->end.status;
        snprintf(child->message, sizeof(child->message), "%s", r->end.message);
        return 0;
    }
    return 0;
}

/* Remembers a line that is no record, or one that was there before, as far as it can be shown. */
static void note_stray(struct child *child, const char *line, size_t length)
{
    if (child->stray[0])
        return;
    snprintf(child->stray, sizeof(child->stray), "%.*s", (int)(length < 60 ? length : 60),
             length ? line : "(empty)");
    for (char *p = child->stray; *p; p++)
        if (*p < ' ' || *p > '~')
            *p = '?';
    if (!child->stray[0])
        strcpy(child->stray, "?");
}

/* Stores one line and acknowledges it: one that is no record, too, for the cell may be waiting. Of
 * an acknowledgement that does not arrive nothing is to be done: see record.h. */
static int take_line(struct sweep *sweep, struct child *child, int64_t cell, uint32_t process,
                     const char *line, size_t length)
{
    static struct record record; /* large: it holds a histogram */
    int status = 0;
    bool is_record = strlen(line) == length && record_read(line, &record) == 0;
    if (is_record)
        status = store_record(sweep, child, cell, process, &record);
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

/* Takes what the pipe has; stores complete lines. 1: more may come; 0: the end; -EAGAIN: nothing
 * just now; or another errno. */
static int take_output(struct sweep *sweep, struct child *child, int64_t cell, uint32_t process)
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
        status = take_line(sweep, child, cell, process, start, (size_t)(end - start));
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

/* Whether the process has ended; it stays there to be waited for, so that its id, and its group's,
 * stay its own. */
static bool has_ended(pid_t pid)
{
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid;
}

/* Waits for output, the end of the child, a signal, or so long. */
static void wait_for(const struct sweep *sweep, const struct child *child, uint64_t ns)
{
    struct pollfd pfd = {.fd = child->fd, .events = POLLIN};
    struct timespec left = {.tv_sec = (time_t)(ns / 1000000000U),
                            .tv_nsec = (long)(ns % 1000000000U)};
    ppoll(&pfd, 1, &left, &sweep->signals.mask);
}

/* Reads until the process ends (0), is over its time (-ETIME), or the user interrupts (-EINTR); or
 * an errno of the store. What a process has written is in the pipe when it has ended, so then the
 * pipe is emptied, and whoever else may hold it is not waited for. */
static int watch_child(struct sweep *sweep, struct child *child, int64_t cell, uint32_t process)
{
    uint64_t limit = clock_ns() + sweep->plan->sampling.kill_ns;
    for (;;) {
        uint64_t now = clock_ns();
        if (is_interrupted())
            return -EINTR;
        if (now >= limit)
            return -ETIME;
        bool ended = has_ended(child->pid); /* before the last read */
        int status = child->fd < 0 ? -EAGAIN : take_output(sweep, child, cell, process);
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
        wait_for(sweep, child, limit - now);
    }
}

/* Ends the process and what it started, and gives back all that it held. */
static int end_child(struct child *child)
{
    int wait_status = 0;
    kill(-child->pid, SIGKILL);
    while (waitpid(child->pid, &wait_status, 0) < 0 && errno == EINTR)
        ;
    if (child->fd >= 0)
        close(child->fd);
    close(child->ack_fd);
    free(child->line);
    return wait_status;
}

static void describe_end(int wait_status, char text[64])
{
    if (WIFSIGNALED(wait_status))
        snprintf(text, 64, "ended by signal %d (%s)", WTERMSIG(wait_status),
                 strsignal(WTERMSIG(wait_status)));
    else
        snprintf(text, 64, "ended with status %d", WEXITSTATUS(wait_status));
}

/* What the process came to: what it said and how it ended have to agree. */
static void conclude(struct child *child, int watched, int wait_status, uint64_t kill_ns)
{
    int honest = child->status == TRIAL_OK ? EXIT_OK : EXIT_WRONG;
    char end[64], said[REASON_MAX];
    describe_end(wait_status, end);
    snprintf(said, sizeof(said), "%s", child->message[0] ? child->message : "it was done");
    if (watched == -ETIME) {
        child->status = TRIAL_TIMEOUT;
        snprintf(child->message, REASON_MAX, "killed at its time limit of %.*f s",
                 kill_ns < 1000000000U ? 3 : 0, (double)kill_ns / 1e9);
    } else if (!child->ended) {
        child->status = TRIAL_FAILED;
        snprintf(child->message, REASON_MAX, "%s before it was done", end);
    } else if (!WIFEXITED(wait_status) || WEXITSTATUS(wait_status) != honest) {
        child->status = TRIAL_FAILED;
        snprintf(child->message, REASON_MAX, "%s after it had said: %.90s", end, said);
    } else if (child->status == TRIAL_OK && child->stray[0]) {
        child->status = TRIAL_FAILED;
        snprintf(child->message, REASON_MAX, "it wrote a line that is no record, or one twice: %s",
                 child->stray);
    }
}

static void note_first(char *first, size_t size, const struct cell *cell, const struct child *child)
{
    if (!first[0])
        snprintf(first, size, "%s: %s", cell->name, child->message);
}

static void tally(struct sweep *sweep, const struct cell *cell, const struct child *child)
{
    struct sweep_result *r = sweep->result;
    uint64_t *const counts[] = {
        [TRIAL_OK] = &r->ok,
        [TRIAL_TIMEOUT] = &r->timeout,
        [TRIAL_FAILED] = &r->failed,
        [TRIAL_SKIPPED] = &r->skipped,
    };
    ++*counts[child->status];
    if (child->status == TRIAL_FAILED)
        note_first(r->first_failure, sizeof(r->first_failure), cell, child);
    if (child->status == TRIAL_TIMEOUT)
        note_first(r->first_timeout, sizeof(r->first_timeout), cell, child);
    else if (child->status == TRIAL_SKIPPED)
        note_first(r->first_skip, sizeof(r->first_skip), cell, child);
}

/* Runs one process of one cell. 0, -EINTR where the user interrupted, or a negative errno of the
 * store or of starting it. */
static int run_process(struct sweep *sweep, size_t index, uint32_t process)
{
    const struct cell *cell = &sweep->plan->cells[index];
    int64_t id = sweep->cell_ids[index];
    struct child child;
    int status = start_child(sweep, &child, cell, process);
    if (status)
        return status;
    int watched = watch_child(sweep, &child, id, process);
    int wait_status = end_child(&child);
    if (watched != 0 && watched != -ETIME)
        return watched;
    conclude(&child, watched, wait_status, sweep->plan->sampling.kill_ns);
    tally(sweep, cell, &child);
    return store_add_trial(sweep->store, id, process, child.status, child.message);
}

static void say_progress(const struct sweep *sweep, const char *name)
{
    double passed_s = (double)(clock_ns() - sweep->started_ns) / 1e9;
    double left_s = plan_seconds(sweep->plan);
    if (sweep->done > 0)
        left_s = passed_s / (double)sweep->done * (double)(sweep->total - sweep->done);
    unsigned left = (unsigned)(left_s + 0.5);
    bool terminal = isatty(STDERR_FILENO);
    uint64_t step = sweep->total / 20 ? sweep->total / 20 : 1;
    if (terminal)
        fprintf(stderr, "\r\033[K[%llu/%llu] %u min %02u s left  %s",
                (unsigned long long)sweep->done, (unsigned long long)sweep->total, left / 60,
                left % 60, name);
    else if (sweep->done % step == 0)
        fprintf(stderr, "[%llu/%llu] %u min %02u s left\n", (unsigned long long)sweep->done,
                (unsigned long long)sweep->total, left / 60, left % 60);
    if (terminal && sweep->done == sweep->total)
        fputc('\n', stderr);
}

/* Every round runs each cell once, in an order of its own: variants are interleaved, and what
 * drifts on the machine meets all of them. */
static int run_rounds(struct sweep *sweep, size_t *order, gsl_rng *rng)
{
    const struct plan *plan = sweep->plan;
    for (uint32_t process = 0; process < plan->sampling.processes; process++) {
        gsl_ran_shuffle(rng, order, plan->count, sizeof(*order));
        for (size_t i = 0; i < plan->count; i++) {
            say_progress(sweep, plan->cells[order[i]].name);
            int status = run_process(sweep, order[i], process);
            if (status)
                return status;
            sweep->done++;
        }
    }
    say_progress(sweep, "done");
    return 0;
}

static int add_cells(struct sweep *sweep, int64_t run)
{
    for (size_t i = 0; i < sweep->plan->count; i++) {
        int status = store_add_cell(sweep->store, run, &sweep->plan->cells[i], &sweep->cell_ids[i]);
        if (status)
            return status;
    }
    return 0;
}

static int explain(const struct sweep *sweep, int status)
{
    if (status == 0)
        return EXIT_OK;
    if (status == -EINTR)
        return complain(EXIT_INTERRUPTED,
                        "interrupted after %llu of %llu processes: what was measured is kept",
                        (unsigned long long)sweep->done, (unsigned long long)sweep->total);
    return complain(EXIT_IO, "after %llu of %llu processes: %s: what was measured is kept",
                    (unsigned long long)sweep->done, (unsigned long long)sweep->total,
                    store_error(sweep->store) && store_error(sweep->store)[0]
                        ? store_error(sweep->store)
                        : strerror(-status));
}

int sweep_run(const struct plan *plan, struct store *store, int64_t run, uint64_t seed,
              struct sweep_result *result)
{
    memset(result, 0, sizeof(*result));
    struct sweep sweep = {
        .plan = plan,
        .store = store,
        .cell_ids = calloc(plan->count, sizeof(int64_t)),
        .result = result,
        .started_ns = clock_ns(),
        .total = plan->count * plan->sampling.processes,
    };
    size_t *order = calloc(plan->count, sizeof(*order));
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    int status = sweep.cell_ids && order && rng ? 0 : -ENOMEM;
    catch_signals(&sweep.signals);
    if (status == 0) {
        gsl_rng_set(rng, seed);
        for (size_t i = 0; i < plan->count; i++)
            order[i] = i;
        status = add_cells(&sweep, run);
    }
    if (status == 0)
        status = run_rounds(&sweep, order, rng);
    if (status == 0)
        status = store_end_run(store, run);
    release_signals(&sweep.signals);
    int exit_status = explain(&sweep, status);
    if (rng)
        gsl_rng_free(rng);
    free(order);
    free(sweep.cell_ids);
    return exit_status;
}
