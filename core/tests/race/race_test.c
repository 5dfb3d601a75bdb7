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

enum { REPORTED = 66 };

static struct race_program *programs;
static size_t nprograms;

/* The status of a program's process, or 128 and more if it did not end by itself. */
static int run_apart(const struct hchan_variant *v, const struct race_program *p)
{
    extern char **environ;
    char *argv[] = {"race_test", (char *)(uintptr_t)hchan_variant_name(v),
                    (char *)(uintptr_t)p->name, NULL};
    posix_spawn_file_actions_t files;
    pid_t child;
    int status;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    assert_int_equal(posix_spawn(&child, "/proc/self/exe", &files, NULL, argv, environ), 0);
    posix_spawn_file_actions_destroy(&files);
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void test_races_by_gos_rules_are_reported(void **state)
{
    unsigned wrong = 0;
    (void)state;
    for (const struct hchan_variant *v = test_variant(NULL); v; v = test_variant(v)) {
        unsigned racy = 0, reported = 0, calm = 0, quiet = 0;
        for (const struct race_program *p = programs; p < programs + nprograms; p++) {
            int status = run_apart(v, p), wanted = p->racy ? REPORTED : 0;
            racy += p->racy;
            calm += !p->racy;
            reported += p->racy && status == wanted;
            quiet += !p->racy && status == wanted;
            if (status != wanted)
                printf("race: %s is %s, but its status is %d: again: race_test %s %s\n", p->name,
                       p->racy ? "racy" : "quiet", status, hchan_variant_name(v), p->name);
        }
        printf("race: %s: %u of %u racy programs reported, %u of %u quiet ones quiet\n",
               hchan_variant_name(v), reported, racy, quiet, calm);
        wrong += racy - reported + calm - quiet;
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
    setenv("TSAN_OPTIONS", "exitcode=66:atexit_sleep_ms=0", 1); /* without the wait at the end */
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_races_by_gos_rules_are_reported)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
