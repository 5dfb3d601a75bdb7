/* The figures that the README gives as findings are those of the reference run. Where the run was
 * replaced, a failure prints the figure that the README lacks. */
/* SPDX-License-Identifier: MIT */
#include "plots/paired.h"
#include "plots/tests/tables.h"

static struct model run;
static char *readme;

static int read_reference(void **state)
{
    char error[512], base[] = "/tmp/hchanlab-reference-XXXXXX", data[64];
    size_t length;
    (void)state;
    if (!mkdtemp(base) || file_read(SOURCE_DIR "/README.md", &readme, &length))
        return -1;
    snprintf(data, sizeof(data), "%s/data", base);
    int status = symlink(SOURCE_DIR "/results/reference", data) ||
                 model_read(&run, base, error, sizeof(error));
    unlink(data);
    rmdir(base);
    return status;
}

static int forget_reference(void **state)
{
    (void)state;
    model_free(&run);
    free(readme);
    return 0;
}

/* A variant's cell with both parties on one PU, fit to be quoted. */
static const struct page_cell *cell_on_one_pu(const char *scenario, const char *variant)
{
    const struct page_cell *c = model_cell(&run, scenario, variant, NAN, "same-pu");
    assert_non_null(c);
    assert_true(cell_is_usable(c));
    return c;
}

static struct ratio ratio_on_one_pu(const char *scenario, const char *over, const char *under)
{
    struct ratio r =
        ratio_paired(&run, cell_on_one_pu(scenario, over), cell_on_one_pu(scenario, under));
    assert_true(isfinite(r.low));
    return r;
}

static void assert_readme_has(struct words figure)
{
    if (!strstr(readme, figure.text))
        fail_msg("the README lacks \"%s\"", figure.text);
}

static struct words cost_words(const struct page_cell *c)
{
    double unit = c->median_ns < 1000 ? 1 : 1000;
    return words_format("%s %s [%s, %s]", number_plain(c->median_ns / unit).text,
                        unit > 1 ? "µs" : "ns", number_plain(c->ci_low_ns / unit).text,
                        number_plain(c->ci_high_ns / unit).text);
}

static void test_goroutines_against_threads(void **state)
{
    (void)state;
    assert_readme_has(cost_words(cell_on_one_pu("handoff", "futex+go+check")));
    assert_readme_has(cost_words(cell_on_one_pu("handoff", "futex-park")));
    assert_readme_has(ratio_words(ratio_on_one_pu("handoff", "futex-park", "futex+go+check")));
}

static void test_a_yield_before_the_sleep(void **state)
{
    (void)state;
    assert_readme_has(ratio_words(ratio_on_one_pu("park-wake", "futex-park", "futex+yield+none")));
}

/* From the lowest to the highest end of the intervals of the other locks' ratios. */
static void test_other_locks_where_somebody_sleeps(void **state)
{
    static const char *const others[] = {
        "spin-mutex",         "ticket",
        "mcs+futex+none",     "clh+futex+none",
        "spinbit+futex+none", "pthread+futex+none",
        "ck_fas+futex+none",
    };
    double low = INFINITY, high = -INFINITY;
    (void)state;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        struct ratio r = ratio_on_one_pu("park-wake", others[i], "futex-park");
        low = fmin(low, r.low);
        high = fmax(high, r.high);
    }
    assert_readme_has(words_format("%s× to %s×", number_plain(low).text, number_plain(high).text));
}

static void test_waking_under_the_lock(void **state)
{
    (void)state;
    assert_readme_has(ratio_words(ratio_on_one_pu("handoff", "futex+early+none", "futex-park")));
    assert_readme_has(words_format("%.0f context switches per value instead of %.0f",
                                   cell_on_one_pu("handoff", "futex+early+none")->switches,
                                   cell_on_one_pu("handoff", "futex-park")->switches));
    assert_readme_has(ratio_words(ratio_on_one_pu("park-wake", "futex+early+none", "futex-park")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_goroutines_against_threads),
        cmocka_unit_test(test_a_yield_before_the_sleep),
        cmocka_unit_test(test_other_locks_where_somebody_sleeps),
        cmocka_unit_test(test_waking_under_the_lock),
    };
    return cmocka_run_group_tests(tests, read_reference, forget_reference);
}
