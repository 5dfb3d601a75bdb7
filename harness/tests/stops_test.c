/* A window in which the process was stopped is measured again, whichever it was: windows are
 * counted and stopped by a wrapper around window_run(), so that nothing here depends on time. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/record.h"
#include "harness/run/bench.h"
#include "harness/run/measure.h"
#include "harness/scenarios/scenarios.h"
#include "scripts/test.h"
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NEVER = 0, SAMPLES = 3 };

/* Its windows: the samples, one that is traced, one of latencies. */
static const char cell_name[] = "buffer-hop/variant=futex-park/capacity=128/elem=8/threads=1";

/* What no window of ours takes marks one that was stopped. */
static const double stopped_ns = 4e15;

static unsigned windows, stop_in, then_stop_in; /* windows count from 1 */

int __real_window_run(struct window_spec *spec, struct window *out, char *error, size_t size);
int __wrap_window_run(struct window_spec *spec, struct window *out, char *error, size_t size);

int __wrap_window_run(struct window_spec *spec, struct window *out, char *error, size_t size)
{
    int status = __real_window_run(spec, out, error, size);
    if (spec->window_ns == 0) /* it looks for the number of operations: as often as that takes */
        return status;
    windows++;
    if (windows == stop_in || windows == then_stop_in) {
        raise(SIGSTOP);
        out->sample.window_ns = stopped_ns;
    }
    return status;
}

/* What a child has measured: its windows, the samples that it wrote, and its records of windows
 * that were stopped. */
struct measured {
    unsigned windows, samples, stopped;
    int status;
};

/* In a child: it measures the cell, and tells through the pipe. */
static void measure(int to)
{
    static const struct measure_options options = {0, SAMPLES, 100000, 100000};
    struct measured m = {0};
    struct cell cell;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    m.status = out && cell_parse(&cell, cell_name) ? measure_cell(&cell, &options, out) : -1;
    fclose(out);
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        m.samples += strstr(line, "\"sample\"") != NULL;
        m.stopped += strstr(line, ":4000000000000000") != NULL; /* a sample's, or a trace's */
    }
    m.windows = windows;
    _exit(write(to, &m, sizeof(m)) != (ssize_t)sizeof(m));
}

/* Measures in a child that stops in these windows, and lets it go on each time. */
static struct measured measured(unsigned first, unsigned second)
{
    struct measured m;
    int ends[2], status;
    stop_in = first;
    then_stop_in = second;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0)
        measure(ends[1]);
    while (waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status))
        assert_int_equal(kill(child, SIGCONT), 0);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_int_equal(read(ends[0], &m, sizeof(m)), sizeof(m));
    close(ends[0]);
    close(ends[1]);
    assert_int_equal(m.status, 0);
    return m;
}

static void check(unsigned first, unsigned second, unsigned wanted)
{
    struct measured m = measured(first, second);
    if (m.windows != wanted || m.samples != SAMPLES || m.stopped)
        fail_msg("stopped in windows %u and %u: %u windows, wanted %u; %u samples; %u records of "
                 "windows that were stopped",
                 first, second, m.windows, wanted, m.samples, m.stopped);
}

static void test_a_window_in_which_the_process_was_stopped_is_measured_again(void **state)
{
    (void)state;
    unsigned all = measured(NEVER, NEVER).windows;
    assert_true(all >= SAMPLES + 2);
    for (unsigned i = 1; i <= all; i++) {
        check(i, NEVER, all + 1);
        check(i, i + 1, all + 2); /* and in the one that was to replace it */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_window_in_which_the_process_was_stopped_is_measured_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
