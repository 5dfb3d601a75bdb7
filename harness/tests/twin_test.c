/* The names of twins are read as they were written, and what is misspelt is no twin. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/twin.h"
#include "scripts/test.h"

static void expect(const char *name, const char *variant, unsigned number, unsigned waste)
{
    struct twin twin = twin_of(name);
    assert_string_equal(twin.variant, variant);
    assert_int_equal(twin.number, number);
    assert_int_equal(twin.waste, waste);
}

static void test_a_name_is_read_as_it_was_written(void **state)
{
    char name[LABEL_MAX];
    (void)state;
    expect("ticket", "ticket", 0, 0);
    for (unsigned i = 2; i <= TWINS_MAX; i++) {
        assert_true(twin_name("futex+go+check", i, 0, name));
        expect(name, "futex+go+check", i, 0);
    }
    for (unsigned waste = 1; waste <= TWIN_WASTE_MAX; waste++) {
        assert_true(twin_name("ticket", 0, waste, name));
        expect(name, "ticket", 0, waste);
    }
}

static void test_what_is_misspelt_is_no_twin(void **state)
{
    static const char *const names[] = {
        "ticket~",
        "ticket~1",
        "ticket~0",
        "ticket~17",
        "ticket~02",
        "ticket~-2",
        "ticket~2x",
        "ticket~waste",
        "ticket~waste0",
        "ticket~waste101",
        "ticket~waste05",
        "ticket~waste5%",
        "ticket~+2",
        "ticket~waste 5",
        "",
        "ticket~99999999999999999999999999",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        expect(names[i], names[i], 0, 0);
}

static void test_a_name_that_is_too_long_is_refused(void **state)
{
    char name[LABEL_MAX], longest[LABEL_MAX];
    (void)state;
    memset(longest, 'x', sizeof(longest) - 3);
    longest[sizeof(longest) - 3] = '\0';
    assert_true(twin_name(longest, 2, 0, name));
    assert_false(twin_name(longest, 10, 0, name));
    assert_false(twin_name(longest, 0, 5, name));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_name_is_read_as_it_was_written),
        cmocka_unit_test(test_what_is_misspelt_is_no_twin),
        cmocka_unit_test(test_a_name_that_is_too_long_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
