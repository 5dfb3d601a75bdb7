/* Storms over every variant: nothing lost, nothing twice, each sender's order kept, no thread left
 * asleep, and every thread progresses with four times as many threads as two PUs. */
/* SPDX-License-Identifier: MIT */
#include "core/chan/layout.h"
#include "core/tests/stress.h"

enum { MS = SANITIZED ? 4 : 8 }; /* each operation costs more, but it is the schedules that count */

static const size_t capacities[] = {0, 1, 3, 128};
static const size_t sizes[] = {0, 1, 8, 64, 4096};
static const unsigned splits[][2] = {{4, 4}, {7, 1}, {1, 7}};

static void test_blocking_storms(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        uint64_t done = 0;
        for (size_t c = 0; c < sizeof(capacities) / sizeof(capacities[0]); c++)
            for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
                /* A storm then takes a second, and the size does not matter to the lock. */
                if ((v->lock_traits & LOCK_CONVOYS) && sizes[s] != 8)
                    continue;
                storm(&(struct stress){.variant = v,
                                       .elemsize = sizes[s],
                                       .capacity = capacities[c],
                                       .senders = 4,
                                       .receivers = 4,
                                       .ms = MS,
                                       .least = 1,
                                       .ops = &stress_plain},
                      &done);
            }
        print_message("%-18s %s: %llu values\n", hchan_variant_name(v),
                      v == hchan_traced(v) ? "traced" : "measured", (unsigned long long)done);
    }
}

static void test_storms_of_blocking_and_nonblocking_operations(void **state)
{
    (void)state;
    uint64_t done = 0;
    FOR_EACH_VARIANT(v)
    for (size_t c = 0; c < sizeof(capacities) / sizeof(capacities[0]); c++)
        for (size_t k = 0; k < sizeof(splits) / sizeof(splits[0]); k++)
            storm(&(struct stress){.variant = v,
                                   .elemsize = 8,
                                   .capacity = capacities[c],
                                   .senders = splits[k][0],
                                   .receivers = splits[k][1],
                                   .mixed = true,
                                   .ms = MS,
                                   .least = 1,
                                   .ops = &stress_plain},
                  &done);
}

/* The accounting holds in a storm: every operation took one path. */
static void test_outcomes_of_a_storm_add_up_to_its_operations(void **state)
{
    (void)state;
    FOR_EACH_TRACED(v)
    {
        uint64_t before[HCHAN_OUTCOMES], after[HCHAN_OUTCOMES], done = 0;
        hchan_outcomes_read(before);
        storm(&(struct stress){.variant = v,
                               .elemsize = 8,
                               .capacity = 3,
                               .senders = 4,
                               .receivers = 4,
                               .ms = MS,
                               .least = 1,
                               .ops = &stress_plain},
              &done);
        hchan_outcomes_read(after);
        for (unsigned i = 0; i < HCHAN_OUTCOMES; i++)
            after[i] -= before[i];
        assert_int_equal(hchan_outcomes_sum(after, "send_"), done);
        /* Each receiver ends with one receive that close ends: a parked one, or one on the closed
         * channel. */
        assert_int_equal(hchan_outcomes_sum(after, "recv_"), done + 4);
        assert_int_equal(after[HCHAN_WAKE_BY_PEER] + after[HCHAN_WAKE_BY_CLOSE],
                         after[HCHAN_SEND_PARK] + after[HCHAN_RECV_PARK]);
        assert_int_equal(after[HCHAN_WAKE_BY_CLOSE] + after[HCHAN_RECV_CLOSED], 4);
    }
}

/* Broken channels: the judge must reject them. Every hundredth value goes wrong, so no luck is
 * needed. */
static _Atomic uint32_t turns;

static bool hundredth(void)
{
    return fadd_rlx(&turns, 1) % 100 == 99; /* a count */
}

static int losing_send(hchan *const *c, const void *elem, bool block)
{
    return hundredth() ? 0 : stress_plain_send(c, elem, block);
}

static int doubling_send(hchan *const *c, const void *elem, bool block)
{
    if (hundredth())
        chansend1(c[0], elem);
    return stress_plain_send(c, elem, block);
}

/* Holds a sender's value back and sends it after the next one. */
static int reordering_send(hchan *const *c, const void *elem, bool block)
{
    static _Thread_local struct stress_value kept;
    static _Thread_local bool keeping;
    if (!keeping && hundredth()) {
        memcpy(&kept, elem, sizeof(kept));
        keeping = true;
        return 0;
    }
    stress_plain_send(c, elem, block);
    if (keeping)
        chansend1(c[0], &kept);
    keeping = false;
    return 0;
}

static int tearing_recv(hchan *const *c, void *elem, bool block, bool *received)
{
    int channel = stress_plain_recv(c, elem, block, received);
    if (channel == 0 && *received && hundredth())
        ((unsigned char *)elem)[sizeof(struct stress_value)] ^= 1;
    return channel;
}

static void test_the_judge_catches_broken_channels(void **state)
{
    static const struct {
        struct stress_ops ops;
        size_t elemsize;
        const char *says;
    } broken[] = {
        {{losing_send, stress_plain_recv}, 8, "lost"},
        {{losing_send, stress_plain_recv}, 0, "lost"},
        {{doubling_send, stress_plain_recv}, 8, "twice"},
        {{doubling_send, stress_plain_recv}, 1, "twice"},
        {{reordering_send, stress_plain_recv}, 8, "order"},
        {{stress_plain_send, tearing_recv}, 64, "torn"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        uint64_t done = 0;
        const char *wrong = stress_run(&(struct stress){.variant = hchan_variant_find("futex-park"),
                                                        .elemsize = broken[i].elemsize,
                                                        .capacity = 128,
                                                        .senders = 1,
                                                        .receivers = 1,
                                                        .least = 1000,
                                                        .ops = &broken[i].ops},
                                       &done);
        if (!wrong || !strstr(wrong, broken[i].says))
            fail_msg("broken channel %zu: wanted '%s', the judge said '%s'", i, broken[i].says,
                     wrong ? wrong : "nothing");
    }
}

static unsigned count_cpus(void)
{
    cpu_set_t allowed[STRESS_CPU_SETS] = {0};
    if (sched_getaffinity(0, sizeof(allowed), allowed))
        return UINT32_MAX;
    return (unsigned)CPU_COUNT_S(sizeof(allowed), allowed);
}

static _Atomic uint32_t most_cpus;

static int looking_send(hchan *const *c, const void *elem, bool block)
{
    uint32_t cpus = count_cpus();
    if (cpus > load_rlx(&most_cpus)) /* senders that race store the same */
        store_rlx(&most_cpus, cpus);
    return stress_plain_send(c, elem, block);
}

/* With `limit` as the number of CPUs of a storm, if the machine has as many. */
static void check_cpus(unsigned given, unsigned limit)
{
    const struct stress_ops ops = {looking_send, stress_plain_recv};
    unsigned before = count_cpus();
    uint64_t done = 0;
    store_rlx(&most_cpus, 0); /* before the threads are made */
    storm(&(struct stress){.variant = hchan_variant_find("futex-park"),
                           .elemsize = 8,
                           .senders = 2,
                           .receivers = 2,
                           .least = 10,
                           .cpus = given,
                           .ops = &ops},
          &done);
    assert_int_equal(load_rlx(&most_cpus), before < limit ? before : limit);
    assert_int_equal(count_cpus(), before);
}

static void test_a_storm_keeps_to_its_cpus_and_gives_them_back(void **state)
{
    (void)state;
    check_cpus(1, 1);
    check_cpus(0, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocking_storms),
        cmocka_unit_test(test_storms_of_blocking_and_nonblocking_operations),
        cmocka_unit_test(test_outcomes_of_a_storm_add_up_to_its_operations),
        cmocka_unit_test(test_the_judge_catches_broken_channels),
        cmocka_unit_test(test_a_storm_keeps_to_its_cpus_and_gives_them_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
