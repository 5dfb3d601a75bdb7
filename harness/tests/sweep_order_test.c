/* The order of a round follows from the seed and the round, and from nothing else. */
/* SPDX-License-Identifier: MIT */
#include "harness/sweep/order.h"
#include "scripts/test.h"
#include <string.h>

enum { CELLS = 12, BLOCKS = 4, ROUNDS = 20 };

static size_t block_of[CELLS] = {0, 0, 0, 1, 2, 2, 2, 2, 3, 3, 3, 3};
static const struct plan plan = {.block = block_of, .count = CELLS, .blocks = BLOCKS};

/* The cells in the order in which a round runs them. */
static void order_of(struct order *order, uint64_t seed, uint32_t round, size_t cells[CELLS])
{
    size_t at = 0;
    assert_int_equal(order_shuffle(order, &plan, seed, round), 0);
    for (size_t b = 0; b < BLOCKS; b++)
        for (size_t i = 0; i < order->blocks[b].count; i++)
            cells[at++] = order->cells[order->blocks[b].first + i];
    assert_int_equal(at, CELLS);
}

static void test_a_round_has_every_cell_once_and_its_blocks_whole(void **state)
{
    (void)state;
    struct order order;
    size_t cells[CELLS];
    assert_int_equal(order_make(&order, &plan), 0);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        unsigned seen = 0, changes = 0;
        order_of(&order, 7, round, cells);
        for (size_t i = 0; i < CELLS; i++) {
            seen |= 1u << cells[i];
            changes += i > 0 && block_of[cells[i]] != block_of[cells[i - 1]];
        }
        assert_int_equal(seen, (1u << CELLS) - 1);
        assert_int_equal(changes, BLOCKS - 1);
    }
    order_free(&order);
}

/* Whichever rounds were shuffled before. */
static void test_a_round_alone_has_the_order_that_it_has_after_others(void **state)
{
    (void)state;
    struct order order, alone;
    size_t cells[CELLS], again[CELLS];
    assert_int_equal(order_make(&order, &plan), 0);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        assert_int_equal(order_make(&alone, &plan), 0);
        order_of(&order, 7, round, cells);
        order_of(&alone, 7, round, again);
        assert_memory_equal(cells, again, sizeof(cells));
        order_free(&alone);
    }
    order_free(&order);
}

/* Of 20 rounds of 12 cells, two that are alike by chance are as good as impossible, and the seeds
 * are fixed. */
static void test_rounds_and_seeds_have_orders_of_their_own(void **state)
{
    (void)state;
    struct order order;
    size_t cells[3 * ROUNDS][CELLS];
    assert_int_equal(order_make(&order, &plan), 0);
    for (uint32_t i = 0; i < 3 * ROUNDS; i++)
        order_of(&order, 1 + i / ROUNDS, i % ROUNDS, cells[i]);
    for (size_t i = 0; i < 3 * ROUNDS; i++)
        for (size_t k = 0; k < i; k++)
            assert_memory_not_equal(cells[i], cells[k], sizeof(cells[i]));
    order_free(&order);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_round_has_every_cell_once_and_its_blocks_whole),
        cmocka_unit_test(test_a_round_alone_has_the_order_that_it_has_after_others),
        cmocka_unit_test(test_rounds_and_seeds_have_orders_of_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
