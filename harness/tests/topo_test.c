/* Topologies that are not at hand: how PUs are related, and which may be used. */
/* SPDX-License-Identifier: MIT */
#include "harness/machine/topo.h"
#include "scripts/test.h"
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

struct expect {
    unsigned a, b;
    enum relation relation;
};

static void check(const char *synthetic, size_t pus, const struct expect *expect, size_t count)
{
    struct topo *t = topo_load(synthetic);
    const unsigned *list;
    assert_non_null(t);
    assert_int_equal(topo_pus(t, &list), pus);
    for (size_t i = 1; i < pus; i++)
        assert_true(list[i - 1] < list[i]);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(topo_relation(t, expect[i].a, expect[i].b), expect[i].relation);
        assert_int_equal(topo_relation(t, expect[i].b, expect[i].a), expect[i].relation);
    }
    topo_free(t);
}

static void test_relations_name_the_nearest_thing_shared(void **state)
{
    (void)state;
    /* Two packages of two L3s of two L2s of two cores of two threads: 32 PUs in order. */
    const struct expect big[] = {
        {0, 0, RELATION_SAME_PU}, {0, 1, RELATION_SMT},       {0, 2, RELATION_L2},
        {0, 4, RELATION_L3},      {0, 8, RELATION_PACKAGE},   {0, 16, RELATION_MACHINE},
        {7, 8, RELATION_PACKAGE}, {15, 16, RELATION_MACHINE},
    };
    check("pack:2 l3:2 l2:2 core:2 pu:2", 32, big, sizeof(big) / sizeof(big[0]));
    const struct expect small[] = {{0, 1, RELATION_L3}};
    check("pack:1 l3:1 l2:2 core:1 pu:1", 2, small, 1);
    const struct expect no_l3[] = {{0, 1, RELATION_PACKAGE}};
    check("pack:1 l2:2 core:1 pu:1", 2, no_l3, 1);
    const struct expect smt_only[] = {{0, 1, RELATION_SMT}, {0, 2, RELATION_L3}};
    check("pack:1 l3:1 l2:4 core:1 pu:2", 8, smt_only, 2);
    /* Firmware often numbers the siblings last: PUs 0 to 3 first, then their siblings. */
    const struct expect siblings_last[] = {{0, 4, RELATION_SMT}, {0, 1, RELATION_L3}};
    check("pack:1 l3:1 l2:4 core:1 pu:2(indexes=0,4,1,5,2,6,3,7)", 8, siblings_last, 2);
}

static void test_a_single_pu_is_related_to_itself_only(void **state)
{
    (void)state;
    const struct expect itself[] = {{0, 0, RELATION_SAME_PU}};
    check("pack:1 l3:1 l2:1 core:1 pu:1", 1, itself, 1);
    struct topo *t = topo_load("pack:1 l3:1 l2:1 core:1 pu:1");
    unsigned a = 9, b = 9;
    assert_true(topo_pair(t, RELATION_SAME_PU, &a, &b));
    assert_int_equal(a, 0);
    assert_int_equal(b, 0);
    for (enum relation r = RELATION_SMT; r < RELATION_COUNT; r++)
        assert_false(topo_pair(t, r, &a, &b));
    char *text = topo_describe(t);
    assert_string_equal(text, "1 package, 1 L3, 1 L2, 1 core, 1 PU");
    free(text);
    topo_free(t);
}

static void test_pairs_are_found_or_said_to_be_absent(void **state)
{
    (void)state;
    struct topo *t = topo_load("pack:2 l3:1 l2:2 core:1 pu:2");
    unsigned a, b;
    assert_non_null(t);
    for (enum relation r = 0; r < RELATION_COUNT; r++) {
        bool wanted = r != RELATION_L2 && r != RELATION_PACKAGE;
        assert_int_equal(topo_pair(t, r, &a, &b), wanted);
        if (wanted)
            assert_int_equal(topo_relation(t, a, b), r);
    }
    topo_free(t);
}

static void test_a_place_is_two_pus_or_a_reason(void **state)
{
    (void)state;
    struct topo *t = topo_load("pack:2 l3:1 l2:2 core:1 pu:2");
    unsigned pu[2];
    char reason[64] = "";
    assert_true(topo_place_pus(t, "l3", pu, reason, sizeof(reason)));
    assert_int_equal(topo_relation(t, pu[0], pu[1]), RELATION_L3);
    assert_true(topo_place_pus(t, "", pu, reason, sizeof(reason)));
    assert_int_equal(pu[0], pu[1]);
    assert_string_equal(reason, "");
    assert_false(topo_place_pus(t, "package", pu, reason, sizeof(reason)));
    assert_string_equal(reason, "no two allowed PUs are related as package");
    assert_false(topo_place_pus(t, "nowhere", pu, reason, sizeof(reason)));
    topo_free(t);
}

static void test_names_go_there_and_back(void **state)
{
    (void)state;
    enum relation back;
    for (enum relation r = 0; r < RELATION_COUNT; r++) {
        assert_true(relation_parse(relation_name(r), &back));
        assert_int_equal(back, r);
    }
    assert_false(relation_parse("nowhere", &back));
    assert_false(relation_parse("", &back));
}

static void *bind_everywhere(void *arg)
{
    struct topo *t = arg;
    const unsigned *pus;
    size_t count = topo_pus(t, &pus);
    for (size_t i = 0; i < count; i++)
        if (topo_bind(t, pus[i]) || sched_getcpu() != (int)pus[i])
            return "a thread is not where it was bound";
    if (topo_bind(t, 100000) != -EINVAL)
        return "a PU outside the allowed set was accepted";
    return NULL;
}

static void test_a_bound_thread_runs_there(void **state)
{
    (void)state;
    struct topo *t = topo_load(NULL);
    pthread_t thread;
    void *wrong;
    assert_non_null(t);
    assert_int_equal(pthread_create(&thread, NULL, bind_everywhere, t), 0);
    pthread_join(thread, &wrong);
    if (wrong)
        fail_msg("%s", (char *)wrong);
    topo_free(t);
}

/* As under taskset: what the process may not use is not there, and is no place to bind to. */
static const char *narrowed(unsigned allowed, unsigned other)
{
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(allowed, &one);
    if (sched_setaffinity(0, sizeof(one), &one))
        return "the affinity could not be set";
    struct topo *t = topo_load(NULL);
    const unsigned *pus;
    const char *wrong = NULL;
    if (!t || topo_pus(t, &pus) != 1 || pus[0] != allowed)
        wrong = "the topology is not narrowed to the affinity";
    else if (other != allowed && topo_bind(t, other) != -EINVAL)
        wrong = "a PU that exists but is not allowed was accepted";
    else if (topo_bind(t, allowed))
        wrong = "the only allowed PU was refused";
    topo_free(t);
    return wrong;
}

static void test_the_affinity_narrows_what_is_allowed(void **state)
{
    (void)state;
    struct topo *t = topo_load(NULL);
    const unsigned *pus;
    size_t count = topo_pus(t, &pus);
    cpu_set_t before;
    assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
    const char *wrong = narrowed(pus[count - 1], pus[0]);
    assert_int_equal(sched_setaffinity(0, sizeof(before), &before), 0);
    if (wrong)
        fail_msg("%s", wrong);
    topo_free(t);
}

static void test_a_synthetic_machine_binds_nobody(void **state)
{
    (void)state;
    struct topo *t = topo_load("core:2 pu:1");
    assert_int_equal(topo_bind(t, 0), -EINVAL);
    topo_free(t);
    assert_null(topo_load("not a topology"));
}

static void test_the_topology_is_kept_as_xml_and_told_in_words(void **state)
{
    (void)state;
    struct topo *t = topo_load("pack:2 l3:1 l2:2 core:1 pu:1");
    char *xml = topo_xml(t), *text = topo_describe(t);
    assert_non_null(strstr(xml, "<topology"));
    assert_non_null(strstr(text, "2 package, 2 L3, 4 L2, 4 core, 4 PU"));
    assert_non_null(strstr(text, "PU 0 and 1: l3"));
    assert_non_null(strstr(text, "PU 0 and 2: machine"));
    assert_non_null(strstr(text, "PU 2 and 3: l3"));
    struct topo *kept = topo_load_xml(xml);
    assert_non_null(kept);
    char *same = topo_describe(kept);
    assert_string_equal(same, text);
    assert_int_equal(topo_bind(kept, 0), -EINVAL); /* another machine's, as far as we know */
    topo_free(kept);
    assert_null(topo_load_xml("<topology/>"));
    free(same);
    free(xml);
    free(text);
    topo_free(t);
    t = topo_load("pack:2 l3:2 l2:2 core:1 pu:2");
    text = topo_describe(t);
    assert_string_equal(text, "2 package, 4 L3, 8 L2, 8 core, 16 PU; PU 0 and 1: smt, "
                              "PU 0 and 2: l3, PU 0 and 4: package, PU 0 and 8: machine");
    free(text);
    topo_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_relations_name_the_nearest_thing_shared),
        cmocka_unit_test(test_a_single_pu_is_related_to_itself_only),
        cmocka_unit_test(test_pairs_are_found_or_said_to_be_absent),
        cmocka_unit_test(test_a_place_is_two_pus_or_a_reason),
        cmocka_unit_test(test_names_go_there_and_back),
        cmocka_unit_test(test_a_bound_thread_runs_there),
        cmocka_unit_test(test_the_affinity_narrows_what_is_allowed),
        cmocka_unit_test(test_a_synthetic_machine_binds_nobody),
        cmocka_unit_test(test_the_topology_is_kept_as_xml_and_told_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
