/* The program: finds the command that is named, parses its options, runs it, and checks at the end
 * that standard output took everything. No state. */
/* SPDX-License-Identifier: MIT */
#include "commit.h"
#include "harness/base/say.h"
#include "harness/cli/commands.h"
#include "harness/machine/build.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static int help(void)
{
    printf("usage: hchanlab COMMAND [options]\n"
           "A performance laboratory for Go-style channels.\n\n");
    for (const struct command *const *c = commands; *c; c++)
        printf("  %-10s %s\n", (*c)->name, (*c)->summary);
    printf("\n`hchanlab help COMMAND` shows a command's options, `man hchanlab` more.\n");
    return EXIT_OK;
}

/* `help`, or `help COMMAND`. */
static int help_with(int argc, char **argv)
{
    if (argc == 0)
        return help();
    if (argc > 1)
        return complain(EXIT_USAGE, "help does not take '%s': usage: hchanlab help [COMMAND]",
                        argv[1]);
    const struct command *command = commands_find(argv[0]);
    if (!command)
        return EXIT_USAGE;
    options_help(command);
    return EXIT_OK;
}

/* Refuses an environment in which a command would crash. */
static int check_environment(void)
{
    enum { STACK_LEAST = 512 << 10 }; /* frames hold paths and histograms */
    struct rlimit stack;
    if (getrlimit(RLIMIT_STACK, &stack) == 0 && stack.rlim_cur < STACK_LEAST)
        return complain(
            EXIT_ENVIRONMENT, "the stack is limited to %llu KiB: %d are needed: ulimit -s %d",
            (unsigned long long)stack.rlim_cur >> 10, STACK_LEAST >> 10, STACK_LEAST >> 10);
    return EXIT_OK;
}

static int run_command(const struct command *command, int argc, char **argv)
{
    bool helped;
    int status = options_parse(command, argc, argv, &helped);
    if (status != EXIT_OK || helped)
        return status;
    status = check_environment();
    return status == EXIT_OK ? command->run() : status;
}

static bool is_either(const char *word, const char *a, const char *b)
{
    return strcmp(word, a) == 0 || strcmp(word, b) == 0;
}

static int dispatch(int argc, char **argv)
{
    if (argc < 2) {
        help();
        return complain(EXIT_USAGE, "no command: name one of those above");
    }
    if (is_either(argv[1], "--help", "-h") || strcmp(argv[1], "help") == 0)
        return help_with(argc - 2, argv + 2);
    if (is_either(argv[1], "--version", "-V")) {
        printf("hchanlab %s\n", HCHANLAB_VERSION);
        return EXIT_OK;
    }
    const struct command *command = commands_find(argv[1]);
    return command ? run_command(command, argc - 2, argv + 2) : EXIT_USAGE;
}

/* If a standard stream is closed, the next file to be opened, such as the store, would take its
 * number. So its place is taken by something that fails as a closed stream does. */
static void fill_standard_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY); /* the lowest free one */
}

int main(int argc, char **argv)
{
    fill_standard_streams();
    /* A file that grows past its limit is an error to report, not a signal to die of. */
    signal(SIGXFSZ, SIG_IGN);
    /* If our parent ignored it, the kernel would reap our children before we ask how they ended. */
    signal(SIGCHLD, SIG_DFL);
    build_set_commit(HCHANLAB_COMMIT, HCHANLAB_DIRTY);
    int status = dispatch(argc, argv);
    if (fflush(stdout) == EOF || ferror(stdout)) {
        int flushed = complain(EXIT_IO, "standard output: %s: write elsewhere", strerror(errno));
        return status == EXIT_OK ? flushed : status;
    }
    return status;
}
