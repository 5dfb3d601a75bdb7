/* Frames that are bigger than what is left of a stack: the C library's, whatever it was compiled
 * with, and ours, which is compiled with -fstack-clash-protection. In each case the overflow is
 * told, and nothing is written into another stack. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/child.h"
#include "core/tests/goroutines.h"
#include <alloca.h>
#include <dlfcn.h>
#include <float.h>
#include <glob.h>
#include <math.h>
#include <netdb.h>
#include <wchar.h>

#define TOLD "fatal error: stack overflow: goroutine "

static size_t frame_kib;

/* Writes to the end of a big frame first. */
static __attribute__((noinline)) void use_big_frame(void *arg)
{
    char *frame = alloca(frame_kib << 10);
    (void)arg;
    memset(frame, 0x11, 64);
    __asm__ volatile("" : : "r"(frame) : "memory");
}

#ifdef CLASH_PROTECTION
static __attribute__((noinline)) void use_fixed_frame(void *arg)
{
    char frame[1 << 20];
    (void)arg;
    frame[0] = 1;
    __asm__ volatile("" : : "r"(frame) : "memory");
}
#endif

/* The stacks of others, above and below. */
enum { VICTIMS = 8, MINE = 4096 };

static hchan *c;
static _Atomic uint32_t harmed;

static void keep(void *arg)
{
    unsigned char mine[MINE];
    memset(mine, 0x5a, sizeof(mine));
    __asm__ volatile("" : : "r"(mine) : "memory");
    chanrecv2(c, NULL);
    for (size_t i = 0; i < sizeof(mine); i++)
        if (mine[i] != 0x5a)
            store_rlx(&harmed, 1); /* a flag */
    (void)arg;
}

static void (*body)(void *);
static size_t stack_size_of_all;

static void run_among_others(void)
{
    struct sched_options options = {.procs = 1, .stack_size = stack_size_of_all};
    if (schedinit(&options))
        _exit(9);
    c = makechan(some_variant(), 0, 0);
    for (int i = 0; i < VICTIMS; i++)
        go(keep, NULL);
    until_receivers(c, VICTIMS);
    go(body, NULL);
    closechan(c);
    schedstop();
    _exit(load_rlx(&harmed) ? 7 : 8);
}

static bool overflow_is_told(int status)
{
    return status == 128 + SIGABRT && strncmp(said, TOLD, strlen(TOLD)) == 0;
}

static void test_a_frame_beyond_the_stack_is_told(void **state)
{
    static const size_t kib[] = {80, 84, 100, 128, 140, 160, 200, 500, 5000};
    (void)state;
    if (SANITIZED) /* whose stacks are others */
        return;
    stack_size_of_all = 0;
    body = use_big_frame;
    for (size_t i = 0; i < sizeof(kib) / sizeof(kib[0]); i++) {
#ifndef CLASH_PROTECTION
        if (kib[i] > 140) /* a stack and its guard have 144 KiB */
            break;
#endif
        frame_kib = kib[i];
        if (!overflow_is_told(run_child(run_among_others)))
            fail_msg("a frame of %zu KiB: %s", kib[i], said);
    }
    frame_kib = 40;
    assert_int_equal(run_child(run_among_others), 8);
#ifdef CLASH_PROTECTION
    body = use_fixed_frame;
    assert_true(overflow_is_told(run_child(run_among_others)));
#endif
}

static void print_numbers(void *arg)
{
    char text[8000];
    (void)arg;
    snprintf(text, sizeof(text), "%.3000f %.3000Lf %a %ls", DBL_MAX, LDBL_MAX, M_PI, L"wide");
    fprintf(stdout, "%f\n", M_PI);
}

static void resolve(void *arg)
{
    struct addrinfo *found = NULL, hints = {.ai_socktype = SOCK_STREAM};
    (void)arg;
    if (getaddrinfo("localhost", "80", &hints, &found) == 0)
        freeaddrinfo(found);
}

static void load_library(void *arg)
{
    (void)arg;
    dlopen("libm.so.6", RTLD_NOW);
    dlopen("libresolv.so.2", RTLD_NOW);
    dlopen("no such library", RTLD_NOW);
}

static void match_names(void *arg)
{
    glob_t found;
    (void)arg;
    if (glob("/etc/*/*", 0, NULL, &found) == 0)
        globfree(&found);
}

static void fork_a_command(void *arg)
{
    (void)arg;
    FILE *f = popen("true", "r");
    if (f)
        pclose(f);
}

/* Given what needs much stack, on the smallest and the usual one, then it works, or its overflow is
 * told; and no other goroutine's stack is harmed. */
static void test_the_c_librarys_frames_are_told(void **state)
{
    static void (*const bodies[])(void *) = {print_numbers, resolve, load_library, match_names,
                                             fork_a_command};
    static const size_t sizes[] = {SCHED_STACK_MIN, 32 << 10, 0};
    (void)state;
    if (SANITIZED)
        return;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
        for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
            body = bodies[i];
            stack_size_of_all = sizes[k];
            int status = run_child(run_among_others);
            if (status != 8 && !overflow_is_told(status))
                fail_msg("function %zu on %zu bytes: status %d, %s", i, sizes[k], status, said);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_frame_beyond_the_stack_is_told),
        cmocka_unit_test(test_the_c_librarys_frames_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
