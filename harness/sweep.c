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
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal)
{
    (void)signal;
    interrupted = 1;
}

/* One cell's process while it runs. */
struct child {
    pid_t pid;
    int fd;     /* its standard output */
    char *line; /* what came of the line that is not complete */
    size_t used, size;
    bool ended; /* a RECORD_END came */
    enum trial_status status;
    char message[REASON_MAX];
};

struct sweep {
    const struct plan *plan;
    struct store *store;
    int64_t *cell_ids;
    struct sweep_result *result;
    uint64_t started_ns, done, total;
};

static void exec_cell(const struct cell *cell, const struct sampling *s, uint32_t process)
{
    char number[4][24];
    snprintf(number[0], sizeof(number[0]), "%u", process);
    snprintf(number[1], sizeof(number[1]), "%u", s->samples);
    snprintf(number[2], sizeof(number[2]), "%llu", (unsigned long long)s->window_ns);
    snprintf(number[3], sizeof(number[3]), "%llu", (unsigned long long)s->limit_ns);
    execl("/proc/self/exe", "hchanlab", "cell", cell->name, "--process", number[0], "--samples",
          number[1], "--window-ns", number[2], "--limit-ns", number[3], (char *)NULL);
    _exit(127);
}

static int start_child(struct child *child, const struct cell *cell, const struct sampling *s,
                       uint32_t process)
{
    int pipe_fds[2];
    memset(child, 0, sizeof(*child));
    if (pipe2(pipe_fds, O_CLOEXEC))
        return -errno;
    child->pid = fork();
    if (child->pid < 0) {
        int error = errno;
        close(pipe_fds[0]);
        close(pipe_fds[1]);
        return -error;
    }
    if (child->pid == 0) {
        setpgid(0, 0);                    /* a kill at the limit takes what it started along */
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* and nothing outlives the sweep */
        dup2(pipe_fds[1], STDOUT_FILENO);
        exec_cell(cell, s, process);
    }
    close(pipe_fds[1]);
    child->fd = pipe_fds[0];
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

/* Takes what the pipe has; stores complete lines. 1: more may come; 0: the end; or an errno. */
static int take_output(struct sweep *sweep, struct child *child, int64_t cell, uint32_t process)
{
    if (child->size - child->used < 4096) {
        size_t size = child->size ? 2 * child->size : 65536;
        char *line = realloc(child->line, size);
        if (!line)
            return -ENOMEM;
        child->line = line;
        child->size = size;
    }
    ssize_t got = read(child->fd, child->line + child->used, child->size - child->used - 1);
    if (got < 0)
        return errno == EINTR ? 1 : -errno;
    if (got == 0)
        return 0;
    child->used += (size_t)got;
    child->line[child->used] = '\0';
    char *start = child->line, *end;
    static struct record record; /* large: it holds a histogram */
    while ((end = strchr(start, '\n')) != NULL) {
        *end = '\0';
        int status = 0;
        if (record_read(start, &record) == 0)
            status = store_record(sweep, child, cell, process, &record);
        if (status)
            return status;
        start = end + 1;
    }
    child->used -= (size_t)(start - child->line);
    memmove(child->line, start, child->used + 1);
    return 1;
}

/* Reads until the process ends, is over its time, or the user interrupts. */
static int watch_child(struct sweep *sweep, struct child *child, int64_t cell, uint32_t process)
{
    uint64_t limit = clock_ns() + sweep->plan->sampling.kill_ns;
    int status = 1;
    while (status == 1) {
        uint64_t now = clock_ns();
        if (now >= limit || interrupted)
            break;
        struct pollfd pfd = {.fd = child->fd, .events = POLLIN};
        int ready = poll(&pfd, 1, (int)((limit - now) / 1000000 + 1));
        if (ready > 0)
            status = take_output(sweep, child, cell, process);
    }
    if (status != 0)
        kill(-child->pid, SIGKILL);
    return status == 1 ? -ETIME : status;
}

static void conclude(struct child *child, int watched, int wait_status, uint64_t kill_ns)
{
    if (watched == -ETIME) {
        child->status = TRIAL_TIMEOUT;
        snprintf(child->message, REASON_MAX, "killed at its time limit of %.0f s",
                 (double)kill_ns / 1e9);
    } else if (!child->ended && WIFSIGNALED(wait_status)) {
        child->status = TRIAL_FAILED;
        snprintf(child->message, REASON_MAX, "ended by signal %d (%s)", WTERMSIG(wait_status),
                 strsignal(WTERMSIG(wait_status)));
    } else if (!child->ended) {
        child->status = TRIAL_FAILED;
        snprintf(child->message, REASON_MAX, "ended with status %d before it was done",
                 WEXITSTATUS(wait_status));
    }
}

static void tally(struct sweep *sweep, const struct cell *cell, const struct child *child)
{
    struct sweep_result *r = sweep->result;
    if (child->status == TRIAL_OK)
        r->ok++;
    else if (child->status == TRIAL_TIMEOUT)
        r->timeout++;
    else
        r->failed++;
    if (child->status != TRIAL_OK && !r->first_failure[0])
        snprintf(r->first_failure, sizeof(r->first_failure), "%s: %s", cell->name, child->message);
}

/* Runs one process of one cell. 0, or a negative errno of the store or of starting it. */
static int run_process(struct sweep *sweep, size_t index, uint32_t process)
{
    const struct cell *cell = &sweep->plan->cells[index];
    int64_t id = sweep->cell_ids[index];
    struct child child;
    int status = start_child(&child, cell, &sweep->plan->sampling, process);
    if (status)
        return status;
    int watched = watch_child(sweep, &child, id, process);
    int wait_status = 0;
    while (waitpid(child.pid, &wait_status, 0) < 0 && errno == EINTR)
        ;
    close(child.fd);
    free(child.line);
    if (interrupted)
        return 0;
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
            if (interrupted)
                return -EINTR;
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
        return complain(EXIT_ENVIRONMENT,
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
    struct sigaction action = {.sa_handler = on_interrupt}, old_int, old_term;
    sigaction(SIGINT, &action, &old_int);
    sigaction(SIGTERM, &action, &old_term);
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
    sigaction(SIGINT, &old_int, NULL);
    sigaction(SIGTERM, &old_term, NULL);
    int exit_status = explain(&sweep, status);
    if (rng)
        gsl_rng_free(rng);
    free(order);
    free(sweep.cell_ids);
    return exit_status;
}
