/* What the scheduler takes of the process that it lives in, it gives back, and passes on meanwhile:
 * SIGSEGV, stacks for signals, threads, descriptors, memory. And a process ends from a goroutine as
 * it does from a thread. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/child.h"
#include "core/tests/goroutines.h"
#include <dirent.h>
#include <errno.h>
#include <sys/mman.h>
#include <ucontext.h>

/* Each body runs in a child, since signals are the process's. */
static void in_scheduler(void (*body)(void *))
{
    start_procs(1);
    go(body, NULL);
    schedwait();
}

static void *unmapped;

static void touch(void *arg)
{
    (void)arg;
    *(volatile char *)unmapped = 1;
}

static void send_segv(void *arg)
{
    (void)arg;
    raise(SIGSEGV); /* to the thread of the goroutine */
}

static void overflow(void *arg)
{
    (void)arg;
    deeper(100000);
}

static _Atomic uint32_t handled;

static void count_it(int number)
{
    (void)number;
    fadd_rlx(&handled, 1); /* a count */
}

static void sent_by_default(void)
{
    signal(SIGSEGV, SIG_DFL);
    in_scheduler(send_segv);
}

static void fault_by_default(void)
{
    signal(SIGSEGV, SIG_DFL);
    in_scheduler(touch);
}

static void fault_while_ignored(void)
{
    signal(SIGSEGV, SIG_IGN);
    in_scheduler(touch);
}

static void sent_while_ignored(void)
{
    signal(SIGSEGV, SIG_IGN);
    in_scheduler(send_segv);
    schedstop();
    _exit(signal(SIGSEGV, SIG_DFL) == SIG_IGN ? 8 : 9);
}

static void sent_and_overflow(void)
{
    signal(SIGSEGV, count_it);
    start_procs(1);
    for (int i = 0; i < 3; i++)
        go(send_segv, NULL);
    schedwait();
    if (load_rlx(&handled) != 3)
        _exit(9);
    go(overflow, NULL);
    schedstop();
}

static void sent_to_main(void)
{
    signal(SIGSEGV, count_it);
    start_procs(1);
    raise(SIGSEGV);
    raise(SIGSEGV);
    schedstop();
    raise(SIGSEGV);
    _exit(load_rlx(&handled) == 3 ? 8 : 9);
}

static void sent_to_a_handler_for_once(void)
{
    struct sigaction once = {.sa_handler = count_it, .sa_flags = (int)SA_RESETHAND};
    sigaction(SIGSEGV, &once, NULL);
    start_procs(1);
    raise(SIGSEGV);
    if (load_rlx(&handled) == 1)
        raise(SIGSEGV);
}

static void given_back_after_once(void)
{
    struct sigaction once = {.sa_handler = count_it, .sa_flags = (int)SA_RESETHAND}, now;
    sigaction(SIGSEGV, &once, NULL);
    start_procs(1);
    raise(SIGSEGV);
    schedstop();
    sigaction(SIGSEGV, NULL, &now);
    _exit(now.sa_handler == SIG_DFL ? 8 : 9);
}

/* What the handler is given, and the mask that it runs under. */
static void end_if_right(int number, siginfo_t *info, void *context)
{
    const ucontext_t *at = context;
    sigset_t mask;
    pthread_sigmask(SIG_BLOCK, NULL, &mask);
    bool right = number == SIGSEGV && info->si_signo == SIGSEGV && info->si_addr == unmapped &&
                 at->uc_stack.ss_size > 0;
    bool masked = sigismember(&mask, SIGUSR2) == 1 && sigismember(&mask, SIGUSR1) == 0 &&
                  sigismember(&mask, SIGSEGV) == 0;
    _exit(right && masked ? 8 : 9);
}

static void fault_with_info(void)
{
    struct sigaction action = {.sa_sigaction = end_if_right, .sa_flags = SA_SIGINFO | SA_NODEFER};
    sigaddset(&action.sa_mask, SIGUSR2);
    sigaction(SIGSEGV, &action, NULL);
    in_scheduler(touch);
}

#define TOLD "fatal error: stack overflow: goroutine "

static void test_only_an_overflow_is_the_schedulers(void **state)
{
    static const struct {
        void (*body)(void);
        int status;
        const char *says;
    } rows[] = {
        {sent_by_default, 128 + SIGSEGV, ""},
        {fault_by_default, 128 + SIGSEGV, ""},
        {fault_while_ignored, 128 + SIGSEGV, ""},
        {sent_while_ignored, 8, ""},
        {sent_and_overflow, 128 + SIGABRT, TOLD},
        {sent_to_main, 8, ""},
        {sent_to_a_handler_for_once, 128 + SIGSEGV, ""},
        {given_back_after_once, 8, ""},
        {fault_with_info, 8, ""},
    };
    (void)state;
    if (SANITIZED) /* whose handlers are others */
        return;
    unmapped = mmap(NULL, 1, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(unmapped != MAP_FAILED);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (run_child(rows[i].body) != rows[i].status || strncmp(said, rows[i].says, strlen(TOLD)))
            fail_msg("row %zu: %s", i, said);
        assert_said_lines(*rows[i].says ? 1 : 0);
    }
    munmap(unmapped, 1);
}

/* A program with stacks for signals of its own: in its P's thread it finds what it left there. */
static char own_altstack[64 << 10];

static int set_altstack(unsigned p, void *arg)
{
    (void)p;
    (void)arg;
    return sigaltstack(&(stack_t){.ss_sp = own_altstack, .ss_size = sizeof(own_altstack)}, NULL)
               ? errno
               : 0;
}

static void check_altstack(unsigned p, void *right)
{
    stack_t now;
    (void)p;
    sigaltstack(NULL, &now);
    *(bool *)right = now.ss_sp == own_altstack && now.ss_size == sizeof(own_altstack) &&
                     !(now.ss_flags & SS_DISABLE);
    sigaltstack(&(stack_t){.ss_flags = SS_DISABLE}, NULL);
}

static void test_a_stack_for_signals_of_the_programs_own_stays(void **state)
{
    bool right = false;
    struct sched_options options = {
        .procs = 1, .begin = set_altstack, .end = check_altstack, .arg = &right};
    (void)state;
    if (SANITIZED) /* which has its own there */
        return;
    assert_int_equal(schedinit(&options), 0);
    schedstop();
    assert_true(right);
}

static void overflow_on_own_altstack(void)
{
    if (schedinit(&(struct sched_options){.procs = 1, .begin = set_altstack}))
        _exit(9);
    go(overflow, NULL);
    schedstop();
}

static void test_an_overflow_is_told_on_the_programs_own_stack(void **state)
{
    (void)state;
    if (SANITIZED)
        return;
    assert_int_equal(run_child(overflow_on_own_altstack), 128 + SIGABRT);
    assert_memory_equal(said, TOLD, strlen(TOLD));
}

static void exit_5(void *arg)
{
    (void)arg;
    exit(5);
}

static void quick_exit_6(void *arg)
{
    (void)arg;
    quick_exit(6);
}

static void exit_now_7(void *arg)
{
    (void)arg;
    _exit(7);
}

static void abort_it(void *arg)
{
    (void)arg;
    abort();
}

static void end_the_thread(void *arg)
{
    (void)arg;
    pthread_exit(NULL);
}

static void cancel_the_thread(void *arg)
{
    (void)arg;
    pthread_cancel(pthread_self());
    pthread_testcancel();
}

static void (*ending)(void *);

static void end_in_a_goroutine(void)
{
    in_scheduler(ending);
}

static void test_a_goroutine_ends_the_process_as_a_thread_does(void **state)
{
    static const struct {
        void (*ending)(void *);
        int status;
        const char *says;
    } rows[] = {
        {exit_5, 5, ""},
        {quick_exit_6, 6, ""},
        {exit_now_7, 7, ""},
        {abort_it, 128 + SIGABRT, ""},
        {end_the_thread, 128 + SIGABRT, "fatal error: pthread_exit: by a goroutine\n"},
        {cancel_the_thread, 128 + SIGABRT, "fatal error: pthread_exit: by a goroutine\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (SANITIZED && *rows[i].says) /* which do not unwind the stacks of goroutines */
            continue;
        ending = rows[i].ending;
        assert_int_equal(run_child(end_in_a_goroutine), rows[i].status);
        assert_string_equal(said, rows[i].says);
    }
}

/* begin() and end() use channels, in threads that come and go. */
static int use_channel(unsigned p, void *c)
{
    (void)p;
    chansend1(c, &(long){1});
    chanrecv1(c, NULL);
    return 0;
}

static void use_channel_again(unsigned p, void *c)
{
    use_channel(p, c);
}

static size_t count_entries(const char *path)
{
    size_t count = 0;
    DIR *d = opendir(path);
    assert_non_null(d);
    while (readdir(d))
        count++;
    closedir(d);
    return count;
}

static size_t resident_kib(void)
{
    char line[256];
    size_t kib = 0;
    FILE *f = fopen("/proc/self/status", "r");
    assert_non_null(f);
    while (fgets(line, sizeof(line), f))
        if (sscanf(line, "VmRSS: %zu", &kib) == 1)
            break;
    fclose(f);
    return kib;
}

static void yield_once(void *arg)
{
    (void)arg;
    gosched();
}

static void run_a_scheduler(hchan *c, unsigned i)
{
    struct sched_options options = {.procs = 1 + i % 4,
                                    .stack_size = i % 2 ? 32 << 10 : 64 << 10,
                                    .begin = use_channel,
                                    .end = use_channel_again,
                                    .arg = c};
    assert_int_equal(schedinit(&options), 0);
    for (int k = 0; k < 20; k++)
        go(yield_once, NULL);
    schedstop();
}

static void test_a_thousand_schedulers_leave_nothing_behind(void **state)
{
    enum { TIMES = SANITIZED ? 50 : 1000, WARM = SANITIZED ? 10 : 100 };
    size_t files = 0, threads = 0, gs = 0, kib = 0;
    hchan *c = make(some_variant(), sizeof(long), 64);
    (void)state;
    for (unsigned i = 0; i < TIMES; i++) {
        if (i == WARM) { /* what is made once has been made */
            files = count_entries("/proc/self/fd");
            threads = count_entries("/proc/self/task");
            gs = count_gs();
            kib = resident_kib();
        }
        run_a_scheduler(c, i);
    }
    assert_int_equal(count_entries("/proc/self/fd"), files);
    assert_int_equal(count_entries("/proc/self/task"), threads);
    assert_true(count_gs() <= gs + 4); /* more threads may have lived at a time */
    if (!SANITIZED)
        assert_true(resident_kib() < kib + 8192);
    chanfree(c);
}

/* All numbers of Ps in turn: what they take in all is a few times what the most of them take. */
static void start_more_and_more(void)
{
    size_t kib = resident_kib();
    for (unsigned procs = 1; procs < 200; procs++) {
        start_procs(procs);
        schedstop();
    }
    _exit(resident_kib() < kib + 30000 ? 8 : 9);
}

static void test_growing_numbers_of_procs_take_bounded_memory(void **state)
{
    (void)state;
    if (SANITIZED)
        return;
    assert_int_equal(run_child(start_more_and_more), 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        /* First those that fork, before there are threads. */
        cmocka_unit_test(test_only_an_overflow_is_the_schedulers),
        cmocka_unit_test(test_an_overflow_is_told_on_the_programs_own_stack),
        cmocka_unit_test(test_a_goroutine_ends_the_process_as_a_thread_does),
        cmocka_unit_test(test_growing_numbers_of_procs_take_bounded_memory),
        cmocka_unit_test(test_a_stack_for_signals_of_the_programs_own_stays),
        cmocka_unit_test(test_a_thousand_schedulers_leave_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
