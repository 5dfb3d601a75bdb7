/* Plans in files: what they say is what is measured, the command line overrides it, and each
 * mistake gets one line with the file, the line and what would be right. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/say.h"
#include "harness/sweep/names.h"
#include "harness/tests/program.h"
#include <hchan/hchan.h>

static char folder[64];

static int enter(void **state)
{
    (void)state;
    make_folder(folder);
    return 0;
}

static int leave(void **state)
{
    (void)state;
    remove_folder(folder);
    return 0;
}

static void put(const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

/* Runs a dry sweep in the folder. */
static struct said *plan(const char *options)
{
    char line[512];
    snprintf(line, sizeof(line), "cd %s; $H sweep --dry-run %s", folder, options);
    return run_program(line);
}

/* The cells that are no floor's, a line each. */
static const char *cells(const char *options)
{
    char line[512];
    snprintf(line, sizeof(line), "%s | grep /variant=", options);
    struct said *said = plan(line);
    if (!said->out[0])
        fail_msg("%s: %s", options, said->err);
    return said->out;
}

#define LOCK "crosses:\n  - scenarios: lock\n"

/* What is wrong, in one file p.yaml. */
static const struct bad {
    const char *text, *says;
    int status;
} bad_plans[] = {
    {"", "p.yaml:1: the file is empty: give it `crosses:`", EXIT_USAGE},
    {"# nothing\n", "p.yaml:1: the file is empty", EXIT_USAGE},
    {"rounds: 20\n", "p.yaml: the plan measures nothing: give it `crosses:`", EXIT_USAGE},
    {"lock\n", "p.yaml:1: a plan is a mapping: give `crosses:`", EXIT_USAGE},
    {"- lock\n", "p.yaml:1: a plan is a mapping", EXIT_USAGE},
    {LOCK "---\ncrosses: []\n", "p.yaml:4: a second document begins: leave `---` out", EXIT_USAGE},
    {LOCK "    threads: [1, 2\nrounds: 3\n", "p.yaml:4: ", EXIT_USAGE},
    {LOCK "\tthreads: 2\n",
     "p.yaml:3: found a tab character that violates indentation: this is no YAML", EXIT_USAGE},
    {"crosses: *nobody\n", "p.yaml:1: found undefined alias: this is no YAML", EXIT_USAGE},
    {LOCK "    tread: 2\n", "p.yaml:3: no key 'tread': did you mean 'threads'?", EXIT_USAGE},
    {LOCK "    frobnicate: 2\n", "p.yaml:3: no key 'frobnicate': one of scenarios, groups,",
     EXIT_USAGE},
    {LOCK "    [a]: 2\n", "p.yaml:3: no key '': one of scenarios", EXIT_USAGE},
    {LOCK "    threads: 2\n    held: 0\n    threads: 4\n",
     "p.yaml:5: threads stands in line 3 already: give it once", EXIT_USAGE},
    {"round: 5\n" LOCK, "p.yaml:1: no key 'round': did you mean 'rounds'?", EXIT_USAGE},
    {"rounds: 0\n" LOCK, "p.yaml:1: rounds: '0': give a number from 1 to 1000", EXIT_USAGE},
    {"rounds: 2.5\n" LOCK, "p.yaml:1: rounds: '2.5': give a number from 1 to 1000", EXIT_USAGE},
    {"rounds: [5]\n" LOCK, "p.yaml:1: rounds: give a number from 1 to 1000", EXIT_USAGE},
    {"rounds:\n" LOCK, "rounds: give a number from 1 to 1000", EXIT_USAGE},
    {"samples: .nan\n" LOCK, "p.yaml:1: samples: '.nan': give a number from 1 to 1000", EXIT_USAGE},
    {"window: 1h\n" LOCK, "p.yaml:1: window: '1h': give a time from 100us to 10s, such as 500ns",
     EXIT_USAGE},
    {"summary: [a]\n" LOCK, "p.yaml:1: summary: give one line of text", EXIT_USAGE},
    {"crosses: lock\n", "p.yaml:1: crosses: give a list of crosses", EXIT_USAGE},
    {"crosses: []\n", "p.yaml:1: crosses: give a list of crosses", EXIT_USAGE},
    {"crosses:\n  - lock\n", "p.yaml:2: crosses: give a list of crosses", EXIT_USAGE},
    {"crosses:\n  - threads: 2\n", "p.yaml:2: the cross has no scenarios: give it `scenarios:`",
     EXIT_USAGE},
    {"crosses:\n  - scenarios: lok\n",
     "p.yaml:2: scenarios: no scenario 'lok': did you mean 'lock'?", EXIT_USAGE},
    {"crosses:\n  - scenarios: {a: b}\n", "p.yaml:2: scenarios: give a name, or a list: [a, b]",
     EXIT_USAGE},
    {"crosses:\n  - scenarios:\n", "scenarios: give a name, or a list", EXIT_USAGE},
    {"crosses:\n  - scenarios: [lock, [mutex]]\n", "p.yaml:2: scenarios: give a name, or a list",
     EXIT_USAGE},
    {"crosses:\n  - groups: workload\n",
     "p.yaml:2: groups: no group 'workload': did you mean 'workloads'?", EXIT_USAGE},
    {LOCK "    variants:\n      - ticket\n      - tiket\n",
     "p.yaml:5: variants: no variant 'tiket': did you mean 'ticket'?", EXIT_USAGE},
    {LOCK "    variants: 'nobody*'\n", "p.yaml:3: variants: no variant 'nobody*'", EXIT_USAGE},
    {LOCK "    locks: tiket\n", "p.yaml:3: locks: no lock 'tiket': did you mean 'ticket'?",
     EXIT_USAGE},
    {LOCK "    places: l4\n", "p.yaml:3: places: no place 'l4': did you mean", EXIT_USAGE},
    {LOCK "    places: elsewhere\n",
     "p.yaml:3: places: no place 'elsewhere': one of same-pu, smt, l2, l3, package, machine, "
     "nearest, "
     "every",
     EXIT_USAGE},
    {LOCK "    threads: 0\n", "p.yaml:3: threads: '0': give numbers from 1 to 1024", EXIT_USAGE},
    {LOCK "    threads: [2, 2000]\n", "p.yaml:3: threads: '2000': give numbers from 1 to 1024",
     EXIT_USAGE},
    {LOCK "    threads: -1\n", "p.yaml:3: threads: '-1': give numbers from 1 to 1024", EXIT_USAGE},
    {LOCK "    threads: 1e1\n", "p.yaml:3: threads: '1e1': give numbers", EXIT_USAGE},
    {LOCK "    threads: 99999999999999999999\n", "give numbers from 1 to 1024", EXIT_USAGE},
    {LOCK "    threads: {n: 2}\n", "p.yaml:3: threads: give numbers from 1 to 1024", EXIT_USAGE},
    {LOCK "    held: 2 us\n", "p.yaml:3: held: '2 us': give times from 0 to 1ms, such as",
     EXIT_USAGE},
    {LOCK "    held: [1us, 2s]\n", "p.yaml:3: held: '2s': give times from 0 to 1ms", EXIT_USAGE},
    {LOCK "    held: .inf\n", "p.yaml:3: held: '.inf': give times from 0 to 1ms", EXIT_USAGE},
    {LOCK "    capacity: 5\n", "p.yaml:3: capacity: 5: no scenario of the cross takes it",
     EXIT_USAGE},
    {"crosses:\n  - scenarios: [lock, handoff]\n    threads: [1, 4]\n",
     "p.yaml:3: threads: handoff takes 2 only: give it such a value, or a cross of its own",
     EXIT_USAGE},
    {"crosses:\n  - scenarios: prod-cons\n    producers: 4\n    consumers: 1\n",
     "p.yaml:2: prod-cons has as many producers as consumers: fan-in is 4 to 1", EXIT_USAGE},
    {"crosses:\n  - scenarios: fan-in\n    producers: 0\n",
     "p.yaml:3: producers: '0': give a number from 1 to 1024", EXIT_USAGE},
    {"crosses:\n  - scenarios: fan-in\n    producers: 4\n    threads: 5\n",
     "p.yaml:2: threads are the producers and the consumers: leave them out", EXIT_USAGE},
    {LOCK "exclude: lock\n", "p.yaml:3: exclude: give a list, each `- KEY: VALUES`", EXIT_USAGE},
    {LOCK "exclude:\n  - {}\n", "p.yaml:4: it would exclude every cell: give it a key", EXIT_USAGE},
    {LOCK "exclude:\n  - cell: '('\n", "p.yaml:4: cell: '(': ", EXIT_USAGE},
    {LOCK "exclude:\n  - places: nearest\n",
     "p.yaml:4: places: name relations of PUs: same-pu, smt", EXIT_USAGE},
    {LOCK "exclude:\n  - producers: 2\n", "p.yaml:4: no key 'producers'", EXIT_USAGE},
    {LOCK "exclude:\n  - scenarios: lock\n", "plan p.yaml: no cell is left: choose less narrowly",
     EXIT_USAGE},
    {"include: nobody\n", "p.yaml:1: include: no plan 'nobody': one of ", EXIT_USAGE},
    {"include: quik\n", "p.yaml:1: include: no plan 'quik': did you mean 'quick'?", EXIT_USAGE},
    {"include: [quick, other.yaml]\n", "p.yaml:1: include: ./other.yaml: No such file", EXIT_IO},
    {"include: {a: b}\n", "p.yaml:1: include: name a plan", EXIT_USAGE},
    {"include: p.yaml\n", "p.yaml:1: include: the plan includes itself: ", EXIT_USAGE},
};

static void test_each_mistake_gets_the_line_and_what_would_be_right(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(bad_plans) / sizeof(bad_plans[0]); i++) {
        const struct bad *b = &bad_plans[i];
        put("p.yaml", b->text);
        const struct said *said = plan("--plan ./p.yaml");
        if (said->status != b->status || !strstr(said->err, b->says) ||
            count_lines(said->err) != 1 || strncmp(said->err, "hchanlab: ", 10) != 0 ||
            said->out[0])
            fail_msg("%s\nstatus %d, wanted %d; wanted '%s' in:\n%s", b->text, said->status,
                     b->status, b->says, said->err);
    }
}

static void test_what_is_no_plan_is_refused(void **state)
{
    static const struct {
        const char *options, *says;
        int status;
    } rows[] = {
        {"--plan quik", "no plan 'quik': did you mean 'quick'?", EXIT_USAGE},
        {"--plan nothing-like-it", "one of capacity, elements, full, locks, ", EXIT_USAGE},
        {"--plan nothing-like-it", "or a file, such as ./nothing-like-it.yaml", EXIT_USAGE},
        {"--plan ''", "--plan is empty", EXIT_USAGE},
        {"--plan ./absent.yaml", "./absent.yaml: No such file or directory: name a plan's file",
         EXIT_IO},
        {"--plan /", "/: Is a directory: name a plan's file that can be read", EXIT_IO},
        {"--plan /dev/zero", "/dev/zero: File too large: name a plan's file", EXIT_IO},
        {"--quick --plan locks", "--quick, --full and --plan: choose one", EXIT_USAGE},
        {"--full --plan locks", "--quick, --full and --plan: choose one", EXIT_USAGE},
        {"--cells-max 0", "from 1 to 100000", EXIT_USAGE},
        {"--cells-max 10",
         "the plan has more than 10 cells: choose fewer values, or allow more with "
         "--cells-max",
         EXIT_USAGE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct said *said = plan(rows[i].options);
        if (said->status != rows[i].status || !strstr(said->err, rows[i].says) ||
            count_lines(said->err) != 1)
            fail_msg("%s: status %d:\n%s", rows[i].options, said->status, said->err);
    }
}

static void test_a_circle_of_plans_is_named_whole(void **state)
{
    char cycle[512];
    (void)state;
    put("a.yaml", "include: b.yaml\n" LOCK);
    put("b.yaml", "rounds: 3\ninclude: [quick, c.yaml]\n");
    put("c.yaml", "include:\n  - b.yaml\n");
    snprintf(
        cycle, sizeof(cycle),
        "c.yaml:2: include: the plan includes itself: %s/b.yaml -> %s/c.yaml -> %s/b.yaml: leave "
        "one of them out\n",
        folder, folder, folder);
    const struct said *said = plan("--plan ./a.yaml");
    assert_int_equal(said->status, EXIT_USAGE);
    if (!strstr(said->err, cycle))
        fail_msg("%s", said->err);
    put("c.yaml",
        "crosses:\n  - scenarios: mutex\n    variants: ticket\n"); /* and then it is none */
    assert_int_equal(plan("--plan ./a.yaml")->status, EXIT_OK);
}

static void test_a_cross_is_every_combination_of_its_values(void **state)
{
    (void)state;
    put("p.yaml",
        "crosses:\n"
        "  - scenarios: lock\n    variants: ticket\n    threads: [2, 4]\n"
        "    held: [0, 2us]\n    places: [same-pu]\n"
        "  - scenarios: [recv-closed]\n    locks: ticket\n"
        "  - {scenarios: lock, variants: ticket, threads: 4, held: 2000ns, places: same-pu}\n"
        "exclude:\n  - {threads: 4, held: 0}\n  - cell: 'recv-closed/.*elem=9'\n");
    assert_string_equal(
        cells("--plan ./p.yaml"),
        "lock/variant=ticket/threads=2/held=0/lines=1/away=200/geometric=0/place=same-pu\n"
        "lock/variant=ticket/threads=2/held=2000/lines=1/away=200/geometric=0/place=same-pu\n"
        "lock/variant=ticket/threads=4/held=2000/lines=1/away=200/geometric=0/place=same-pu\n"
        "recv-closed/variant=ticket/elem=8\n");
}

/* So do builds for another compiler or a sanitizer; the usual one leaves none out. */
static void test_a_variant_that_the_build_leaves_out_is_told(void **state)
{
    static const char often[] = "futex+yield+none";
    bool here = hchan_variant_find(often) != NULL;
    (void)state;
    assert_false(names_left_out("ticket"));
    assert_false(names_left_out("tick*"));
    assert_false(names_left_out("nobody*"));
    assert_true(names_left_out(often) == !here);
    put("p.yaml", "crosses:\n  - {scenarios: recv-closed, variants: [ticket, futex+yield+none]}\n");
    assert_string_equal(cells("--plan ./p.yaml --cell ticket"),
                        "recv-closed/variant=ticket/elem=8\n");
    struct said *said = plan("--plan ./p.yaml");
    assert_int_equal(said->status, EXIT_OK);
    assert_true((strstr(said->out, often) != NULL) == here);
    assert_true((strstr(said->err, "plan p.yaml: without the variant futex+yield+none, which this "
                                   "build leaves out\n") != NULL) == !here);
}

static void test_the_command_line_overrides_the_plan(void **state)
{
    static const char spin[] = "lock/variant=spin-mutex/threads=3/held=0/lines=1/away=200/"
                               "geometric=0/place=same-pu\n";
    (void)state;
    put("p.yaml", "rounds: 7\nsamples: 2\nwindow: 4ms\ncrosses:\n  - scenarios: lock\n"
                  "    variants: ticket\n    threads: [2, 4]\n    places: same-pu\n"
                  "  - scenarios: recv-closed\n    variants: ticket\n");
    assert_non_null(strstr(plan("--plan ./p.yaml")->out,
                           " cells, 7 processes each, 2 windows of 4 ms in each: "));
    assert_non_null(strstr(plan("--plan ./p.yaml --reps 3 --samples 1 --window 5ms")->out,
                           " cells, 3 processes each, 1 windows of 5 ms in each: "));
    assert_string_equal(cells("--plan ./p.yaml --scenario lock --variant spin-mutex --threads 3"),
                        spin);
    assert_string_equal(cells("--plan ./p.yaml --cell recv"),
                        "recv-closed/variant=ticket/elem=8\n");
    /* What the plan lacks has the variants of its first cross. */
    assert_string_equal(cells("--plan ./p.yaml --scenario mutex"), "mutex/variant=ticket\n");
    assert_string_equal(cells("--plan ./p.yaml --producers 3 --consumers 1 --cell fan"),
                        "fan-in/variant=ticket/capacity=0/elem=8/threads=4/work=0/place=same-pu\n");
}

static void test_an_included_plan_comes_first_and_gives_way(void **state)
{
    (void)state;
    put("p.yaml", "window: 2ms\ninclude: sub.yaml\ncrosses:\n  - {scenarios: mutex, variants: "
                  "ticket}\n");
    put("sub.yaml", "rounds: 9\nwindow: 3ms\nsamples: 4\n"
                    "crosses:\n  - {scenarios: recv-closed, variants: ticket}\n");
    assert_string_equal(cells("--plan ./p.yaml"),
                        "recv-closed/variant=ticket/elem=8\nmutex/variant=ticket\n");
    assert_non_null(strstr(plan("--plan p.yaml")->out,
                           " cells, 9 processes each, 4 windows of 2 ms in each: "));
}

/* The machine may have these places: the topology is made up. */
static void test_places_that_the_machine_lacks_are_left_out_and_told(void **state)
{
    (void)state;
    put("p.yaml", "crosses:\n  - scenarios: [handoff, mutex]\n    variants: ticket\n"
                  "    places: [l3, smt, machine]\n");
    setenv("HWLOC_SYNTHETIC", "pack:1 l3:1 l2:2 core:1 pu:1", 1);
    const struct said *said = plan("--plan ./p.yaml");
    assert_int_equal(said->status, EXIT_OK);
    assert_string_equal(said->err,
                        "plan p.yaml: left out, since no two allowed PUs are so related: "
                        "smt, machine; this machine has same-pu, l3\n");
    assert_non_null(strstr(said->out, "handoff/variant=ticket/elem=8/place=l3\n"));
    assert_non_null(strstr(said->out, "mutex/variant=ticket\n"));
    assert_null(strstr(said->out, "smt"));
    put("p.yaml", "crosses:\n  - scenarios: handoff\n    places: [smt, machine]\n");
    said = plan("--plan ./p.yaml");
    assert_int_equal(said->status, EXIT_ENVIRONMENT);
    assert_non_null(strstr(said->err, "plan p.yaml: this machine has none of its places, only "
                                      "same-pu, l3: choose one with --place\n"));
    unsetenv("HWLOC_SYNTHETIC");
}

/* A cross of a million cells is refused before it is made; one of many, unless it is allowed. */
static void test_many_cells_are_only_made_when_told(void **state)
{
    char text[4096], *at = text;
    (void)state;
    at += sprintf(at, "crosses:\n  - scenarios: lock\n    variants: ticket\n    places: same-pu\n");
    for (const char *const *key = (const char *const[]){"held", "away", NULL}; *key; key++) {
        at += sprintf(at, "    %s: [0", *key);
        for (int i = 1; i < 50; i++)
            at += sprintf(at, ", %d", i);
        at += sprintf(at, "]\n");
    }
    strcpy(at, "    threads: [2, 3, 4, 5, 6]\n"); /* 12500 cells */
    put("p.yaml", text);
    const struct said *said = plan("--plan ./p.yaml");
    assert_int_equal(said->status, EXIT_USAGE);
    assert_non_null(strstr(said->err, "the plan has more than 10000 cells: choose fewer values"));
    said = plan("--plan ./p.yaml --cells-max 20000 | grep -c lock/");
    assert_string_equal(said->out, "12500\n");
    strcpy(at,
           "    threads: [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]\n"
           "    lines: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,\n"
           "            21, 22, 23, 24, 25, 26, 27, 28, 29, 30]\n");
    put("p.yaml", text);
    assert_int_equal(plan("--plan ./p.yaml")->status, EXIT_USAGE);
}

static void test_plans_are_listed(void **state)
{
    (void)state;
    assert_string_equal(
        run_program("$H list --names plans")->out,
        "capacity\nelements\nfull\nlocks\noversubscription\npark\nplacement\nquick\n");
    const char *list = run_program("$H list")->out;
    const char *plans = strstr(list, "\nplans\n");
    assert_non_null(plans);
    assert_non_null(strstr(plans, "  locks                each lock, contended by 1 to 8 threads"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_mistake_gets_the_line_and_what_would_be_right),
        cmocka_unit_test(test_what_is_no_plan_is_refused),
        cmocka_unit_test(test_a_circle_of_plans_is_named_whole),
        cmocka_unit_test(test_a_cross_is_every_combination_of_its_values),
        cmocka_unit_test(test_a_variant_that_the_build_leaves_out_is_told),
        cmocka_unit_test(test_the_command_line_overrides_the_plan),
        cmocka_unit_test(test_an_included_plan_comes_first_and_gives_way),
        cmocka_unit_test(test_places_that_the_machine_lacks_are_left_out_and_told),
        cmocka_unit_test(test_many_cells_are_only_made_when_told),
        cmocka_unit_test(test_plans_are_listed),
    };
    return cmocka_run_group_tests(tests, enter, leave);
}
