/* Fatal errors and reports come out whole, although signals interrupt them, or standard error, or
 * the stream for reports, is a pipe that is full and does not block. The build puts the functions
 * named __wrap_... here before the C library's: whatever waits for room in the pipe makes some. */
/* SPDX-License-Identifier: MIT */
#include "core/base/atomic.h"
#include "core/base/throw.h"
#include "core/base/write.h"
#include "core/g/report.h"
#include "core/tests/child.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

ssize_t __real_write(int fd, const void *text, size_t size);
ssize_t __real_writev(int fd, const struct iovec *pieces, int count);
int __real_poll(struct pollfd *fds, nfds_t count, int timeout);
int __real_clock_gettime(clockid_t clock, struct timespec *now);
ssize_t __wrap_write(int fd, const void *text, size_t size);
ssize_t __wrap_writev(int fd, const struct iovec *pieces, int count);
int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now);

static unsigned interrupted; /* so many writes end with EINTR */
static bool grudging;        /* a write takes one byte */

static bool interrupts(void)
{
    if (interrupted == 0)
        return false;
    interrupted--;
    errno = EINTR;
    return true;
}

ssize_t __wrap_write(int fd, const void *text, size_t size)
{
    return interrupts() ? -1 : __real_write(fd, text, grudging ? 1 : size);
}

ssize_t __wrap_writev(int fd, const struct iovec *pieces, int count)
{
    if (interrupts())
        return -1;
    return grudging ? __real_write(fd, pieces->iov_base, 1) : __real_writev(fd, pieces, count);
}

/* A pipe that was full of FILLER when the child began, and the child's first standard error. */
enum { FILLER = '#' };
static int pipe_ends[2] = {-1, -1}, parent = -1;
static bool unread; /* nobody ever reads it */

/* What is in the pipe goes to the parent, but for the filler. */
static void drain(void)
{
    char text[4096];
    for (ssize_t n; (n = read(pipe_ends[0], text, sizeof(text))) > 0;)
        for (ssize_t i = 0; i < n; i++)
            if (text[i] != FILLER)
                __real_write(parent, &text[i], 1);
}

static int64_t waited_ms; /* for what nobody reads: the clock runs ahead by that */

int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout)
{
    if (unread) {
        waited_ms += timeout;
        return 0;
    }
    if (pipe_ends[0] >= 0)
        drain();
    return __real_poll(fds, count, timeout);
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
    int error = __real_clock_gettime(clock, now);
    now->tv_sec += waited_ms / 1000;
    now->tv_nsec += waited_ms % 1000 * 1000000;
    return error;
}

/* The child's descriptor `fd` becomes that pipe. */
static void fill(int fd)
{
    static const char filler = FILLER;
    parent = dup(STDERR_FILENO);
    if (pipe2(pipe_ends, O_NONBLOCK))
        _exit(98);
    fcntl(pipe_ends[1], F_SETPIPE_SZ, 4096);
    while (__real_write(pipe_ends[1], &filler, 1) == 1)
        continue;
    dup2(pipe_ends[1], fd);
}

/* A text that is longer than the pipe. */
static const char *long_text(void)
{
    static char text[6001];
    for (size_t i = 0; i < sizeof(text) - 1; i++)
        text[i] = (char)('a' + i % 26);
    return text;
}

static void report_it(FILE *stream, const char *text)
{
    report_text(&(struct report_to){.stream = stream}, text, strlen(text));
}

static void throw_it(void *text)
{
    errput("fatal error", text);
}

static void report_to_standard_error(void *text)
{
    report_it(NULL, text);
}

static void report_to_wide_standard_error(void *text)
{
    fwide(stderr, 1);
    report_it(NULL, text);
}

static void report_to_a_stream(void *text)
{
    report_it(fdopen(dup(STDERR_FILENO), "w"), text);
}

static void *hold_for_ever(void *arg)
{
    flockfile(stderr);
    store_rel((_Atomic uint32_t *)arg, 1); /* pairs with the load that waits for it */
    for (;;)
        pause();
    return NULL;
}

static void report_to_locked_standard_error(void *text)
{
    static _Atomic uint32_t held;
    pthread_t holder;
    pthread_create(&holder, NULL, hold_for_ever, &held);
    while (!load_acq(&held)) /* pairs with the store_rel in hold_for_ever() */
        sched_yield();
    report_it(NULL, text);
}

static void (*const ways[])(void *) = {throw_it, report_to_standard_error,
                                       report_to_wide_standard_error, report_to_a_stream,
                                       report_to_locked_standard_error};
enum { WAYS = sizeof(ways) / sizeof(ways[0]) };

/* Ends the process at once: ThreadSanitizer's _exit() waits for the lock of standard error. */
static _Noreturn void leave(int status)
{
    for (;;)
        syscall(SYS_exit_group, status);
}

struct told {
    void (*way)(void *);
    void (*before)(void); /* in the child */
};

static void tell(void *arg)
{
    const struct told *t = arg;
    t->before();
    t->way((void *)(uintptr_t)long_text());
    if (pipe_ends[0] >= 0 && !unread)
        drain();
    leave(0);
}

static void assert_told_whole(void (*before)(void))
{
    char wanted[8192];
    for (size_t i = 0; i < WAYS; i++) {
        int status = run_in_child(tell, &(struct told){ways[i], before}, said, sizeof(said));
        snprintf(wanted, sizeof(wanted), i == 0 ? "fatal error: %s\n" : "%s", long_text());
        if (strcmp(said, wanted) != 0)
            fail_msg("way %zu: %zu bytes of %zu arrived", i, strlen(said), strlen(wanted));
        assert_true(exited_with(status, 0));
    }
}

static void fill_standard_error(void)
{
    fill(STDERR_FILENO);
}

static void be_interrupted(void)
{
    interrupted = 3;
    grudging = true;
}

static void test_a_full_pipe_that_does_not_block_is_waited_for(void **state)
{
    (void)state;
    assert_told_whole(fill_standard_error);
}

static void test_signals_and_short_writes_lose_nothing(void **state)
{
    (void)state;
    assert_told_whole(be_interrupted);
}

static void write_to_nobody(void)
{
    fill(STDERR_FILENO);
    unread = true;
    for (size_t i = 0; i < WAYS; i++)
        ways[i]((void *)(uintptr_t)long_text());
    if (waited_ms < 1000 * WRITE_PATIENCE_S * WAYS)
        leave(91);
    leave(write_whole(STDERR_FILENO, "x", 1) ? 90 : errno);
}

/* Given a pipe that nobody reads, then what writes to it gives up after a while. */
static void test_a_pipe_that_stays_full_is_given_up(void **state)
{
    (void)state;
    assert_int_equal(run_child(write_to_nobody), EAGAIN);
    assert_string_equal(said, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_full_pipe_that_does_not_block_is_waited_for),
        cmocka_unit_test(test_signals_and_short_writes_lose_nothing),
        cmocka_unit_test(test_a_pipe_that_stays_full_is_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
