/* `hchanlab compare`: a store of known costs gets each verdict, in each form; what can't be
 * compared is refused with one clear line, and gets no verdict. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/say.h"
#include "harness/store/store.h"
#include "harness/tests/program.h"
#include "harness/tests/vectors.h"
#include <jansson.h>
#include <math.h>

enum { ROUNDS = 20, WINDOWS = 3 };

static char folder[64], db[96];
static struct store *store;

/* How B's cost relates to A's in round r of a cell. */
typedef double times_in(unsigned r);

static double noise(unsigned r, double width)
{
    return width * ((double)(r * 7 % 19) / 18 - 0.5);
}

static double twenty_percent_more(unsigned r)
{
    return 1.2 * (1 + noise(r, 0.01));
}

static double forty_percent_more(unsigned r)
{
    return 1.4 * (1 + noise(r, 0.01));
}

static double four_percent_more(unsigned r)
{
    return 1.04 * (1 + noise(r, 0.01));
}

static double ten_percent_less(unsigned r)
{
    return 0.9 * (1 + noise(r, 0.01));
}

static double the_same(unsigned r)
{
    return 1 + noise(r, 0.03);
}

static double anything(unsigned r)
{
    return 1.05 * (1 + noise(r, 0.6));
}

static double two_modes(unsigned r)
{
    return (r % 3 ? 1 : 1.6) * (1 + noise(r, 0.02));
}

/* Half of what the machine does: see slowness(). */
static double less_when_slow(unsigned r)
{
    return (r < 10 ? 1 : 0.7) * (1 + noise(r, 0.01));
}

static double slowness(unsigned r)
{
    return r < 10 ? 1 : 1.8;
}

static int64_t begin_run(const char *name, const char *environment)
{
    const struct run run = {.command = "hchanlab sweep",
                            .mode = "quick",
                            .environment = environment,
                            .topology = "<topology/>",
                            .processes = ROUNDS,
                            .name = name};
    int64_t id;
    assert_int_equal(store_begin_run(store, &run, &id), 0);
    return id;
}

static int64_t add_cell(int64_t run, const char *scenario, const char *variant)
{
    struct cell c = {.op = "pair", .params = PARAMS_ABSENT};
    int64_t id;
    c.params.elem = 8;
    strcpy(c.params.place, "same-pu");
    snprintf(c.name, sizeof(c.name), "%s/variant=%s/elem=8/place=same-pu", scenario, variant);
    snprintf(c.scenario, sizeof(c.scenario), "%s", scenario);
    snprintf(c.variant, sizeof(c.variant), "%s", variant);
    assert_int_equal(store_add_cell(store, run, &c, &id), 0);
    return id;
}

/* One process whose windows' median is `ns`, and that began so long after the run. */
static void add_process_at(int64_t cell, uint32_t process, double ns, enum trial_status status,
                           uint64_t started_ms)
{
    const struct trial_when when = {.started_ms = started_ms};
    static const double windows[WINDOWS] = {1.5, 1, 0.5};
    for (uint32_t w = 0; w < WINDOWS; w++) {
        struct sample x = {process, w, 1000, ns * windows[w], ns * 1000, NAN, 5, 2, NAN, NAN};
        assert_int_equal(store_add_sample(store, cell, &x), 0);
    }
    assert_int_equal(store_add_trial(store, cell, process, status, "", NULL, &when), 0);
}

static void add_process(int64_t cell, uint32_t process, double ns, enum trial_status status)
{
    add_process_at(cell, process, ns, status, process * UINT64_C(100000));
}

static void add_pair(int64_t run, const char *scenario, times_in *times, unsigned rounds)
{
    int64_t a = add_cell(run, scenario, "ticket"), b = add_cell(run, scenario, "mcs");
    for (unsigned r = 0; r < rounds; r++) {
        double ns = 100 + (double)(r * 5 % 7);
        add_process(a, r, ns, TRIAL_OK);
        add_process(b, r, ns * times(r), TRIAL_OK);
    }
}

/* A round that failed says nothing, whatever was stored of it before, nor does one of which an arm
 * was measured again later. */
static void add_pair_with_failures(int64_t run)
{
    int64_t a = add_cell(run, "failed", "ticket"), b = add_cell(run, "failed", "mcs");
    for (unsigned r = 0; r < ROUNDS; r++) {
        add_process(a, r, r == 3 ? 1e9 : 50, r == 3 ? TRIAL_FAILED : TRIAL_OK);
        if (r == 7)
            add_process_at(b, r, 1e9, TRIAL_OK, 5000000);
        else
            add_process(b, r, r == 5 ? 1e9 : 50 * the_same(r), r == 5 ? TRIAL_TIMEOUT : TRIAL_OK);
    }
}

/* Two arms and a third variant, which shows how slow the machine was. */
static void add_two_speeds(int64_t run)
{
    int64_t a = add_cell(run, "speeds", "ticket"), b = add_cell(run, "speeds", "mcs");
    int64_t other = add_cell(run, "speeds", "pthread");
    for (unsigned r = 0; r < ROUNDS; r++) {
        add_process(a, r, 10 * slowness(r), TRIAL_OK);
        add_process(b, r, 10 * slowness(r) * less_when_slow(r), TRIAL_OK);
        add_process(other, r, 30 * slowness(r) * the_same(r), TRIAL_OK);
    }
}

static void add_vector(int64_t run, const struct vector *v)
{
    int64_t a = add_cell(run, "known", "ticket"), b = add_cell(run, "known", "mcs");
    for (unsigned r = 0; r < v->count; r++) {
        add_process(a, r, 100, TRIAL_OK);
        add_process(b, r, 100 * exp(v->d[r]), TRIAL_OK);
    }
}

/* Runs: 1 all verdicts, 2 the first vector, 3 the same, 4 can't tell, 5 another run of 2's cells.
 */
static int make_store(void **state)
{
    char error[512];
    (void)state;
    make_folder(folder);
    snprintf(db, sizeof(db), "%s/lab.db", folder);
    setenv("DB", db, 1);
    setenv("D", folder, 1);
    store = store_open(db, STORE_WRITE, error, sizeof(error));
    assert_non_null(store);
    int64_t run = begin_run("all", "{\"kernel\": \"6.1\", \"load_1m\": 1}");
    add_pair(run, "slower", forty_percent_more, ROUNDS);
    add_pair(run, "little", four_percent_more, ROUNDS);
    add_pair(run, "faster", ten_percent_less, ROUNDS);
    add_pair(run, "same", the_same, ROUNDS);
    add_pair(run, "noisy", anything, ROUNDS);
    add_pair(run, "few", twenty_percent_more, 5);
    add_pair(run, "ten", twenty_percent_more, 10);
    add_pair(run, "modes", two_modes, ROUNDS);
    add_pair_with_failures(run);
    add_two_speeds(run);
    add_cell(run, "alone", "ticket");
    add_pair(begin_run("empty", "{}"), "none", the_same, 0);
    add_vector(
        begin_run("vector", "{\"kernel\": \"6.1\", \"hchanlab_commit\": \"0123456789abcdef\"}"),
        &vectors[0]);
    add_pair(begin_run("same", "{}"), "same", the_same, ROUNDS);
    add_pair(begin_run("noisy", "{}"), "noisy", anything, ROUNDS);
    add_vector(
        begin_run(
            "later",
            "{\"kernel\": \"6.2\", \"load_1m\": 9, \"hchanlab_commit\": \"fedcba9876543210\"}"),
        &vectors[0]);
    add_pair(begin_run("all-again", "{}"), "same", the_same, ROUNDS);
    run = begin_run("marks", "{}");
    add_vector(run, &vectors[0]);
    add_pair(run, "same", the_same, ROUNDS);
    add_pair(run, "noisy", anything, ROUNDS);
    store_close(store);
    return 0;
}

static int remove_store(void **state)
{
    (void)state;
    remove_folder(folder);
    return 0;
}

static struct said *compare(const char *words)
{
    char line[512];
    snprintf(line, sizeof(line), "$H compare --db $DB %s", words);
    return run_program(line);
}

static void expect(const struct said *said, const char *text)
{
    if (!strstr(said->out, text))
        fail_msg("no '%s' in:\n%s%s", text, said->out, said->err);
}

static void test_only_what_moved_is_shown_and_the_worst_first(void **state)
{
    (void)state;
    struct said *said = compare("--run all ticket mcs");
    assert_string_equal(said->err, "");
    assert_int_equal(said->status, EXIT_SLOWER);
    expect(said, "run 1: mcs against ticket\n  slower/elem=8/place=same-pu  ");
    expect(said, "slower by 40.0% [");
    expect(said, "5 of 10 moved, 2 the same within 1%, 3 can't tell\n");
    expect(said, "Intervals are 95% each");
    assert_int_equal(count_lines(said->out), 1 + 5 + 2);
    const char *little = strstr(said->out, "little/"), *faster = strstr(said->out, "faster/");
    assert_true(little && faster && little < faster);
    assert_null(strstr(said->out, "noisy/"));
}

static void test_all_shows_each_cell_with_its_notes(void **state)
{
    (void)state;
    struct said *said = compare("--run all --all ticket mcs");
    expect(said, "can't tell: 1.20×, too few rounds for an interval (15 rounds left out");
    expect(said, "fewer than 12 rounds: one outlier hides a difference; 10 rounds left out");
    expect(said, "(3 rounds left out: an arm is missing, or they did not run side by side)");
    expect(said, "no common verdict: 1.00× at full speed, 0.70× when the machine is slow");
    expect(said, "mcs has two modes: ");
    expect(said, "same within 1%");
    expect(said, "would have shown in three runs of four; some ");
    expect(said, ", within 5%");
    assert_null(strstr(said->out, "alone/"));
}

static void test_a_known_run_has_its_known_verdict(void **state)
{
    (void)state;
    struct said *said = compare("--run vector ticket mcs");
    assert_int_equal(said->status, EXIT_SLOWER);
    expect(said, "known/elem=8/place=same-pu  100 ns -> 104 ns  slower by 3.7% [0.8, 6.4] (fewer");
    expect(said, "1 of 1 moved, 0 the same, 0 can't tell\n");
    said = compare("--run vector mcs ticket");
    assert_int_equal(said->status, EXIT_OK);
    expect(said, "faster by 3.6% [0.8, 6.1]");
}

static void test_the_status_says_what_was_found(void **state)
{
    static const struct {
        const char *words;
        int status;
    } rows[] = {
        {"--run same ticket mcs", EXIT_OK},
        {"--run noisy ticket mcs", EXIT_CANT_TELL},
        {"--run empty ticket mcs", EXIT_CANT_TELL},
        {"--run noisy --fail-above 5% ticket mcs", EXIT_OK},
        {"--run all --fail-above 15% ticket mcs", EXIT_SLOWER},
        {"--run all --fail-above 50 ticket mcs", EXIT_OK},
        /* The estimate lies beyond, 3.7%, and the interval not as a whole, from 0.8%. */
        {"--run vector --fail-above 2% ticket mcs", EXIT_OK},
        {"--run vector --fail-above 0.7% ticket mcs", EXIT_SLOWER},
        {"3 run:later", EXIT_CANT_TELL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct said *said = compare(rows[i].words);
        if (said->status != rows[i].status || said->err[0])
            fail_msg("%s: status %d: %s%s", rows[i].words, said->status, said->out, said->err);
    }
}

/* What is shown of one cell is no mark among several. */
static void test_marks_allow_for_the_cells_of_the_table(void **state)
{
    (void)state;
    struct said *said = compare("--run marks --all ticket mcs");
    assert_int_equal(said->status, EXIT_CANT_TELL);
    expect(said, "0 of 3 moved, 1 the same within 1%, 2 can't tell\n");
    expect(said, "slower by 3.7% [0.8, 6.4] (no mark among 3 cells: counts as can't tell");
}

static void test_a_margin_decides_what_is_the_same(void **state)
{
    (void)state;
    assert_int_equal(compare("--run noisy --margin 5% ticket mcs")->status, EXIT_CANT_TELL);
    assert_int_equal(compare("--run noisy --margin 20 ticket mcs")->status, EXIT_OK);
    expect(compare("--run vector --margin 10% ticket mcs"), "[0.8, 6.4], within 10%");
}

static json_t *json_of(const struct said *said)
{
    json_error_t e;
    json_t *json = json_loads(said->out, 0, &e);
    if (!json)
        fail_msg("%s in:\n%s%s", e.text, said->out, said->err);
    return json;
}

static double number(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

static const char *text(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value ? value : "";
}

static void test_json_has_every_cell(void **state)
{
    (void)state;
    json_t *json = json_of(compare("--run vector --json --fail-above 0.5% ticket mcs"));
    const json_t *cell = json_array_get(json_object_get(json, "cells"), 0);
    assert_float_equal(number(json, "count"), 1, 0);
    assert_float_equal(number(json, "moved"), 1, 0);
    assert_float_equal(number(json, "margin_percent"), 5, 0);
    assert_float_equal(number(json, "level"), 0.05, 0);
    assert_string_equal(text(json, "b"), "mcs");
    assert_string_equal(text(cell, "cell"), "known/elem=8/place=same-pu");
    assert_string_equal(text(cell, "verdict"), "slower");
    assert_float_equal(number(cell, "ratio"), 1.037174, 5e-7);
    assert_float_equal(number(cell, "low"), 1.008032, 5e-7);
    assert_float_equal(number(cell, "high"), 1.064494, 5e-7);
    assert_float_equal(number(cell, "p"), 0.02734375, 1e-9);
    assert_float_equal(number(cell, "q"), 0.02734375, 1e-9);
    assert_float_equal(number(cell, "rounds"), 10, 0);
    assert_float_equal(number(cell, "would_show_percent"), 3.97, 0.005);
    assert_true(json_is_true(json_object_get(cell, "moved")));
    assert_true(json_is_true(json_object_get(cell, "fails")));
    assert_true(json_is_null(json_object_get(cell, "more_rounds")));
    json_decref(json);
    json = json_of(compare("--run all --json ticket mcs"));
    assert_int_equal(json_array_size(json_object_get(json, "cells")), 10);
    assert_float_equal(number(json, "moved") + number(json, "same") + number(json, "cant_tell"), 10,
                       0);
    json_decref(json);
    json = json_of(compare("--run empty --json ticket mcs"));
    cell = json_array_get(json_object_get(json, "cells"), 0);
    assert_true(json_is_null(json_object_get(cell, "ratio")));
    assert_true(json_is_null(json_object_get(cell, "p")));
    json_decref(json);
}

static void test_markdown_shows_three_lines_and_folds_the_rest(void **state)
{
    (void)state;
    struct said *said = compare("--run all --markdown ticket mcs");
    const char *fold = strstr(said->out, "\n<details>");
    assert_non_null(fold);
    size_t lines = 0;
    for (const char *c = said->out; c < fold; c++)
        lines += *c == '\n';
    assert_int_equal(lines, 3);
    expect(said, "**mcs against ticket** (run 1): 5 of 10 moved");
    expect(said, "First: `slower/elem=8/place=same-pu` is slower by 40.0%");
    expect(said, "| noisy/elem=8/place=same-pu |");
    expect(said, "\n</details>\n");
    expect(compare("--run same --markdown ticket mcs"), "Nothing moved.\n");
}

/* The same numbers as within a run, where they get a verdict. */
static void test_two_runs_get_no_verdict(void **state)
{
    (void)state;
    struct said *said = compare("3 run:later");
    assert_int_equal(said->status, EXIT_CANT_TELL);
    expect(said, "can't tell: run 3 then, run 6 now, not side by side");
    expect(said, "counts an operation, which do not depend on the machine's speed: 0 of 2 changed");
    expect(said, "  kernel: 6.1 then, 6.2 now\n");
    expect(said, "known/variant=ticket/elem=8/place=same-pu: 100 ns then, 100 ns now, not side by");
    expect(said, "side by side: scripts/compare_builds OLD NEW, build folders of the commits "
                 "0123456789ab and fedcba987654\n");
    expect(compare("run:all run:all-again"),
           "side by side: hchanlab sweep --reps 20 --variant A,B");
    assert_null(strstr(said->out, "load_1m"));
    assert_null(strstr(said->out, "slower"));
    json_t *json = json_of(compare("--json 3 6"));
    const json_t *fact = json_array_get(json_object_get(json, "differing"), 0);
    assert_string_equal(text(json, "verdict"), "can't tell");
    assert_string_equal(text(fact, "key"), "kernel");
    assert_string_equal(text(fact, "b"), "6.2");
    assert_int_equal(json_array_size(json_object_get(json, "cells")), 2);
    json_decref(json);
    assert_int_equal(compare("--markdown 3 6")->status, EXIT_CANT_TELL);
}

/* Eight runs in which B costs a tenth more, one as before and one in which it costs a third more.
 */
static void add_history(void)
{
    static const double times[] = {1.10, 1.12, 1.09, 1.11, 1.10, 1.08, 1.11, 1.13, 1.10, 1.33};
    char error[512];
    store = store_open(db, STORE_WRITE, error, sizeof(error));
    assert_non_null(store);
    for (unsigned i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        char name[8];
        snprintf(name, sizeof(name), "h%u", i);
        int64_t run = begin_run(name, "{}");
        int64_t a = add_cell(run, "history", "ticket"), b = add_cell(run, "history", "mcs");
        for (unsigned r = 0; r < 6; r++) {
            double speed = 10 * (1 + i % 3);
            add_process(a, r, speed, TRIAL_OK);
            add_process(b, r, speed * times[i], TRIAL_OK);
        }
    }
    store_close(store);
}

static void test_the_newest_run_is_held_against_those_before(void **state)
{
    (void)state;
    add_history();
    struct said *said = compare("--history --run h9 ticket mcs");
    assert_int_equal(said->status, EXIT_CANT_TELL);
    expect(said, "history/elem=8/place=same-pu: 1.33× now, outside the [1.07, 1.14] that 9 runs");
    expect(said, "1 of 1 outside, 0 inside, 0 with fewer than 5 runs before\n");
    said = compare("--history --run h8 --all ticket mcs");
    assert_int_equal(said->status, EXIT_OK);
    expect(said, "1.10× now, inside the [1.07, 1.15] that 8 runs");
    said = compare("--history --run h4 --all ticket mcs");
    assert_int_equal(said->status, EXIT_CANT_TELL);
    expect(said, "after 4 runs: too few to expect anything");
    json_t *json = json_of(compare("--history --run h9 --json ticket mcs"));
    const json_t *cell = json_array_get(json_object_get(json, "cells"), 0);
    assert_true(json_is_true(json_object_get(cell, "outside")));
    assert_int_equal(json_array_size(json_object_get(cell, "ratios")), 10);
    assert_float_equal(json_number_value(json_array_get(json_object_get(cell, "ratios"), 9)), 1.33,
                       1e-8);
    json_decref(json);
}

static void write_file(const char *name, const char *content)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(content, f);
    assert_int_equal(fclose(f), 0);
}

#define ROW(name, time)                                                                       \
    "{\"name\":\"" name "\",\"run_type\":\"iteration\",\"real_time\":" time ",\"time_unit\":" \
    "\"us\"}"
#define BENCHMARKS(context, rows) "{\"context\":{" context "},\"benchmarks\":[" rows "]}"

static void test_two_files_get_no_verdict(void **state)
{
    (void)state;
    write_file("a.json",
               BENCHMARKS("\"num_cpus\":2,\"date\":\"x\"",
                          ROW("f", "1") "," ROW("f", "3") "," ROW("f", "9") "," ROW("g", "1")));
    write_file("b.json",
               BENCHMARKS("\"num_cpus\":4,\"date\":\"y\"",
                          "{\"name\":\"f_mean\",\"run_name\":\"f\",\"run_type\":\"aggregate\","
                          "\"aggregate_name\":\"mean\",\"real_time\":7,\"time_unit\":\"ms\"},"
                          "{\"name\":\"f_median\",\"run_name\":\"f\",\"run_type\":\"aggregate\","
                          "\"aggregate_name\":\"median\",\"real_time\":2,\"time_unit\":\"ms\"},"
                          "{\"name\":\"g\",\"error_occurred\":true,\"error_message\":\"no\"}"));
    struct said *said = compare("$D/a.json $D/b.json");
    assert_string_equal(said->err, "");
    assert_int_equal(said->status, EXIT_CANT_TELL);
    expect(said, "  f: 3.00 µs then, 2.00 ms now, not side by side\n");
    expect(said, "  num_cpus: 2 then, 4 now\n");
    assert_null(strstr(said->out, "  g:"));
    assert_null(strstr(said->out, "date"));
}

/* A run that was exported is a file like any other. */
static void test_an_exported_run_is_read(void **state)
{
    (void)state;
    struct said *said = run_program("$H export --db $DB vector >$D/a.json; "
                                    "$H export --db $DB later >$D/b.json; "
                                    "$H compare $D/a.json $D/b.json");
    assert_int_equal(said->status, EXIT_CANT_TELL);
    expect(said, "100 ns then, 100 ns now, not side by side");
}

static const struct {
    const char *words;
    int status;
    const char *says;
} refused[] = {
    {"", EXIT_USAGE, "compare needs two words"},
    {"ticket", EXIT_USAGE, "compare needs two words"},
    {"ticket mcs more", EXIT_USAGE, "does not take 'more'"},
    {"--run all tikcet mcs", EXIT_USAGE, "no variant 'tikcet': did you mean 'ticket'"},
    {"--run all ticket mcss", EXIT_USAGE, "did you mean 'mcs'"},
    {"--run all ticket before-the-change", EXIT_USAGE, "a file as ./before-the-change"},
    {"--run all ticket ticket", EXIT_USAGE, "A and B are both 'ticket'"},
    {"--run all mcs pthread --margin 0", EXIT_USAGE, "percent from 1% to 100%"},
    {"--margin 2.5 ticket mcs", EXIT_USAGE, "give a whole percent"},
    {"--margin nan ticket mcs", EXIT_USAGE, "percent from 1% to 100%"},
    {"--margin 5%% ticket mcs", EXIT_USAGE, "percent from 1% to 100%"},
    {"--fail-above '' ticket mcs", EXIT_USAGE, "percent from 0% to 10000%"},
    {"--fail-above -5% ticket mcs", EXIT_USAGE, "percent from 0% to 10000%"},
    {"--json --markdown ticket mcs", EXIT_USAGE, "choose one"},
    {"--run never ticket mcs", EXIT_USAGE, "no run 'never'"},
    {"3 ticket", EXIT_USAGE, "'3' is a run and 'ticket' is a variant"},
    {"3 ./x", EXIT_USAGE, "'./x' is a file"},
    {"3 3", EXIT_USAGE, "both run 3"},
    {"3 99", EXIT_USAGE, "no run 99"},
    {"3 run:", EXIT_USAGE, "is no run"},
    {"3 4", EXIT_USAGE, "no cell in common"},
    {"--run all 3 6", EXIT_USAGE, "--run all is for two variants"},
    {"--history 3 6", EXIT_USAGE, "--history takes two variants"},
    {"--history --fail-above 5% ticket mcs", EXIT_USAGE, "--history takes two variants"},
    {"--history --run empty ticket mcs", EXIT_USAGE, "no cell that was measured of both"},
    {"--history --run all ticket msc", EXIT_USAGE, "did you mean 'mcs'"},
    {"--fail-above 5% 3 6", EXIT_USAGE, "--fail-above needs a verdict"},
    {"$D/good.json $D/none.json", EXIT_IO, "can't be read"},
    {"$D/good.json $D/nan.json", EXIT_IO, "line 1 holds NaN, which is no number"},
    {"$D/good.json $D/text.json", EXIT_IO, "is not JSON"},
    {"$D/good.json $D/other.json", EXIT_IO, "is not a file of Google Benchmark"},
    {"$D/good.json $D/word.json", EXIT_IO, "is not a file of Google Benchmark"},
    {"$D/good.json $D/unit.json", EXIT_IO, "is not a file of Google Benchmark"},
    {"$D/good.json $D/apart.json", EXIT_USAGE, "have no cell in common"},
    {"$D/good.json $D", EXIT_IO, "$D"},
};

static void test_what_cant_be_compared_is_refused(void **state)
{
    (void)state;
    write_file("good.json", BENCHMARKS("", ROW("f", "1")));
    write_file("nan.json", BENCHMARKS("", ROW("f", "NaN")));
    write_file("text.json", "no JSON\n");
    write_file("other.json", "{\"benchmarks\": 3}");
    write_file("word.json", BENCHMARKS("", ROW("f", "\"1\"")));
    write_file("unit.json", BENCHMARKS("", "{\"name\":\"f\",\"real_time\":1,\"time_unit\":\"h\"}"));
    write_file("apart.json", BENCHMARKS("", ROW("g", "1")));
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        struct said *said = compare(refused[i].words);
        const char *says = strcmp(refused[i].says, "$D") == 0 ? folder : refused[i].says;
        if (said->status != refused[i].status || !strstr(said->err, says) ||
            count_lines(said->err) != 1 || said->out[0])
            fail_msg("compare %s: status %d, wanted %d, and '%s' in:\n%s%s", refused[i].words,
                     said->status, refused[i].status, says, said->err, said->out);
    }
}

static void test_the_store_is_not_changed(void **state)
{
    (void)state;
    struct said *said = run_program("chmod 444 $DB; sum $DB >$D/before; $H compare --db $DB --run "
                                    "all ticket mcs; sum $DB | cmp - $D/before && ls $D | wc -l");
    assert_int_equal(said->status, 0);
    assert_string_equal(said->err, "");
    expect(said, "\n2\n");
}

/* Twenty rounds that differ at the level of one look, and not at that of three: the ranks below 0
 * add up to 48 of 210. */
static double just_more(unsigned r)
{
    bool below = r + 1 == 9 || r + 1 == 19 || r + 1 == 20;
    return exp((below ? -0.01 : 0.01) * (r + 1));
}

/* A run that may have ended each cell after a look is judged at the level for that. A cell that was
 * ended has all of its rounds. */
static void test_a_run_that_looked_is_judged_at_the_level_for_it(void **state)
{
    (void)state;
    char why[512];
    store = store_open(db, STORE_WRITE, why, sizeof(why));
    assert_non_null(store);
    add_pair(begin_run("fixed", "{}"), "just", just_more, 20);
    int64_t run = begin_run("looked", "{\"looks\": \"10 20 40\"}");
    add_pair(run, "just", just_more, 20);
    add_pair(run, "slower", forty_percent_more, 10);
    store_close(store);
    expect(compare("--run fixed --all ticket mcs"), "Intervals are 95% each. Of");
    expect(compare("--run fixed --all ticket mcs"), "1 of 1 moved");
    struct said *said = compare("--run looked --all --markdown ticket mcs");
    expect(said, "1 of 2 moved, 0 the same, 1 can't tell");
    expect(said, "Intervals are 97.79% each, since the run looked three times. Of");
    assert_null(strstr(said->out, "left out"));
    json_t *json = json_of(compare("--run looked --json ticket mcs"));
    assert_float_equal(number(json, "level"), 0.0221, 1e-9);
    json_decref(json);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_store, remove_store)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_only_what_moved_is_shown_and_the_worst_first),
        TEST(test_all_shows_each_cell_with_its_notes),
        TEST(test_a_known_run_has_its_known_verdict),
        TEST(test_the_status_says_what_was_found),
        TEST(test_marks_allow_for_the_cells_of_the_table),
        TEST(test_a_margin_decides_what_is_the_same),
        TEST(test_json_has_every_cell),
        TEST(test_markdown_shows_three_lines_and_folds_the_rest),
        TEST(test_two_runs_get_no_verdict),
        TEST(test_the_newest_run_is_held_against_those_before),
        TEST(test_two_files_get_no_verdict),
        TEST(test_an_exported_run_is_read),
        TEST(test_what_cant_be_compared_is_refused),
        TEST(test_the_store_is_not_changed),
        TEST(test_a_run_that_looked_is_judged_at_the_level_for_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
