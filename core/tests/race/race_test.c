/* The race build reports the programs of cases.txt that race by Go's rules, and no other: each of
 * them, on each variant, in a process of its own, whose status is ThreadSanitizer's.
 *
 *     race_test                      the test; HCHANLAB_VARIANT limits it to one variant
 *     race_test VARIANT NAME         one program, with its reports; status 66 if there are any */
/* SPDX-License-Identifier: MIT */
#include "core/tests/race/program.h"
#include "core/tests/support.h"
#include <fcntl.h>
#include <spawn.h>

enum { REPORTED = 66, AT_ONCE_MAX = 64 };

static struct race_program *programs;
static size_t nprograms;

/* A process that runs a program. */
struct race_process {
    pid_t child;
    const struct race_program *program;
};

/* What the programs did on one variant. */
struct race_count {
    unsigned racy, reported, calm, quiet;
};

static void start_apart(struct race_process *process, const struct hchan_variant *v,
                        const struct race_program *p)
{
    extern char **environ;
    char *argv[] = {"race_test", (char *)(uintptr_t)hchan_variant_name(v),
                    (char *)(uintptr_t)p->name, NULL};
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    process->program = p;
    assert_int_equal(posix_spawn(&process->child, "/proc/self/exe", &files, NULL, argv, environ),
                     0);
    posix_spawn_file_actions_destroy(&files);
}

/* Waits until one of the n processes ends, and returns it. *status is that of its program, or 128
 * and more if it did not end by itself. */
static struct race_process *end_of_one(struct race_process *processes, size_t n, int *status)
{
    pid_t child = waitpid(-1, status, 0);
    size_t i = 0;
    while (i < n && processes[i].child != child)
        i++;
    assert_true(i < n);
    *status = WIFEXITED(*status) ? WEXITSTATUS(*status) : 128 + WTERMSIG(*status);
    return &processes[i];
}

static void count(struct race_count *n, const struct hchan_variant *v, const struct race_program *p,
                  int status)
{
    int wanted = p->racy ? REPORTED : 0;
    n->racy += p->racy;
    n->calm += !p->racy;
    n->reported += p->racy && status == wanted;
    n->quiet += !p->racy && status == wanted;
    if (status != wanted)
        printf("race: %s is %s, but its status is %d: again: race_test %s %s\n", p->name,
               p->racy ? "racy" : "quiet", status, hchan_variant_name(v), p->name);
}

/* As many programs at once as there are CPUs. */
static struct race_count run_all(const struct hchan_variant *v)
{
    struct race_process processes[AT_ONCE_MAX];
    struct race_count counted = {0};
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    size_t at_once = cpus < 1 ? 1 : cpus > AT_ONCE_MAX ? AT_ONCE_MAX : (size_t)cpus;
    size_t next = 0, running = 0;
    while (next < nprograms || running > 0) {
        if (next < nprograms && running < at_once) {
            start_apart(&processes[running++], v, &programs[next++]);
            continue;
        }
        int status;
        struct race_process *ended = end_of_one(processes, running, &status);
        count(&counted, v, ended->program, status);
        *ended = processes[--running];
    }
    return counted;
}

static void test_races_by_gos_rules_are_reported(void **state)
{
    unsigned wrong = 0;
    (void)state;
    for (const struct hchan_variant *v = test_variant(NULL); v; v = test_variant(v)) {
        struct race_count n = run_all(v);
        printf("race: %s: %u of %u racy programs reported, %u of %u quiet ones quiet\n",
               hchan_variant_name(v), n.reported, n.racy, n.quiet, n.calm);
        wrong += n.racy - n.reported + n.calm - n.quiet;
    }
    assert_int_equal(wrong, 0);
}

static int run_here(const char *variant, const char *name)
{
    const struct hchan_variant *v = given_variant("race_test", variant);
    for (size_t i = 0; v && i < nprograms; i++)
        if (strcmp(programs[i].name, name) == 0) {
            alarm(HANG_S); /* without a handler, which ThreadSanitizer would defer */
            race_program_run(&programs[i], i % 2 ? hchan_traced(v) : v); /* both instances */
            return 0;
        }
    return v ? given_wrong("race_test", name, "cases.txt has no such program") : 2;
}

int main(int argc, char **argv)
{
    nprograms = race_programs_read(&programs);
    if (argc == 3)
        return run_here(argv[1], argv[2]);
    given_nothing(argc, argv);
    /* Without the wait at the end, and without looking up the lines of reports that nobody reads.
     */
    setenv("TSAN_OPTIONS", "exitcode=66:atexit_sleep_ms=0:symbolize=0", 1);
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_races_by_gos_rules_are_reported)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
