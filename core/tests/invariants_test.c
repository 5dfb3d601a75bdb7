/* The invariants at the head of core/chan/layout.h: a traced instance names the one that is broken
 * before it releases the lock. (Every other test shows that they hold.) */
/* SPDX-License-Identifier: MIT */
#include "core/chan/ring.h"
#include "core/chan/waitq.h"
#include "core/tests/child.h"

static struct sudog nobody;

static void one_end(hchan *c)
{
    store_rlx(&c->recvq.first, &nobody); /* one thread */
}

static void sender_without_end(hchan *c)
{
    store_rlx(&c->sendq.first, &nobody); /* one thread */
}

static void receiver_before_value(hchan *c)
{
    chansend1(c, &(long){1});
    waitq_enqueue(&c->recvq, &nobody);
}

static void sender_before_slot(hchan *c)
{
    waitq_enqueue(&c->sendq, &nobody);
}

static void both_wait(hchan *c)
{
    static struct sudog somebody;
    waitq_enqueue(&c->sendq, &nobody);
    waitq_enqueue(&c->recvq, &somebody);
}

static void lost_index(hchan *c)
{
    if (!ring_is(c))
        c->sendx++;
}

static void too_many_values(hchan *c)
{
    if (ring_is(c))
        store_rlx(&ring_of(c)->tail, 3 * RING_POS); /* one thread */
    else
        store_rlx(&c->qcount, 3); /* one thread */
}

static void sender_after_close(hchan *c)
{
    for (long i = 0; i < 2; i++)
        chansend1(c, &i);
    waitq_enqueue(&c->sendq, &nobody);
    store_rlx(&c->closed, 1); /* one thread */
}

static void receiver_after_close(hchan *c)
{
    waitq_enqueue(&c->recvq, &nobody);
    store_rlx(&c->closed, 1); /* one thread */
}

struct breakage {
    const struct hchan_variant *variant;
    void (*breaks)(hchan *c);
};

static void break_a_channel(void *arg)
{
    const struct breakage *b = arg;
    hchan *c = makechan(b->variant, sizeof(long), 2);
    b->breaks(c);
    chan_parked_senders(c); /* locks and unlocks */
}

static void test_a_traced_channel_names_the_invariant_that_is_broken(void **state)
{
    static const struct {
        void (*breaks)(hchan *c);
        const char *says;
    } rows[] = {
        {one_end, "one end only"},
        {sender_without_end, "one end only"},
        {receiver_before_value, "a receiver waits before a value"},
        {sender_before_slot, "a sender waits before a free slot"},
        {both_wait, "senders and receivers wait on one buffer"},
        {lost_index, "sendx is not where the values end"},
        {too_many_values, "there are more values than slots"},
        {sender_after_close, "somebody waits on a closed channel"},
        {receiver_after_close, "somebody waits on a closed channel"},
    };
    (void)state;
    FOR_EACH_TRACED(v)
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].breaks == lost_index && strcmp(v->buffer_name, "ring") == 0)
            continue; /* a ring counts by its indexes */
        /* A woken G may be on its way there: nothing is broken. */
        bool waits =
            rows[i].breaks == receiver_before_value || rows[i].breaks == sender_before_slot;
        if (v->barges ? waits : rows[i].breaks == both_wait /* then it is the same as the former */)
            continue;
        char text[256];
        struct breakage b = {v, rows[i].breaks};
        assert_true(aborted(run_in_child(break_a_channel, &b, text, sizeof(text))));
        if (!strstr(text, rows[i].says))
            fail_msg("row %zu says '%s', wanted '%s'", i, text, rows[i].says);
    }
}

/* Walks a queue in both directions: its waiters must be those between first and last. */
static void assert_queue(const struct waitq *q, struct sudog *first, size_t count)
{
    const struct sudog *before = NULL, *sg = load_rlx(&q->first); /* one thread */
    for (size_t i = 0; i < count; i++, before = sg, sg = sg->next) {
        assert_ptr_equal(sg, &first[i]);
        assert_ptr_equal(sg->prev, before);
    }
    assert_null(sg);
    assert_ptr_equal(q->last, before);
}

static void test_a_queue_is_linked_both_ways(void **state)
{
    static struct waitq q;
    struct sudog sg[4] = {0};
    (void)state;
    for (size_t round = 0; round < 2; round++) { /* the second time with links left over */
        for (size_t i = 0; i < 4; i++) {
            waitq_enqueue(&q, &sg[i]);
            assert_queue(&q, sg, i + 1);
        }
        for (size_t i = 0; i < 4; i++) {
            assert_ptr_equal(waitq_dequeue(&q), &sg[i]);
            assert_queue(&q, &sg[i + 1], 3 - i);
        }
        assert_null(waitq_dequeue(&q));
        for (size_t i = 4; i-- > 0;) {
            waitq_enqueue_first(&q, &sg[i]);
            assert_queue(&q, &sg[i], 4 - i);
        }
        while (waitq_dequeue(&q))
            continue;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_traced_channel_names_the_invariant_that_is_broken),
        cmocka_unit_test(test_a_queue_is_linked_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
