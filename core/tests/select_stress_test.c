/* Storms in which both sides switch between plain operations, selects over two channels, defaults,
 * deadlines and cancels: the same judge, for every variant. */
/* SPDX-License-Identifier: MIT */
#include "core/base/atomic.h"
#include "core/tests/select_stress.h"

enum { MS = SANITIZED ? 4 : 10 };

static struct stress plan_of(const struct hchan_variant *v, size_t capacity)
{
    return (struct stress){.variant = v,
                           .elemsize = 8,
                           .capacity = capacity,
                           .channels = 2,
                           .senders = 4,
                           .receivers = 4,
                           .ms = MS,
                           .least = 4,
                           .ops = &stress_selects};
}

static void test_storms_of_selects_deadlines_and_cancels(void **state)
{
    static const size_t capacities[] = {0, 1, 3, 128};
    static const unsigned splits[][2] = {{4, 4}, {7, 1}, {1, 7}};
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        uint64_t done = 0;
        cancel = make(v, 0, 2);
        for (size_t c = 0; c < sizeof(capacities) / sizeof(capacities[0]); c++)
            for (size_t k = 0; k < sizeof(splits) / sizeof(splits[0]); k++) {
                struct stress plan = plan_of(v, capacities[c]);
                plan.senders = splits[k][0];
                plan.receivers = splits[k][1];
                for (plain_side = SCASE_RECV; plain_side <= SCASE_SEND; plain_side++)
                    storm(&plan, &done);
            }
        assert_nobody_parked(cancel);
        chanfree(cancel);
        print_message("%-18s %s: %llu values\n", hchan_variant_name(v),
                      v == hchan_traced(v) ? "traced" : "measured", (unsigned long long)done);
    }
}

/* The accounting holds if operations are selects: each value was sent on one path and received on
 * one, and each select ended in one way. */

static _Atomic uint32_t selects, closes;

static int counted_send(hchan *const *c, const void *elem, bool block)
{
    const struct scase cases[] = {SEND(c[0], elem), SEND(c[1], elem)};
    uint32_t n = turn();
    fadd_rlx(&selects, 1); /* a count */
    return block ? selectgo_until(cases, 2, n % 2 ? soon(n) : HCHAN_FOREVER, NULL)
                 : selectgo(cases, 2, false, NULL);
}

static int counted_recv(hchan *const *c, void *elem, bool block, bool *received)
{
    const struct scase cases[] = {RECV(c[0], elem), RECV(c[1], elem)};
    uint32_t n = turn();
    fadd_rlx(&selects, 1); /* a count */
    int chosen = block ? selectgo_until(cases, 2, n % 2 ? soon(n) : HCHAN_FOREVER, received)
                       : selectgo(cases, 2, false, received);
    if (chosen >= 0 && !*received)
        fadd_rlx(&closes, 1); /* a count */
    return chosen;
}

static void test_outcomes_of_selects_add_up_to_what_was_called(void **state)
{
    static const struct stress_ops counted = {counted_send, counted_recv};
    (void)state;
    FOR_EACH_TRACED(v)
    for (size_t capacity = 0; capacity < 3; capacity++) {
        struct stress plan = plan_of(v, capacity);
        uint64_t before[HCHAN_OUTCOMES], n[HCHAN_OUTCOMES], done = 0;
        plan.ops = &counted;
        plan.mixed = true;
        store_rlx(&selects, 0); /* before the threads are made */
        store_rlx(&closes, 0);
        hchan_outcomes_read(before);
        storm(&plan, &done);
        hchan_outcomes_read(n);
        for (unsigned i = 0; i < HCHAN_OUTCOMES; i++)
            n[i] -= before[i];
        uint64_t sends = hchan_outcomes_sum(n, "send_"), recvs = hchan_outcomes_sum(n, "recv_");
        assert_int_equal(sends, done);
        assert_int_equal(recvs, done + load_rlx(&closes));
        assert_int_equal(hchan_outcomes_sum(n, "select_"), load_rlx(&selects));
        assert_int_equal(n[HCHAN_SELECT_READY] + n[HCHAN_SELECT_PARK], sends + recvs);
        assert_int_equal(n[HCHAN_SELECT_PARK], n[HCHAN_SEND_PARK] + n[HCHAN_RECV_PARK]);
        assert_int_equal(n[HCHAN_SELECT_PARK], n[HCHAN_WAKE_BY_PEER] + n[HCHAN_WAKE_BY_CLOSE]);
        assert_int_equal(n[HCHAN_RECV_CLOSED] + n[HCHAN_WAKE_BY_CLOSE], load_rlx(&closes));
        assert_int_equal(load_rlx(&closes), 2 * plan.receivers);
    }
}

/* Broken selects: the judge must reject them. Every hundredth goes wrong, so no luck is needed. */

static bool hundredth(void)
{
    static _Thread_local uint32_t turns;
    return turns++ % 100 == 99;
}

/* Two cases fire: the value is sent on both channels. */
static int twice_send(hchan *const *c, const void *elem, bool block)
{
    int chosen = select_send(c, elem, block);
    if (chosen >= 0 && hundredth())
        chansend1(c[1 - chosen], elem);
    return chosen;
}

/* The value was handed over, but the deadline is reported. */
static int late_send(hchan *const *c, const void *elem, bool block)
{
    int chosen = select_send(c, elem, block);
    return hundredth() ? -1 : chosen;
}

static int late_recv(hchan *const *c, void *elem, bool block, bool *received)
{
    int chosen = select_recv(c, elem, block, received);
    return *received && hundredth() ? -1 : chosen;
}

/* Timed out, but success is reported. */
static int hasty_send(hchan *const *c, const void *elem, bool block)
{
    int chosen = select_send(c, elem, block);
    return chosen < 0 && hundredth() ? 0 : chosen;
}

static void test_the_judge_catches_broken_selects(void **state)
{
    static const struct {
        struct stress_ops ops;
        const char *says;
    } broken[] = {
        {{twice_send, select_recv}, "twice"},
        {{late_send, select_recv}, "twice"},
        {{select_send, late_recv}, "lost"},
        {{hasty_send, select_recv}, "lost"},
    };
    (void)state;
    const struct hchan_variant *v = hchan_variant_find("futex-park");
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        struct stress plan = plan_of(v, 1);
        uint64_t done = 0;
        plan.ops = &broken[i].ops;
        plan.least = 3000;
        cancel = make(v, 0, 2);
        plain_side = SCASE_SEND;
        const char *wrong = stress_run(&plan, &done);
        chanfree(cancel);
        if (!wrong || !strstr(wrong, broken[i].says))
            fail_msg("broken select %zu: wanted '%s', the judge said '%s'", i, broken[i].says,
                     wrong ? wrong : "nothing");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_storms_of_selects_deadlines_and_cancels),
        cmocka_unit_test(test_outcomes_of_selects_add_up_to_what_was_called),
        cmocka_unit_test(test_the_judge_catches_broken_selects),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
