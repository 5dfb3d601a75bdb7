/* Times that are asked for: how they are read, that workers think for as many turns as take them,
 * and that a result says what they took. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/duration.h"
#include "harness/machine/topo.h"
#include "harness/run/bench.h"
#include "harness/run/calibrate.h"
#include "harness/scenarios/scenarios.h"
#include "harness/tests/program.h"
#include <sys/stat.h>

static void test_times_are_read_whole_and_written_back(void **state)
{
    static const struct {
        const char *text;
        uint64_t ns;
        const char *written;
    } good[] = {
        {"0", 0, "0"},           {"500", 500, "500ns"},         {"500ns", 500, "500ns"},
        {"2us", 2000, "2us"},    {"2µs", 2000, "2us"},          {"1500ns", 1500, "1500ns"},
        {"1ms", 1000000, "1ms"}, {"3s", 3000000000, "3s"},      {"0ms", 0, "0"},
        {"1000", 1000, "1us"},   {"10000us", 10000000, "10ms"},
    };
    static const char *const bad[] = {
        "",
        "us",
        "2m",
        "2 us",
        " 2us",
        "2us ",
        "-2us",
        "+2",
        "1.5us",
        "1e3",
        "nan",
        "inf",
        "0x10",
        "18446744073709551616",
        "18446744073709551615us",
        "99999999999s",
        "2usx",
        "2min",
    };
    uint64_t ns;
    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        if (!duration_parse(good[i].text, strlen(good[i].text), 1, &ns))
            fail_msg("'%s' was not read", good[i].text);
        assert_int_equal(ns, good[i].ns);
        assert_string_equal(duration_words(ns).text, good[i].written);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (duration_parse(bad[i], strlen(bad[i]), 1, &ns))
            fail_msg("'%s' was read as %llu", bad[i], (unsigned long long)ns);
    assert_true(duration_parse("8", 1, 1000000, &ns) && ns == 8000000);
    assert_true(duration_parse("8us", 3, 1000000, &ns) && ns == 8000);
}

static uint64_t turns_seen;

static void looking_lead(struct worker *w, uint64_t ops)
{
    (void)ops;
    turns_seen = w->bench->work_turns;
}

static void test_workers_think_for_as_many_turns_as_take_the_time(void **state)
{
    struct scenario s = *scenario_find("floor-empty", "", INSTANCE_MEASURED);
    struct topo *topo = topo_load(NULL);
    struct window window;
    const unsigned *pus;
    char error[256] = "";
    (void)state;
    assert_non_null(topo);
    topo_pus(topo, &pus);
    s.lead = looking_lead;
    s.work = (struct param_range){0, 0, 1000000};
    struct window_spec spec = {.scenario = &s, .topo = topo, .pu = {pus[0], pus[0]}, .ops = 1};
    for (uint64_t ns = 0; ns <= 1000000; ns += 250000) {
        spec.params = (struct cell_params){.threads = 1, .work = ns};
        assert_int_equal(window_run(&spec, &window, error, sizeof(error)), 0);
        assert_int_equal(turns_seen, calibrate_turns(ns));
        assert_true((turns_seen > 0) == (ns > 0));
    }
    topo_free(topo);
}

/* One row for each time that is above 0. */
static void test_a_result_says_what_the_times_took(void **state)
{
    static const struct {
        const char *cell;
        size_t rows;
        const char *name; /* of one */
    } cells[] = {
        {"fan-in/variant=ticket/capacity=1/elem=8/threads=2/work=0/place=same-pu", 0, NULL},
        {"fan-in/variant=ticket/capacity=1/elem=8/threads=2/work=2000/place=same-pu", 1, "work"},
        {"lock/variant=ticket/threads=2/held=100/lines=1/away=300/geometric=0/place=same-pu", 2,
         "held"},
        {"lock/variant=ticket/threads=2/held=0/lines=1/away=300/geometric=0/place=same-pu", 1,
         "away"},
    };
    char line[512], name[32];
    (void)state;
    for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
        snprintf(line, sizeof(line), "$H cell %s --samples 1 --window-ns 1000000 | grep '\"lab\"'",
                 cells[i].cell);
        const struct said *said = run_program(line);
        if (count_lines(said->out) != cells[i].rows)
            fail_msg("%s:\n%s", line, said->out);
        snprintf(name, sizeof(name), "\"%s\"", cells[i].name ? cells[i].name : "");
        if (cells[i].rows && (!strstr(said->out, name) || strstr(said->out, "null")))
            fail_msg("%s has no time of %s:\n%s", line, name, said->out);
    }
}

/* A peer that keeps what it was called with. */
static void make_peer(const char *in)
{
    char path[96];
    snprintf(path, sizeof(path), "%s/peers.txt", in);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f, "keeps\n");
    fclose(f);
    snprintf(path, sizeof(path), "%s/keeps", in);
    f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f,
            "#!/bin/sh\n[ \"$1\" = --describe ] || { echo \"$@\" >%s/called; exit 5; }\n"
            "echo '{\"name\":\"keeps\",\"version\":\"1\",\"language\":\"sh\",\"lacks\":[],"
            "\"scenarios\":[\"fan-in\"]}'\n",
            in);
    fchmod(fileno(f), 0755);
    assert_int_equal(fclose(f), 0);
}

static void test_a_peer_is_told_how_many_turns_take_the_time(void **state)
{
    char in[64], line[512];
    (void)state;
    make_folder(in);
    make_peer(in);
    for (int work = 0; work <= 1000; work += 1000) {
        snprintf(
            line, sizeof(line),
            "HCHANLAB_PEERS=%s $H cell "
            "fan-in/variant=keeps/capacity=1/elem=8/threads=2/work=%d/place=same-pu; cat %s/called",
            in, work, in);
        const char *turns = strstr(run_program(line)->out, " --turns ");
        assert_true((turns != NULL) == (work > 0));
        assert_true(!turns || strtoull(turns + strlen(" --turns "), NULL, 10) > 0);
    }
    remove_folder(in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times_are_read_whole_and_written_back),
        cmocka_unit_test(test_workers_think_for_as_many_turns_as_take_the_time),
        cmocka_unit_test(test_a_result_says_what_the_times_took),
        cmocka_unit_test(test_a_peer_is_told_how_many_turns_take_the_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
