/* The cells that tests of the sweep sweep over (sweep_over.h): each name is a way to behave, and
 * play() behaves so. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_TESTS_SWEEP_CELLS_H
#define HARNESS_TESTS_SWEEP_CELLS_H

#include "harness/base/record.h"
#include "harness/base/say.h"
#include "harness/store/store.h"
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <unistd.h>

enum { UNREAD = 2000, LONG_BYTES = 200000, SEVERAL = 5 };

static const char store_variable[] = "HCHANLAB_SWEEP_TEST_STORE";

static uint32_t process;

static int say_sample(uint32_t index)
{
    struct record r = {.kind = RECORD_SAMPLE,
                       .sample = {process, index, 1, .ns_per_op = 1.5, .window_ns = 1.5}};
    return record_write(stdout, &r);
}

static int say_end(enum trial_status status, const char *message)
{
    struct record r = {.kind = RECORD_END, .end = {.status = status}};
    snprintf(r.end.message, sizeof(r.end.message), "%s", message);
    return record_write(stdout, &r) ? EXIT_IO : status == TRIAL_OK ? EXIT_OK : EXIT_WRONG;
}

static int hang(void)
{
    while (pause()) /* always */
        ;
    return 0;
}

static int die(int signal)
{
    kill(getpid(), signal);
    return hang();
}

static int play_well(void)
{
    say_sample(0);
    return say_end(TRIAL_OK, "");
}

/* How long a cell is stopped, or stops the sweep: longer than the limit that it then has. */
enum { STOP_S = 4 };

/* Is stopped for a while, as by SIGSTOP. Who wakes it is a child of its own. */
static int play_stop(void)
{
    pid_t stopped = getpid();
    if (fork() == 0) {
        sleep(STOP_S);
        kill(stopped, SIGCONT);
        _exit(0);
    }
    kill(stopped, SIGSTOP);
    return play_well();
}

/* Is held by a debugger for a while. */
static int play_traced(void)
{
    int ready[2];
    char byte;
    pid_t held = getpid();
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
    if (pipe(ready))
        return EXIT_IO;
    if (fork() == 0) {
        bool traced = ptrace(PTRACE_SEIZE, held, NULL, NULL) == 0 &&
                      ptrace(PTRACE_INTERRUPT, held, NULL, NULL) == 0;
        (void)!write(ready[1], traced ? "1" : "0", 1);
        sleep(STOP_S);
        _exit(0); /* which lets go of it */
    }
    (void)!read(ready[0], &byte, 1);
    return byte == '1' ? play_well() : say_end(TRIAL_SKIPPED, "nobody may trace here");
}

/* Stops the sweep for a while. */
static int play_stop_sweep(void)
{
    kill(getppid(), SIGSTOP);
    sleep(STOP_S);
    kill(getppid(), SIGCONT);
    return play_well();
}

static void *spin(void *unused)
{
    for (volatile unsigned turns = 0;; turns++)
        ;
    return unused;
}

/* Takes every PU for itself. */
static int play_spin(void)
{
    pthread_t thread;
    for (long i = 0; i < sysconf(_SC_NPROCESSORS_ONLN); i++)
        pthread_create(&thread, NULL, spin, NULL);
    spin(NULL);
    return 0;
}

/* Ignores whatever a process can ignore. */
static int play_ignore(void)
{
    for (int i = 1; i < NSIG; i++)
        signal(i, SIG_IGN);
    return hang();
}

/* Takes the store away. */
static int play_remove(void)
{
    unlink(getenv(store_variable));
    return play_well();
}

/* Puts another file in the store's place. */
static int play_replace(void)
{
    char other[256];
    snprintf(other, sizeof(other), "%s.other", getenv(store_variable));
    fclose(fopen(other, "w"));
    rename(other, getenv(store_variable));
    return play_well();
}

/* Numbers itself, whatever the sweep called it. */
static int play_misnumbered(void)
{
    process = 7;
    return play_well();
}

static int play_hang(void)
{
    say_sample(0);
    return hang();
}

static int play_crash(void)
{
    say_sample(0);
    return die(SIGKILL);
}

static int play_crash_after_end(void)
{
    say_end(TRIAL_OK, "");
    return die(SIGKILL);
}

static int play_crash_after_failure(void)
{
    say_end(TRIAL_FAILED, "went wrong");
    return die(SIGKILL);
}

static int play_exit_3(void)
{
    say_end(TRIAL_OK, "");
    return 3;
}

static int play_hang_after_failure(void)
{
    say_end(TRIAL_FAILED, "went wrong");
    return hang();
}

/* As a sanitizer ends a process that has reported something else. */
static int play_exit_66(void)
{
    say_end(TRIAL_SKIPPED, "no such place here");
    return 66;
}

static int play_failure(void)
{
    return say_end(TRIAL_FAILED, "went wrong");
}

static int play_skip(void)
{
    return say_end(TRIAL_SKIPPED, "no such place here");
}

static int play_garbage(void)
{
    printf("no \xff record\n{\"kind\":\"sample\",\"ops\":1}\n");
    fwrite("\0\n", 1, 2, stdout);
    return play_well();
}

static int play_half(void)
{
    say_sample(0);
    printf("{\"kind\":\"end\",\"status\":0,");
    fflush(stdout);
    return 0;
}

static int play_no_end(void)
{
    say_sample(0);
    return 0;
}

/* Longer than the pipe: every bucket is used, and then there is room for more. */
static int play_long(void)
{
    static struct record r = {.kind = RECORD_LATENCY, .latency = {.side = "send", .max_ns = 1}};
    char *text, byte;
    size_t size;
    FILE *memory = open_memstream(&text, &size);
    for (unsigned i = 0; i < HIST_BUCKETS; i++)
        r.latency.count += r.latency.bucket[i] = 100000000000000u + i;
    record_await_acks(-1);
    record_write(memory, &r);
    fclose(memory);
    record_await_acks(STDIN_FILENO);
    printf("{%*s%s", (int)(LONG_BYTES - size), "", text + 1);
    fflush(stdout);
    free(text);
    return read(STDIN_FILENO, &byte, 1) == 1 ? play_well() : EXIT_IO;
}

static int play_deaf(void)
{
    record_await_acks(-1);
    for (uint32_t i = 0; i < UNREAD; i++)
        say_sample(i);
    return say_end(TRIAL_OK, "");
}

static int play_twice(void)
{
    say_sample(0);
    return play_well();
}

static int play_mute(void)
{
    close(STDOUT_FILENO);
    return hang();
}

static int play_hang_with_child(void)
{
    if (fork() == 0)
        return hang();
    return play_hang();
}

static int play_leave_child(void)
{
    if (fork() == 0)
        return hang();
    return play_well();
}

static int play_interrupt(void)
{
    say_sample(0);
    kill(getppid(), SIGINT);
    return hang();
}

static int count_samples(void *arg, int64_t id, const struct cell *cell)
{
    struct store *s = *(struct store **)arg;
    struct sample *samples = NULL;
    size_t count = 0;
    if (strcmp(cell->name, "look") != 0)
        return 0;
    store_samples(s, id, &samples, &count);
    free(samples);
    return count == 1 ? -1 : 0;
}

/* Whether the record is in the store once it is acknowledged. */
static int play_look(void)
{
    char error[512];
    say_sample(0);
    struct store *s = store_open(getenv(store_variable), STORE_READ, error, sizeof(error));
    if (!s)
        return say_end(TRIAL_FAILED, error);
    bool there = store_each_cell(s, 1, count_samples, &s) == -1;
    store_close(s);
    return there ? say_end(TRIAL_OK, "") : say_end(TRIAL_FAILED, "acknowledged, and not stored");
}

/* Everything that a process may send, in several lines. */
static int play_several(void)
{
    static struct record latency = {
        .kind = RECORD_LATENCY,
        .latency = {.side = "send", .count = 1, .bucket = {1}, .min_ns = 1, .max_ns = 1}};
    const struct record outcome = {.kind = RECORD_OUTCOME, .outcome = {"send_park", 1, 1}};
    const struct record counter = {.kind = RECORD_COUNTER, .counter = {"L1", "user", true, 1, ""}};
    for (uint32_t i = 0; i < SEVERAL; i++)
        say_sample(i);
    record_write(stdout, &outcome);
    record_write(stdout, &counter);
    record_write(stdout, &latency);
    return say_end(TRIAL_OK, "");
}

/* Twice as dear as the others. */
static int play_dear(void)
{
    struct record r = {.kind = RECORD_SAMPLE,
                       .sample = {process, 0, 1, .ns_per_op = 3, .window_ns = 3}};
    record_write(stdout, &r);
    return say_end(TRIAL_OK, "");
}

/* Now cheaper than the others, now dearer, by as much. */
static int play_unsteady(void)
{
    double ns = process % 2 ? 0.5 : 4.5;
    struct record r = {.kind = RECORD_SAMPLE,
                       .sample = {process, 0, 1, .ns_per_op = ns, .window_ns = ns}};
    record_write(stdout, &r);
    return say_end(TRIAL_OK, "");
}

/* Whether this process of a cell runs for the first time. */
static bool is_first_time(const char *cell)
{
    char name[256];
    snprintf(name, sizeof(name), "%s.%s-%u", getenv(store_variable), cell, process);
    FILE *f = fopen(name, "wx");
    if (f)
        fclose(f);
    return f != NULL;
}

/* Goes wrong the first time, after more than it sends the next time. */
static int play_flaky(void)
{
    if (!is_first_time("flaky"))
        return play_well();
    say_sample(0);
    say_sample(1);
    return say_end(TRIAL_FAILED, "the first time");
}

/* Goes wrong the first time, and interrupts the sweep the next time. */
static int play_flaky_interrupt(void)
{
    if (is_first_time("flaky-interrupt"))
        return say_end(TRIAL_FAILED, "the first time");
    return play_interrupt();
}

/* Sends a record twice, and nothing the first time. */
static int play_flaky_twice(void)
{
    return is_first_time("flaky-twice") ? say_end(TRIAL_FAILED, "the first time") : play_twice();
}

/* Is cut short the first time. */
static int play_interrupt_once(void)
{
    return is_first_time("interrupt-once") ? play_interrupt() : play_several();
}

static const struct {
    const char *name;
    int (*play)(void);
} parts[] = {
    {"well", play_well},
    {"misnumbered", play_misnumbered},
    {"hang", play_hang},
    {"silent", hang},
    {"crash", play_crash},
    {"crash-after-end", play_crash_after_end},
    {"crash-after-failure", play_crash_after_failure},
    {"exit-3", play_exit_3},
    {"exit-66", play_exit_66},
    {"hang-after-failure", play_hang_after_failure},
    {"failure", play_failure},
    {"skip", play_skip},
    {"garbage", play_garbage},
    {"half", play_half},
    {"no-end", play_no_end},
    {"long", play_long},
    {"deaf", play_deaf},
    {"twice", play_twice},
    {"mute", play_mute},
    {"hang-with-child", play_hang_with_child},
    {"leave-child", play_leave_child},
    {"interrupt", play_interrupt},
    {"look", play_look},
    {"stop", play_stop},
    {"traced", play_traced},
    {"stop-sweep", play_stop_sweep},
    {"spin", play_spin},
    {"ignore", play_ignore},
    {"remove", play_remove},
    {"replace", play_replace},
    {"several", play_several},
    {"dear", play_dear},
    {"unsteady", play_unsteady},
    {"flaky", play_flaky},
    {"flaky-interrupt", play_flaky_interrupt},
    {"flaky-twice", play_flaky_twice},
    {"interrupt-once", play_interrupt_once},
};

/* The command `cell NAME ...`; its exit status. */
static int play(const char *name, int argc, char **argv)
{
    for (int i = 0; i + 1 < argc; i++)
        if (strcmp(argv[i], "--process") == 0)
            process = (uint32_t)atoi(argv[i + 1]);
    record_await_acks(STDIN_FILENO);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (strcmp(parts[i].name, name) == 0)
            return parts[i].play();
    return EXIT_USAGE;
}

#endif
