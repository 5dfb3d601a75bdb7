/* Channels are for several threads, and the C library's locks and atomic counts take a short cut in
 * a process that has only one. So an uncontended cell, too, is measured in a process that has a
 * second thread. */
/* SPDX-License-Identifier: MIT */
#include "harness/machine/topo.h"
#include "harness/run/bench.h"
#include "harness/scenarios/scenarios.h"
#include "scripts/test.h"
#include <dirent.h>
#include <string.h>

static unsigned least, looks; /* threads seen in a lead, and how often one looked */
static void (*real_lead)(struct worker *w, uint64_t ops);

static unsigned count_threads(void)
{
    unsigned count = 0;
    DIR *tasks = opendir("/proc/self/task");
    for (struct dirent *d; tasks && (d = readdir(tasks)) != NULL;)
        count += d->d_name[0] != '.';
    if (tasks)
        closedir(tasks);
    return count;
}

static void counting_lead(struct worker *w, uint64_t ops)
{
    unsigned before = count_threads();
    real_lead(w, ops);
    unsigned after = count_threads();
    least = before < least ? before : least;
    least = after < least ? after : least;
    looks++;
}

/* One measured window of a scenario whose only worker is the lead. */
static void look_into(const struct scenario *s, const struct hchan_variant *v, struct topo *topo)
{
    struct scenario counting = *s;
    struct window window;
    const unsigned *pus;
    char error[256] = "";
    topo_pus(topo, &pus);
    real_lead = s->lead;
    counting.lead = counting_lead;
    struct window_spec spec = {
        .scenario = &counting,
        .variant = v,
        .params = {.capacity = s->capacity.normal, .elem = s->elem.normal, .threads = 1},
        .topo = topo,
        .pu = {pus[0], pus[0]},
        .ops = 64,
        .warm = true,
    };
    least = UINT32_MAX;
    looks = 0;
    if (window_run(&spec, &window, error, sizeof(error)))
        fail_msg("%s: %s", s->name, error);
    assert_true(looks > 0);
    if (least < 2)
        fail_msg("%s: a window ran in a process of %u thread", s->name, least);
}

static unsigned look_into_all(const char *variant, struct topo *topo)
{
    unsigned count = 0;
    for (const struct scenario *const *s = scenario_all(variant); *s; s++)
        if ((*s)->lead && (*s)->threads.min == 1) {
            look_into(*s, variant[0] ? hchan_variant_find(variant) : NULL, topo);
            count++;
        }
    return count;
}

static void test_uncontended_windows_have_a_second_thread_beside_them(void **state)
{
    (void)state;
    struct topo *topo = topo_load(NULL);
    assert_non_null(topo);
    assert_int_equal(count_threads(), 1); /* nothing else here makes one */
    assert_true(look_into_all("", topo) >= 4);
    const struct hchan_variant *v = hchan_variant_next(NULL);
    for (; v; v = hchan_variant_next(v))
        assert_true(look_into_all(hchan_variant_name(v), topo) >= 4);
    topo_free(topo);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_uncontended_windows_have_a_second_thread_beside_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
