/* The mutex and the wait group (core/sync) under chosen schedules, with goroutines and threads: no
 * two are inside, nobody waits for ever, each sees what the others have done, and an object is not
 * touched once one that waited for it might have freed it.
 *
 *     HCHANLAB_SCHEDULES=10000000     how many drawn schedules; 0: none
 *     HCHANLAB_SEED=7                 of the drawn schedules
 *     HCHANLAB_SCENE='two threads' HCHANLAB_REPLAY='12:1'    says what a schedule does */
/* SPDX-License-Identifier: MIT */
#include "core/base/futex.h"
#include "core/tests/explore/explore.h"
#include "core/tests/explore/proc.h"
#include "core/tests/explore/sanitizer.h"
#include "core/tests/explore/shim.h"
#include "core/tests/support.h"
#include <hchan/sched.h>
#include <hchan/sync.h>
#include <inttypes.h>

enum {
    DRAWN = EXPLORE_ASAN ? 20000 : 400000,
    LIMIT = 10000000,
    PARTIES = 6,
};

static struct explore_result result;
static uint64_t schedules;

/* What a scene's parties share. */
static struct {
    bool began[PARTIES], ended[PARTIES];
    _Atomic uint32_t inside, word;
    unsigned counted; /* plain: guarded by what is tested */
    struct hchan_mutex mutex;
    struct hchan_waitgroup group;
    struct hchan_once once;
    bool freed; /* the object was filled with FREED */
} world;

enum { FREED = 0xa5 };

/* The goroutines come first among the parties, then the threads. */
static const struct scene {
    const char *name;
    unsigned procs, goroutines, threads;
    void (*body)(unsigned i);
    unsigned counted; /* at the end */
    uint32_t bound;
    int adds; /* to the group, before the scene */
} * scene;

static void give_way(void)
{
    if (in_goroutine())
        gosched();
}

static void critical(void)
{
    if (fadd_rlx(&world.inside, 1) != 0)
        explore_fail("two are inside");
    unsigned before = world.counted;
    give_way();
    world.counted = before + 1;
    fadd_rlx(&world.inside, -1U);
}

static void lock_once(unsigned i)
{
    (void)i;
    hchan_mutex_lock(&world.mutex);
    critical();
    hchan_mutex_unlock(&world.mutex);
}

static void lock_twice(unsigned i)
{
    lock_once(i);
    lock_once(i);
}

/* The last party does not wait. */
static void lock_or_try(unsigned i)
{
    if (i + 1 < scene->goroutines + scene->threads) {
        lock_once(i);
    } else if (hchan_mutex_trylock(&world.mutex)) {
        critical();
        world.counted--;
        hchan_mutex_unlock(&world.mutex);
    }
}

/* The last party lets time pass, which makes those that wait starve. */
static void lock_in_time(unsigned i)
{
    if (i + 1 < scene->goroutines + scene->threads)
        lock_twice(i);
    else
        futex_wait(&world.word, 0, explore_deadline());
}

static void lock_and_free(unsigned i)
{
    (void)i;
    hchan_mutex_lock(&world.mutex);
    critical();
    bool last = world.counted == scene->counted;
    hchan_mutex_unlock(&world.mutex);
    if (last) {
        memset((void *)&world.mutex, FREED, sizeof(world.mutex));
        world.freed = true;
    }
}

/* Party 0 waits for the others. */
static void wait_and_free(unsigned i)
{
    if (i > 0) {
        fadd_rlx(&world.word, 1);
        hchan_waitgroup_done(&world.group);
        return;
    }
    hchan_waitgroup_wait(&world.group);
    world.counted = load_rlx(&world.word);
    memset((void *)&world.group, FREED, sizeof(world.group));
    world.freed = true;
}

/* Parties 0 and 1 wait, the others do not. */
static void two_wait(unsigned i)
{
    if (i < 2) {
        hchan_waitgroup_wait(&world.group);
        if (load_rlx(&world.word) != 2)
            explore_fail("a wait returns too early");
    } else {
        fadd_rlx(&world.word, 1);
        hchan_waitgroup_done(&world.group);
    }
}

/* Party 0 waits, and then uses the group again; party 1 waits as well, once. */
static void use_again(unsigned i)
{
    if (i == 2) {
        hchan_waitgroup_done(&world.group);
        return;
    }
    hchan_waitgroup_wait(&world.group);
    if (i == 0) {
        hchan_waitgroup_add(&world.group, 1);
        hchan_waitgroup_done(&world.group);
        hchan_waitgroup_wait(&world.group);
    }
}

static void first_call(void *arg)
{
    (void)arg;
    world.counted++;
    give_way();
    fadd_rlx(&world.word, 1);
}

static void call_once(unsigned i)
{
    (void)i;
    hchan_once_do(&world.once, first_call, NULL);
    if (load_rlx(&world.word) != 1)
        explore_fail("a call returns before the first one has been made");
}

static const struct scene scenes[] = {
    {"two threads", 0, 0, 2, lock_twice, 4, 3, 0},
    {"three threads", 0, 0, 3, lock_once, 3, 2, 0},
    {"three threads, twice", 0, 0, 3, lock_twice, 6, 1, 0},
    {"a thread tries", 0, 0, 3, lock_or_try, 2, 2, 0},
    {"threads, and time", 0, 0, 3, lock_in_time, 4, 3, 0},
    {"three threads, and time", 0, 0, 4, lock_in_time, 6, 2, 0},
    {"the last of two threads frees", 0, 0, 2, lock_and_free, 2, 3, 0},
    {"the last of three threads frees", 0, 0, 3, lock_and_free, 3, 2, 0},
    {"goroutines on one", 1, 3, 0, lock_twice, 6, 2, 0},
    {"goroutines on two", 2, 2, 0, lock_twice, 4, 2, 0},
    {"three goroutines on two", 2, 3, 0, lock_once, 3, 1, 0},
    {"a goroutine and a thread", 1, 1, 1, lock_twice, 4, 2, 0},
    {"goroutines and a thread", 1, 2, 1, lock_once, 3, 2, 0},
    {"goroutines, and time", 1, 2, 1, lock_in_time, 4, 2, 0},
    {"the last goroutine frees", 2, 2, 0, lock_and_free, 2, 2, 0},
    {"a thread waits for a thread", 0, 0, 2, wait_and_free, 1, 4, 1},
    {"a thread waits for two", 0, 0, 3, wait_and_free, 2, 3, 2},
    {"two threads wait for two", 0, 0, 4, two_wait, 0, 2, 2},
    {"a group is used again", 0, 0, 3, use_again, 0, 3, 1},
    {"a goroutine waits for two", 1, 3, 0, wait_and_free, 2, 2, 2},
    {"a goroutine waits for two, on two", 2, 3, 0, wait_and_free, 2, 1, 2},
    {"two goroutines wait for threads", 1, 2, 2, two_wait, 0, 2, 2},
    {"a goroutine uses a group again", 1, 2, 1, use_again, 0, 2, 1},
    {"three threads call once", 0, 0, 3, call_once, 1, 2, 0},
    {"goroutines and a thread call once", 1, 2, 1, call_once, 1, 2, 0},
};
enum { SCENES = sizeof(scenes) / sizeof(scenes[0]) };

static void party(unsigned i)
{
    if (world.began[i])
        explore_fail("a party begins twice");
    world.began[i] = true;
    scene->body(i);
    world.ended[i] = true;
}

static void goroutine(void *arg)
{
    party((unsigned)(uintptr_t)arg);
}

static void scene_begin(void *arg)
{
    scene = arg;
    memset((void *)&world, 0, sizeof(world));
    if (scene->adds)
        hchan_waitgroup_add(&world.group, scene->adds);
    if (scene->procs)
        explore_sched_begin(scene->procs);
    for (unsigned i = 0; i < scene->goroutines; i++)
        if (newproc(goroutine, (void *)(uintptr_t)i))
            abort();
}

static void scene_body(void *arg, unsigned fiber)
{
    (void)arg;
    if (fiber < scene->procs)
        explore_sched_p(fiber);
    else
        party(scene->goroutines + fiber - scene->procs);
}

/* Whether each byte is what it was filled with. */
static bool untouched(const void *object, size_t size)
{
    const unsigned char *byte = object;
    for (size_t i = 0; i < size; i++)
        if (byte[i] != FREED)
            return false;
    return true;
}

static const char *left_over(void)
{
    static const struct hchan_mutex mutex;
    static const struct hchan_waitgroup group;
    bool of_group = scene->adds;
    bool fine = !world.freed ? !memcmp(&world.mutex, &mutex, sizeof(mutex)) &&
                                   !memcmp(&world.group, &group, sizeof(group))
                : of_group ? untouched(&world.group, sizeof(group))
                           : untouched(&world.mutex, sizeof(mutex));
    if (fine)
        return NULL;
    return world.freed ? "an object is touched after its end" : "an object is left as if in use";
}

static const char *scene_end(void *arg, uint32_t blocked)
{
    (void)arg;
    (void)blocked;
    for (unsigned i = 0; i < scene->goroutines + scene->threads; i++)
        if (!world.ended[i])
            return "a party waits for ever";
    if (world.counted != scene->counted)
        return "something is lost";
    const char *wrong = left_over();
    if (wrong)
        return wrong;
    return scene->procs ? explore_sched_end() : NULL;
}

static struct explore_case a_scene(const struct scene *s)
{
    return (struct explore_case){.name = s->name,
                                 .fibers = s->procs + s->threads,
                                 .begin = scene_begin,
                                 .body = scene_body,
                                 .end = scene_end,
                                 .arg = (void *)(uintptr_t)s};
}

static _Noreturn void failed(const char *name)
{
    fail_msg("%s: %s, after %" PRIu64 " schedules", name, result.failure,
             schedules + result.schedules);
    abort();
}

static void test_scenes(void **state)
{
    (void)state;
    for (size_t i = 0; i < SCENES; i++) {
        struct explore_case what = a_scene(&scenes[i]);
        uint32_t bound = scenes[i].bound;
        if (EXPLORE_ASAN && bound > 0) /* it is slower by some twenty times */
            bound--;
        if (!explore_all(&what, bound, LIMIT, &result))
            failed(what.name);
        if (!result.exhausted)
            fail_msg("%s: not exhausted", what.name);
        schedules += result.schedules;
        print_message("%-36s %u Ps  %8" PRIu64 " schedules\n", what.name, scenes[i].procs,
                      result.schedules);
    }
}

static uint64_t drawn, seed;

static void test_drawn(void **state)
{
    (void)state;
    for (size_t i = 0; i < SCENES && drawn; i++) {
        struct explore_case what = a_scene(&scenes[i]);
        uint64_t count = drawn / SCENES / 2;
        if (!explore_random(&what, count, seed, &result))
            failed(what.name);
        schedules += result.schedules;
        if (!explore_pct(&what, count, 3, seed, &result))
            failed(what.name);
        schedules += result.schedules;
    }
}

static int replay(const char *name, const char *schedule)
{
    for (size_t i = 0; schedule && i < SCENES; i++) {
        struct explore_case what = a_scene(&scenes[i]);
        if (strcmp(what.name, name) == 0)
            return !explore_replay(&what, schedule, true, &result);
    }
    return given_wrong("HCHANLAB_SCENE", name, "no such scene, or no HCHANLAB_REPLAY");
}

int main(int argc, char **argv)
{
    given_nothing(argc, argv);
    const char *name = getenv("HCHANLAB_SCENE");
    if (name)
        return replay(name, getenv("HCHANLAB_REPLAY"));
    drawn = environment_number("HCHANLAB_SCHEDULES", DRAWN, 0, UINT64_MAX);
    seed = environment_number("HCHANLAB_SEED", 1, 0, UINT32_MAX);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scenes),
        cmocka_unit_test(test_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
