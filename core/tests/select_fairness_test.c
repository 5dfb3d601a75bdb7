/* Fairness: a select chooses every ready case with the same probability, for every variant.
 *
 * The random numbers are always the same: they are seeded by the G's id, which is 1 here, and each
 * test follows the same ones. If they were not, the bounds would give a false alarm once in a
 * million. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/selector.h"

/* Counts how often each of `ready` cases was chosen, out of `cases` (the others are never
 * ready). */
static void count_chosen(const struct hchan_variant *v, unsigned cases, unsigned ready,
                         unsigned trials, unsigned chosen[])
{
    struct scase cas[16];
    long got;
    memset(chosen, 0, cases * sizeof(chosen[0]));
    for (unsigned i = 0; i < cases; i++)
        cas[i] = (struct scase)RECV(make(v, sizeof(long), 1), &got);
    for (unsigned i = 0; i < ready; i++)
        chansend1(cas[i].c, &(long){i});
    for (unsigned t = 0; t < trials; t++) {
        int i = selectgo(cas, cases, true, NULL);
        assert_true(i >= 0 && i < (int)ready && got == i);
        chosen[i]++;
        chansend1(cas[i].c, &got);
    }
    for (unsigned i = 0; i < cases; i++)
        chanfree(cas[i].c);
}

/* Go's own bound (TestSelectFairness): a fair coin's share of n trials has a standard deviation of
 * 1 / (2 sqrt n), and a normal variable is further than 4.891638 of these from its mean, in either
 * direction, once in a million. For n = 10,000: 0.0245. */
static void test_of_two_ready_cases_each_is_chosen_half_the_time(void **state)
{
    enum { TRIALS = 10000 };
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        unsigned chosen[2];
        count_chosen(v, 2, 2, TRIALS, chosen);
        double off = (double)chosen[0] / TRIALS - 0.5;
        if (off > 0.0245 || off < -0.0245)
            fail_msg("%s: the first of two cases was chosen %u times of %d", hchan_variant_name(v),
                     chosen[0], TRIALS);
    }
}

/* Pearson's statistic of k equal cases has the chi-square distribution with k - 1 degrees of
 * freedom; the quantiles below are for 1 - 1e-6 (GSL's gsl_cdf_chisq_Qinv). */
static double chi_square(const unsigned chosen[], unsigned cases, unsigned trials)
{
    double wanted = (double)trials / cases, sum = 0;
    for (unsigned i = 0; i < cases; i++)
        sum += (chosen[i] - wanted) * (chosen[i] - wanted) / wanted;
    return sum;
}

static void test_of_many_ready_cases_each_has_the_same_chance(void **state)
{
    enum { TRIALS = 10000 };
    static const struct {
        unsigned cases, ready;
        double quantile;
    } rows[] = {{3, 3, 27.631}, {10, 10, 44.811}, {10, 3, 27.631}, {16, 2, 23.928}};
    (void)state;
    FOR_EACH_VARIANT(v)
    for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
        unsigned chosen[16];
        count_chosen(v, rows[r].cases, rows[r].ready, TRIALS, chosen);
        double chi2 = chi_square(chosen, rows[r].ready, TRIALS);
        if (chi2 > rows[r].quantile)
            fail_msg("%s: chi-square %.1f of %u ready cases of %u, above %.1f",
                     hchan_variant_name(v), chi2, rows[r].ready, rows[r].cases, rows[r].quantile);
    }
}

/* Two cases on one ready channel have two chances. */
static void test_a_channel_that_repeats_has_a_chance_for_each_case(void **state)
{
    enum { TRIALS = 10000 };
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        unsigned chosen[3] = {0};
        hchan *a = make(v, 0, 1), *b = make(v, 0, 1);
        const struct scase cases[] = {RECV(a, NULL), RECV(b, NULL), RECV(a, NULL)};
        chansend1(a, NULL);
        chansend1(b, NULL);
        for (unsigned t = 0; t < TRIALS; t++) {
            int i = selectgo(cases, 3, true, NULL);
            chosen[i]++;
            chansend1(cases[i].c, NULL);
        }
        assert_true(chi_square(chosen, 3, TRIALS) < 27.631);
        chanfree(a);
        chanfree(b);
    }
}

/* How often each of two cases of one channel woke a parked select. */
enum { PARKED_TRIALS = 400 };

struct parked_twice {
    hchan *c;
    unsigned chosen[2];
};

static void *select_twice(void *arg)
{
    struct parked_twice *p = arg;
    const struct scase cases[] = {RECV(p->c, NULL), RECV(p->c, NULL)};
    for (unsigned t = 0; t < PARKED_TRIALS; t++)
        p->chosen[selectgo(cases, 2, true, NULL)]++;
    return NULL;
}

/* The sudogs of one channel are queued in random order: otherwise the same case would always be
 * woken. The bound as above, for n = 400: 0.1223. The other thread's numbers are always the same,
 * too: its G is the second, and lives on. */
static void test_a_parked_channel_that_repeats_has_a_chance_for_each_case(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        struct parked_twice p = {.c = make(v, 0, 0)};
        pthread_t thread;
        assert_int_equal(pthread_create(&thread, NULL, select_twice, &p), 0);
        for (unsigned t = 0; t < PARKED_TRIALS; t++) {
            until_receivers(p.c, 2);
            chansend1(p.c, NULL);
        }
        pthread_join(thread, NULL);
        double off = (double)p.chosen[0] / PARKED_TRIALS - 0.5;
        if (off > 0.1223 || off < -0.1223)
            fail_msg("%s: the first of two cases was woken %u times of %d", hchan_variant_name(v),
                     p.chosen[0], PARKED_TRIALS);
        chanfree(p.c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_of_two_ready_cases_each_is_chosen_half_the_time),
        cmocka_unit_test(test_of_many_ready_cases_each_has_the_same_chance),
        cmocka_unit_test(test_a_channel_that_repeats_has_a_chance_for_each_case),
        cmocka_unit_test(test_a_parked_channel_that_repeats_has_a_chance_for_each_case),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
