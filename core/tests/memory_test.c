/* makechan() when memory is short. Each test runs in a child whose address space is limited. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/support.h"
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { LIMITABLE = 0 };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
enum { LIMITABLE = 0 };
#else
enum { LIMITABLE = 1 };
#endif
#else
enum { LIMITABLE = 1 };
#endif

/* More than the number of freed blocks that malloc keeps ready without counting them as free. */
enum { ROUNDS = 100 };

static void skip_where_memory_has_no_limit(void)
{
    if (LIMITABLE)
        return;
    print_message("skipped: a sanitizer needs more address space than could be limited\n");
    skip();
}

/* Limits the address space to `room` bytes more than it has now. */
static void limit_memory(size_t room)
{
    unsigned long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (!f || fscanf(f, "%lu", &pages) != 1)
        _exit(10);
    fclose(f);
    rlim_t bytes = pages * (size_t)sysconf(_SC_PAGESIZE) + room;
    if (setrlimit(RLIMIT_AS, &(struct rlimit){bytes, bytes}))
        _exit(10);
}

/* Whether makechan() fails for lack of memory, ROUNDS times in a row. */
static bool fails(const struct hchan_variant *v, size_t elemsize, size_t capacity)
{
    for (int i = 0; i < ROUNDS; i++) {
        errno = 0;
        if (makechan(v, elemsize, capacity) || errno != ENOMEM)
            return false;
    }
    return true;
}

static int no_room_for_the_buffer(const struct hchan_variant *v)
{
    limit_memory((size_t)64 << 20);
    if (!fails(v, 4096, HCHAN_MAX_BUFFER / 4096)) /* and malloc has its blocks ready */
        return 1;
    size_t before = mallinfo2().uordblks;
    if (!fails(v, 4096, HCHAN_MAX_BUFFER / 4096))
        return 1;
    if (mallinfo2().uordblks != before)
        return 2;
    hchan *c = makechan(v, 8, 4); /* there is room for a small one */
    if (!c)
        return 3;
    chanfree(c);
    return 0;
}

/* Allocates all that malloc can give, down to the smallest blocks, and chains them. */
static void **take_all(void)
{
    void **chain = NULL;
    for (size_t size = (size_t)1 << 20; size >= 16;) {
        void **block = malloc(size);
        if (!block) {
            size /= 2;
            continue;
        }
        *block = chain;
        chain = block;
    }
    return chain;
}

static int no_room_for_the_channel(const struct hchan_variant *v)
{
    limit_memory((size_t)1 << 20);
    void **chain = take_all();
    size_t before = mallinfo2().uordblks;
    bool failed = fails(v, 8, 4) && fails(v, 0, 0);
    size_t after = mallinfo2().uordblks;
    while (chain) {
        void **next = *chain;
        free(chain);
        chain = next;
    }
    return !failed ? 1 : after != before ? 2 : 0;
}

static void run_in_children(int (*body)(const struct hchan_variant *v))
{
    static const char *const words[] = {"", "makechan did not fail with ENOMEM", "memory was lost",
                                        "a small channel could not be made"};
    FOR_EACH_VARIANT(v)
    {
        int status;
        pid_t child = fork_child();
        if (child == 0)
            _exit(body(v));
        assert_int_equal(waitpid(child, &status, 0), child);
        if (!WIFEXITED(status) || WEXITSTATUS(status) > 3)
            fail_msg("%s: the child ended with %#x", hchan_variant_name(v), (unsigned)status);
        if (status)
            fail_msg("%s: %s", hchan_variant_name(v), words[WEXITSTATUS(status)]);
    }
}

static void test_without_room_for_its_buffer_a_channel_is_not_made_and_nothing_lost(void **state)
{
    (void)state;
    skip_where_memory_has_no_limit();
    run_in_children(no_room_for_the_buffer);
}

static void test_without_room_for_itself_a_channel_is_not_made_and_nothing_lost(void **state)
{
    (void)state;
    skip_where_memory_has_no_limit();
    run_in_children(no_room_for_the_channel);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_room_for_its_buffer_a_channel_is_not_made_and_nothing_lost),
        cmocka_unit_test(test_without_room_for_itself_a_channel_is_not_made_and_nothing_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
