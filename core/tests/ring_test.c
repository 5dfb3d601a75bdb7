/* What is special about a ring: its laps, its limit, its freeze and thaw; and how long a thread
 * spins. The other tests show that it is a channel. */
/* SPDX-License-Identifier: MIT */
#include "core/chan/ring.h"
#include "core/chan/spin.h"
#include "core/tests/support.h"

#define FOR_EACH_RING(v) FOR_EACH_VARIANT(v) if (strcmp((v)->buffer_name, "ring") == 0)

static bool try_send(hchan *c, long value)
{
    return chansend(c, &value, false, NULL);
}

static bool try_recv(hchan *c, long *value)
{
    bool received;
    return chanrecv(c, value, false, &received) && received;
}

/* Given a ring of any capacity, when it is filled and drained from each of its positions, then it
 * takes as many values as it has slots, and returns them in order. */
static void test_a_ring_holds_its_capacity_lap_after_lap(void **state)
{
    (void)state;
    FOR_EACH_RING(v)
    for (size_t capacity = 1; capacity <= 9; capacity++) {
        hchan *c = make(v, sizeof(long), capacity);
        for (long lap = 0, sent = 0, value; lap < 3 * (long)capacity; lap++) {
            for (size_t i = 0; i < capacity; i++) {
                assert_int_equal(chanlen(c), i);
                assert_true(try_send(c, sent + (long)i));
            }
            assert_false(try_send(c, -1));
            for (size_t i = 0; i < capacity; i++, sent++) {
                assert_true(try_recv(c, &value));
                assert_int_equal(value, sent);
            }
            assert_false(try_recv(c, &value));
            assert_true(try_send(c, sent)); /* so that the next lap begins one position later */
            assert_true(try_recv(c, &value));
            assert_int_equal(value, sent++);
        }
        chanfree(c);
    }
}

/* Given a channel with more elements than a ring may have, then it has no ring, and works all the
 * same. */
static void test_a_large_buffer_is_no_ring(void **state)
{
    (void)state;
    FOR_EACH_RING(v)
    for (size_t more = 0; more <= 1; more++) {
        hchan *c = make(v, sizeof(long), RING_SLOTS_MAX + more);
        long value;
        assert_int_equal(ring_is(c), more == 0);
        for (long i = 0; i < RING_SLOTS_MAX + (long)more; i++)
            assert_true(try_send(c, i));
        assert_false(try_send(c, -1));
        for (long i = 0; i < RING_SLOTS_MAX + (long)more; i++) {
            assert_true(try_recv(c, &value));
            assert_int_equal(value, i);
        }
        assert_false(try_recv(c, &value));
        chanfree(c);
    }
}

static bool is_frozen(const hchan *c)
{
    uint64_t tail = load_rlx(&ring_of(c)->tail), head = load_rlx(&ring_of(c)->head); /* at rest */
    assert_int_equal(tail & RING_FROZEN, head & RING_FROZEN);
    return tail & RING_FROZEN;
}

/* Given a parked sender, then the ring is frozen, so that no operation overtakes it; and it thaws
 * when the last waiter has gone. */
static void test_a_ring_is_frozen_while_somebody_is_parked(void **state)
{
    (void)state;
    FOR_EACH_RING(v)
    {
        hchan *c = make(v, sizeof(long), 2);
        struct party p[2] = {{.value = 2}, {.value = 3}};
        long value;
        assert_false(is_frozen(c));
        assert_true(try_send(c, 0) && try_send(c, 1));
        for (size_t i = 0; i < 2; i++) {
            start_send(&p[i], c, p[i].value);
            until_senders(c, i + 1);
            assert_true(is_frozen(c));
        }
        for (long i = 0; i < 4; i++) {
            assert_true(try_recv(c, &value));
            assert_int_equal(value, i);
            assert_int_equal(is_frozen(c), i == 0);
            assert_int_equal(chanlen(c), i < 2 ? 2 : 3 - i);
        }
        for (size_t i = 0; i < 2; i++)
            end(&p[i]);
        chanfree(c);
    }
}

/* Given spins in vain, then more and more parks do not spin, up to a limit; a successful spin ends
 * that. */
static void test_spins_in_vain_get_seldom(void **state)
{
    struct g *gp = getg();
    struct spin s;
    (void)state;
    gp->spin_misses = gp->spin_skips = 0;
    gp->wake_ns = 1;
    for (unsigned miss = 1; miss <= SPIN_MISSES + 2; miss++) {
        spin_begin(gp, &s);
        assert_true(spin_on(&s)); /* at least one turn */
        while (spin_on(&s))
            continue;
        spin_end(gp, &s, false);
        unsigned skips = (1U << (miss < SPIN_MISSES ? miss : SPIN_MISSES)) - 1;
        for (unsigned i = 0; i < skips; i++) {
            spin_begin(gp, &s);
            assert_false(spin_on(&s));
            spin_end(gp, &s, i % 2); /* means nothing: it did not spin */
        }
    }
    spin_begin(gp, &s);
    assert_true(spin_on(&s));
    spin_end(gp, &s, true);
    spin_begin(gp, &s);
    assert_true(spin_on(&s));
    spin_end(gp, &s, false);
    assert_int_equal(gp->spin_misses, 1);
    gp->spin_misses = gp->spin_skips = 0;
}

/* Only a wake that was timed, and that took no longer than one that found a free PU, is learned. */
static void test_only_wakes_that_were_timed_are_learned(void **state)
{
    struct g *gp = getg();
    (void)state;
    gp->wake_ns = gp->woken_at = 0;
    spin_learn(gp, true); /* no waker saw that it slept */
    assert_int_equal(gp->wake_ns, 0);
    gp->woken_at = (uint32_t)nanotime() - 1000000000; /* a second ago */
    spin_learn(gp, true);
    assert_int_equal(gp->wake_ns, 0);
    spin_wakes(gp);
    spin_learn(gp, false); /* it was still awake */
    assert_int_equal(gp->wake_ns, 0);
    bool learned = false;
    for (int i = 0; i < 10000; i++) {
        spin_wakes(gp);
        spin_learn(gp, true);
        assert_int_equal(gp->woken_at, 0);
        learned = learned || gp->wake_ns > 0;
        assert_in_range(gp->wake_ns, 0, SPIN_NS_MAX);
    }
    assert_true(learned);
    gp->wake_ns = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_ring_holds_its_capacity_lap_after_lap),
        cmocka_unit_test(test_a_large_buffer_is_no_ring),
        cmocka_unit_test(test_a_ring_is_frozen_while_somebody_is_parked),
        cmocka_unit_test(test_spins_in_vain_get_seldom),
        cmocka_unit_test(test_only_wakes_that_were_timed_are_learned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
