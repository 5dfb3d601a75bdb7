// Exceptions of C++ in goroutines: they go along when a goroutine that handles one parks, in a
// catch block or in a destructor, whatever other goroutines throw meanwhile and wherever it goes
// on.
// SPDX-License-Identifier: MIT
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <hchan/hchan.h>
#include <hchan/sched.h>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static std::atomic<int> wrong, checked;

static void check(bool right, const char *what)
{
    checked++;
    if (!right) {
        wrong++;
        std::fprintf(stderr, "exceptions_test: %s\n", what);
    }
}

static std::string current()
{
    try {
        if (std::current_exception())
            std::rethrow_exception(std::current_exception());
    } catch (const std::exception &e) {
        return e.what();
    }
    return "none";
}

static hchan *first, *second;

static void catches_a(void *)
{
    try {
        throw std::runtime_error("A");
    } catch (const std::exception &e) {
        chansend1(first, nullptr);
        chanrecv1(second, nullptr);
        check(std::string(e.what()) == "A" && current() == "A", "A handles another exception");
    }
    check(current() == "none", "A is left with an exception");
}

static void catches_b(void *)
{
    chanrecv1(first, nullptr);
    check(current() == "none", "B begins with another's exception");
    try {
        throw std::logic_error("B");
    } catch (const std::exception &e) {
        chansend1(second, nullptr);
        gosched();
        check(current() == "B", "B handles another exception");
    }
}

// Parks while its exception is under way.
struct parks_at_the_end {
    ~parks_at_the_end()
    {
        check(std::uncaught_exceptions() == 1, "an exception is not under way before the park");
        chansend1(first, nullptr);
        check(std::uncaught_exceptions() == 1, "an exception is not under way after the park");
    }
};

static void unwinds(void *)
{
    try {
        parks_at_the_end end;
        throw std::runtime_error("C");
    } catch (const std::exception &) {
        check(current() == "C", "another exception arrives");
    }
}

static void meets_one_that_unwinds(void *)
{
    chanrecv1(first, nullptr);
    check(std::uncaught_exceptions() == 0, "another's exception is under way");
}

// Many on some Ps, which take each other's goroutines.
static void throws_many(void *arg)
{
    std::string mine = std::to_string(reinterpret_cast<std::size_t>(arg));
    for (int i = 0; i < 200; i++)
        try {
            throw std::runtime_error(mine);
        } catch (const std::exception &) {
            for (int k = 0; k < i % 4; k++)
                gosched();
            check(current() == mine, "one of many handles another exception");
        }
}

static void run(unsigned procs, void (*body)())
{
    sched_options options = {};
    options.procs = procs;
    if (schedinit(&options)) {
        std::fprintf(stderr, "exceptions_test: the scheduler does not start\n");
        std::exit(1);
    }
    body();
    schedstop();
}

static void throws(void *)
{
    throw std::runtime_error("nobody catches it");
}

// An exception that leaves a goroutine ends the process, as one that leaves a thread does.
static void check_termination()
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        const rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none);
        std::freopen("/dev/null", "w", stderr);
        run(1, [] { newproc(throws, nullptr); });
        _exit(0);
    }
    check(waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT,
          "an exception leaves a goroutine, and the process goes on");
}

int main()
{
    check_termination(); // before there are threads
    const hchan_variant *variant = hchan_variant_find("spin+go+none");
    first = makechan(variant, 0, 0);
    second = makechan(variant, 0, 0);
    for (unsigned procs = 1; procs <= 4; procs *= 2) {
        run(procs, [] {
            newproc(catches_b, nullptr);
            newproc(catches_a, nullptr);
        });
        run(procs, [] {
            newproc(meets_one_that_unwinds, nullptr);
            newproc(unwinds, nullptr);
        });
        run(procs, [] {
            for (std::size_t i = 0; i < 50; i++)
                newproc(throws_many, reinterpret_cast<void *>(i));
        });
    }
    check(std::uncaught_exceptions() == 0 && current() == "none", "main has an exception");
    chanfree(first);
    chanfree(second);
    const int wanted = 3 * (4 + 4 + 50 * 200) + 2;
    if (checked != wanted)
        std::fprintf(stderr, "exceptions_test: %d checks were made\n", checked.load());
    return wrong || checked != wanted;
}
