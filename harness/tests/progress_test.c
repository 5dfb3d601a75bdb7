/* Progress on terminals of several kinds and widths, and where there is none. A child shows it, on
 * a pseudo-terminal of the test's. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/progress.h"
#include "scripts/test.h"
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static const char text[] = "[1/9] 0 min 03 s left  a-cell/of=quite/some=length";

static void show(void)
{
    progress_show(false, "%s", text);
    progress_show(true, "[9/9] done");
}

static void resize(unsigned columns)
{
    struct winsize size = {.ws_row = 24, .ws_col = (unsigned short)columns};
    ioctl(STDERR_FILENO, TIOCSWINSZ, &size);
}

static void show_in_two_sizes(void)
{
    resize(30);
    progress_show(false, "%s", text);
    resize(12);
    progress_show(false, "%s", text);
}

static void show_a_note(void)
{
    progress_show(false, "before");
    progress_note("a note of %d", 5);
}

/* What a terminal of so many columns gets, and with these variables. */
static char *on_terminal(unsigned columns, const char *term, const char *columns_said,
                         void (*play)(void))
{
    static char got[4096];
    struct winsize size = {.ws_row = 24, .ws_col = (unsigned short)columns};
    struct termios raw = {0};
    size_t length = 0;
    int fd;
    pid_t pid = forkpty(&fd, NULL, &raw, &size);
    assert_true(pid >= 0);
    if (pid == 0) {
        if (term)
            setenv("TERM", term, 1);
        else
            unsetenv("TERM");
        if (columns_said)
            setenv("COLUMNS", columns_said, 1);
        else
            unsetenv("COLUMNS");
        play();
        _exit(0);
    }
    for (ssize_t n; (n = read(fd, got + length, sizeof(got) - 1 - length)) > 0;)
        length += (size_t)n;
    got[length] = '\0';
    close(fd);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    return got;
}

static void test_a_line_is_cut_to_the_terminals_width(void **state)
{
    static const unsigned widths[] = {1, 2, 20, 40, 51, 52, 200};
    (void)state;
    for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
        char wanted[256];
        /* The last column stays free: it would take the cursor to the next line. */
        snprintf(wanted, sizeof(wanted), "\r\033[K%.*s\r\033[K%.*s\n", (int)widths[i] - 1, text,
                 (int)widths[i] - 1, "[9/9] done");
        assert_string_equal(on_terminal(widths[i], "xterm", NULL, show), wanted);
    }
}

static void test_a_terminal_may_be_resized_meanwhile(void **state)
{
    char wanted[256];
    (void)state;
    snprintf(wanted, sizeof(wanted), "\r\033[K%.29s\r\033[K%.11s", text, text);
    assert_string_equal(on_terminal(80, "xterm", NULL, show_in_two_sizes), wanted);
}

/* A serial line does not know its width. The terminal's own answer goes before COLUMNS, which is as
 * old as the shell. */
static void test_columns_counts_where_the_terminal_does_not_know(void **state)
{
    char wanted[256];
    (void)state;
    snprintf(wanted, sizeof(wanted), "\r\033[K%.9s\r\033[K[9/9] don\n", text);
    assert_string_equal(on_terminal(0, "vt100", "10", show), wanted);
    assert_string_equal(on_terminal(10, "vt100", "70", show), wanted);
    snprintf(wanted, sizeof(wanted), "\r\033[K%s\r\033[K[9/9] done\n", text);
    assert_string_equal(on_terminal(0, "vt100", NULL, show), wanted);
    assert_string_equal(on_terminal(0, "vt100", "none", show), wanted);
}

static void test_a_dumb_terminal_gets_plain_lines(void **state)
{
    static const char *const terms[] = {"dumb", "", NULL};
    char wanted[256];
    (void)state;
    snprintf(wanted, sizeof(wanted), "%s\n[9/9] done\n", text);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(on_terminal(20, terms[i], NULL, show), wanted);
}

static void test_a_note_stays_and_the_line_goes(void **state)
{
    (void)state;
    assert_string_equal(on_terminal(80, "xterm", NULL, show_a_note),
                        "\r\033[Kbefore\r\033[Ka note of 5\n");
    assert_string_equal(on_terminal(80, "dumb", NULL, show_a_note), "before\na note of 5\n");
}

static void show_utf8(void)
{
    progress_show(false, "\xc3\xa9\xe2\x82\xac\xc2\xb5x");
}

static void test_no_character_is_cut_in_two(void **state)
{
    (void)state;
    assert_string_equal(on_terminal(3, "xterm", NULL, show_utf8), "\r\033[K\xc3\xa9\xe2\x82\xac");
}

/* Into a pipe that nobody reads any more. */
static void test_a_log_that_is_gone_is_no_harm(void **state)
{
    int ends[2], status;
    (void)state;
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    pid_t pid = fork();
    if (pid == 0) {
        signal(SIGPIPE, SIG_IGN);
        dup2(ends[1], STDERR_FILENO);
        show();
        _exit(7);
    }
    close(ends[1]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_line_is_cut_to_the_terminals_width),
        cmocka_unit_test(test_a_terminal_may_be_resized_meanwhile),
        cmocka_unit_test(test_columns_counts_where_the_terminal_does_not_know),
        cmocka_unit_test(test_a_dumb_terminal_gets_plain_lines),
        cmocka_unit_test(test_a_note_stays_and_the_line_goes),
        cmocka_unit_test(test_no_character_is_cut_in_two),
        cmocka_unit_test(test_a_log_that_is_gone_is_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
