/* Goroutines that get a copy of their argument, and those with stacks of their own sizes: the copy
 * is right and stays, each stack has its size and its guard, and stacks are used again. */
/* SPDX-License-Identifier: MIT */
#include "core/sched/stack.h"
#include "core/tests/child.h"
#include "core/tests/goroutines.h"
#include <errno.h>
#include <stdalign.h>
#include <stddef.h>

static _Atomic uint32_t right;

/* An argument of any size: its length, and bytes that follow from it. */
struct piece {
    uint32_t size;
    unsigned char bytes[];
};

static unsigned char byte_of(uint32_t size, uint32_t at)
{
    return (unsigned char)(size * 31 + at * 7 + 1);
}

static void fill(struct piece *p, uint32_t size)
{
    p->size = size;
    for (uint32_t i = 0; i < size - sizeof(*p); i++)
        p->bytes[i] = byte_of(size, i);
}

static void check_piece(void *arg)
{
    const struct piece *p = arg;
    bool fine = (uintptr_t)p % alignof(max_align_t) == 0;
    for (int turn = 0; turn < 2; turn++) {
        for (uint32_t i = 0; i < p->size - sizeof(*p); i++)
            fine = fine && p->bytes[i] == byte_of(p->size, i);
        gosched(); /* others run on their stacks meanwhile */
    }
    fadd_rlx(&right, fine); /* a count; schedwait() orders it */
}

static void test_a_copy_is_the_goroutines_own(void **state)
{
    enum { MOST = SCHED_STACK_DEFAULT / HCHAN_COPY_SHARE };
    static const uint32_t sizes[] = {4, 5, 8, 15, 16, 17, 64, 1000, 4096, MOST};
    enum { SIZES = sizeof(sizes) / sizeof(sizes[0]), TIMES = 20 };
    static union {
        struct piece piece;
        unsigned char room[MOST];
    } mine;
    (void)state;
    FOR_EACH_PROCS(procs)
    {
        store_rlx(&right, 0); /* nobody reads it yet */
        start_procs(procs);
        for (unsigned i = 0; i < TIMES * SIZES; i++) {
            fill(&mine.piece, sizes[i % SIZES]);
            assert_int_equal(hchan_newproc_copy(check_piece, &mine, sizes[i % SIZES]), 0);
            memset(&mine, 0, sizeof(mine));
        }
        schedstop();
        assert_int_equal(load_rlx(&right), TIMES * SIZES);
    }
}

static void is_it(void *arg)
{
    fadd_rlx(&right, arg == &right); /* as above */
}

static void test_sizes_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    char some[8] = "";
    store_rlx(&right, 0); /* nobody reads it yet */
    start_procs(1);
    const struct hchan_newproc_options usual = {0};
    assert_int_equal(hchan_newproc_with(is_it, &right, &usual), 0);
    assert_int_equal(hchan_newproc_with(is_it, &right, NULL), 0);
    assert_int_equal(hchan_newproc_copy(is_it, &right, 0), 0);
    assert_int_equal(hchan_newproc_copy(is_it, some, SCHED_STACK_DEFAULT / 4 + 1), E2BIG);
    assert_int_equal(hchan_newproc_copy(is_it, some, SIZE_MAX), E2BIG);
    static const size_t wrong[] = {1, SCHED_STACK_MIN - 1, ((size_t)1 << 30) + 1, SIZE_MAX};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        const struct hchan_newproc_options o = {.stack_size = wrong[i]};
        assert_int_equal(hchan_newproc_with(is_it, &right, &o), EINVAL);
    }
    const struct hchan_newproc_options small = {.stack_size = SCHED_STACK_MIN,
                                                .copy = SCHED_STACK_MIN / 4 + 1};
    assert_int_equal(hchan_newproc_with(is_it, some, &small), E2BIG);
    schedstop();
    assert_int_equal(load_rlx(&right), 3);
    assert_int_equal(hchan_newproc_with(is_it, &right, &usual), ESRCH);
    assert_int_equal(hchan_newproc_with(is_it, &right, &small), ESRCH);
}

static void test_classes_of_sizes(void **state)
{
    (void)state;
    assert_int_equal(stack_class(0), 0);
    assert_int_equal(stack_class(SCHED_STACK_MIN), 1);
    assert_int_equal(stack_class(SCHED_STACK_MIN + 1), 2);
    assert_int_equal(stack_class((size_t)1 << 30), STACK_CLASSES);
    for (unsigned class = 1; class <= STACK_CLASSES; class ++) {
        size_t size = SCHED_STACK_MIN << (class - 1);
        assert_int_equal(stack_class(size), class);
        assert_int_equal(stack_class_size(class), stack_size(size));
    }
}

/* Uses so many bytes of the stack, in frames that do not skip the guard. */
static __attribute__((noinline)) uint32_t dig(size_t bytes)
{
    volatile unsigned char frame[1024];
    for (size_t i = 0; i < sizeof(frame); i += 64)
        frame[i] = (unsigned char)bytes;
    uint32_t below = bytes > 2048 ? dig(bytes - 1024) : 0;
    return below + (frame[0] == (unsigned char)bytes);
}

static void dig_deep(void *arg)
{
    fadd_rlx(&right, dig((size_t)(uintptr_t)arg) > 0); /* as above */
    gosched();
}

static void go_with(size_t stack, size_t digs)
{
    const struct hchan_newproc_options o = {.stack_size = stack};
    assert_int_equal(hchan_newproc_with(dig_deep, (void *)(uintptr_t)digs, &o), 0);
}

/* A sanitizer makes frames larger than what they hold. */
enum { USED = SANITIZED ? 4 : 2 };

static void test_a_stack_has_the_size_that_was_asked_for(void **state)
{
    (void)state;
    FOR_EACH_PROCS(procs)
    {
        store_rlx(&right, 0); /* nobody reads it yet */
        start_procs(procs);
        for (int i = 0; i < 50; i++) {
            go_with(1 << 20, (1 << 20) / USED);
            go_with(0, SCHED_STACK_DEFAULT / USED);
            go_with(300 << 10, (300 << 10) / USED);
        }
        schedstop();
        assert_int_equal(load_rlx(&right), 150);
    }
}

static void overflow(void)
{
    schedinit(&(struct sched_options){.procs = 1});
    go_with(256 << 10, 1 << 20);
    schedwait();
}

static void test_each_has_its_guard(void **state)
{
    (void)state;
    assert_int_equal(run_child(overflow), 128 + SIGABRT);
    assert_said("fatal error: stack overflow: goroutine ");
    assert_said("needs more than its 256 KiB: give hchan_newproc_with() a bigger stack_size");
}

/* One after the other, and of changing sizes: no more memory is mapped than for one of each. */
static void test_stacks_are_used_again(void **state)
{
    (void)state;
    start_procs(2);
    long before = 0;
    for (int i = 0; i < 500; i++) {
        for (size_t size = 16 << 10; size <= 4 << 20; size *= 2) {
            go_with(size, 4096);
            schedwait();
        }
        if (i == 0)
            before = mapped_kib();
    }
    long grown = mapped_kib() - before;
    schedstop();
    assert_true(SANITIZED || grown < 16 << 10); /* 500 times as much would be 4 GiB */
    /* Another stack size of the scheduler's: all go, and come again. */
    assert_int_equal(schedinit(&(struct sched_options){.stack_size = 128 << 10}), 0);
    store_rlx(&right, 0); /* nobody reads it yet */
    go_with(1 << 20, (1 << 20) / USED);
    go_with(0, (128 << 10) / USED);
    schedstop();
    assert_int_equal(load_rlx(&right), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_has_its_guard), /* forks: before there are threads */
        cmocka_unit_test(test_a_copy_is_the_goroutines_own),
        cmocka_unit_test(test_sizes_that_do_not_fit_are_refused),
        cmocka_unit_test(test_classes_of_sizes),
        cmocka_unit_test(test_a_stack_has_the_size_that_was_asked_for),
        cmocka_unit_test(test_stacks_are_used_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
