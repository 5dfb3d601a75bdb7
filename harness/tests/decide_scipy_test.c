/* Signed ranks, adjusted p values and prediction intervals of random data against SciPy, and
 * against brute force in Python where SciPy has none (decide_scipy.py). Skipped where SciPy is
 * missing. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/multiple.h"
#include "harness/base/signed_rank.h"
#include "harness/decide/history.h"
#include "harness/tests/program.h"
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <jansson.h>
#include <math.h>

enum { CASES = 300, MOST = 60, SKIPPED = 77 };

/* The python that has SciPy, or NULL. */
static const char *python;

static const char *find_python(void)
{
    static const char *const names[] = {"python3", "/usr/bin/python3"};
    for (size_t i = 0; i < 2; i++) {
        char line[128];
        snprintf(line, sizeof(line), "%s -c 'import scipy.stats' >/dev/null 2>&1", names[i]);
        if (system(line) == 0)
            return names[i];
    }
    return NULL;
}

/* What the script answers to these questions, an array; the questions are released. */
static json_t *ask(json_t *questions)
{
    char folder[64], line[512], path[128], text[65536];
    make_folder(folder);
    snprintf(path, sizeof(path), "%s/asked", folder);
    FILE *f = fopen(path, "w");
    json_t *question, *answers = json_array();
    size_t i;
    assert_non_null(f);
    json_array_foreach(questions, i, question)
    {
        assert_int_equal(json_dumpf(question, f, JSON_REAL_PRECISION(17)), 0);
        fputc('\n', f);
    }
    fclose(f);
    snprintf(line, sizeof(line), "%s '%s/harness/tests/decide_scipy.py' <'%s'", python, SOURCE_DIR,
             path);
    f = popen(line, "r");
    assert_non_null(f);
    while (fgets(text, sizeof(text), f))
        json_array_append_new(answers, json_loads(text, 0, NULL));
    assert_int_equal(pclose(f), 0);
    assert_int_equal(json_array_size(answers), json_array_size(questions));
    json_decref(questions);
    remove_folder(folder);
    return answers;
}

static double number(const json_t *answer, const char *key)
{
    const json_t *value = json_object_get(answer, key);
    assert_non_null(value);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static json_t *array_of(const double *values, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, json_real(values[i]));
    return array;
}

static double d[CASES][MOST];
static size_t counts[CASES];
static const double levels[] = {0.05, 0.1, 0.0221, 0.019, 0.01, 0.5};

static double level_of(size_t i)
{
    return levels[i % (sizeof(levels) / sizeof(levels[0]))];
}

/* A third with ties and zeros, a third with outliers, and each number from 1 to MOST of them. */
static void make_differences(gsl_rng *rng)
{
    for (size_t i = 0; i < CASES; i++) {
        counts[i] = 1 + i % MOST;
        double middle = gsl_ran_gaussian(rng, 0.05);
        for (size_t k = 0; k < counts[i]; k++) {
            double x = middle + gsl_ran_gaussian(rng, 0.05);
            if (i % 3 == 1)
                x = round(x * 32) / 32;
            if (i % 3 == 2 && gsl_rng_uniform(rng) < 0.1)
                x *= 50;
            d[i][k] = x;
        }
    }
}

static void test_signed_ranks_are_scipys(void **state)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    json_t *asked = json_array();
    unsigned without = 0;
    (void)state;
    make_differences(rng);
    gsl_rng_free(rng);
    for (size_t i = 0; i < CASES; i++)
        json_array_append_new(asked, json_pack("{s:o s:f}", "differences",
                                               array_of(d[i], counts[i]), "level", level_of(i)));
    json_t *answers = ask(asked);
    for (size_t i = 0; i < CASES; i++) {
        const json_t *right = json_array_get(answers, i);
        struct signed_rank s;
        struct signed_rank_interval in;
        size_t cut;
        assert_int_equal(signed_rank_make(&s, d[i], counts[i]), 0);
        bool found = signed_rank_cut(&s, level_of(i), &cut);
        assert_int_equal(found ? (int)cut : -1, number(right, "cut"));
        assert_float_equal(signed_rank_estimate(&s), number(right, "estimate"), 1e-14);
        double p = number(right, "p");
        assert_float_equal(signed_rank_p(&s), p, 1e-12 * p);
        if (signed_rank_interval(&s, level_of(i), &in)) {
            assert_float_equal(in.low, number(right, "low"), 1e-14);
            assert_float_equal(in.high, number(right, "high"), 1e-14);
        } else {
            without++;
            assert_true(isnan(number(right, "low")));
        }
        signed_rank_free(&s);
    }
    assert_true(without > 10 && without < CASES / 4);
    json_decref(answers);
}

static void test_adjusted_p_values_are_brute_force(void **state)
{
    enum { TABLES = 60 };
    static double p[TABLES][MOST];
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    json_t *asked = json_array();
    (void)state;
    for (size_t i = 0; i < TABLES; i++) {
        for (size_t k = 0; k <= i % MOST; k++) {
            p[i][k] = pow(gsl_rng_uniform(rng), 1 + (double)(i % 4));
            p[i][k] = i % 3 ? p[i][k] : ceil(p[i][k] * 8) / 8;
        }
        json_array_append_new(asked, json_pack("{s:o}", "p", array_of(p[i], 1 + i % MOST)));
    }
    gsl_rng_free(rng);
    json_t *answers = ask(asked);
    for (size_t i = 0; i < TABLES; i++) {
        double q[MOST], holm[MOST];
        const json_t *right = json_array_get(answers, i);
        assert_int_equal(multiple_bh(p[i], 1 + i % MOST, q), 0);
        assert_int_equal(multiple_holm(p[i], 1 + i % MOST, holm), 0);
        for (size_t k = 0; k <= i % MOST; k++) {
            const json_t *qs = json_object_get(right, "q"), *hs = json_object_get(right, "holm");
            assert_float_equal(q[k], json_number_value(json_array_get(qs, k)), 1e-14);
            assert_float_equal(holm[k], json_number_value(json_array_get(hs, k)), 1e-14);
        }
    }
    json_decref(answers);
}

static void test_prediction_intervals_use_scipys_quantiles(void **state)
{
    json_t *asked = json_array();
    double past[HISTORY_MOST];
    (void)state;
    for (size_t k = HISTORY_LEAST; k <= HISTORY_MOST; k++)
        json_array_append_new(asked,
                              json_pack("{s:f s:i}", "chance", 0.975, "degrees", (int)k - 1));
    json_t *answers = ask(asked);
    for (size_t k = HISTORY_LEAST; k <= HISTORY_MOST; k++) {
        struct prediction out;
        const json_t *right = json_array_get(answers, k - HISTORY_LEAST);
        double squares = 0, mean = ((double)k - 1) / 2;
        for (size_t i = 0; i < k; i++) {
            past[i] = (double)i;
            squares += ((double)i - mean) * ((double)i - mean);
        }
        double reach =
            number(right, "quantile") * sqrt(squares / ((double)k - 1)) * sqrt(1 + 1 / (double)k);
        assert_int_equal(history_predict(past, k, mean, &out), 0);
        assert_float_equal(out.high - mean, reach, 1e-9);
        assert_float_equal(mean - out.low, reach, 1e-9);
    }
    json_decref(answers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signed_ranks_are_scipys),
        cmocka_unit_test(test_adjusted_p_values_are_brute_force),
        cmocka_unit_test(test_prediction_intervals_use_scipys_quantiles),
    };
    python = find_python();
    if (!python) {
        printf("skipped: no SciPy: run scripts/setup --tests\n");
        return SKIPPED;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
