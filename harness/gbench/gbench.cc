// The C API's functions (gbench.h) on top of Google Benchmark. It owns what the library keeps for
// the process: whether benchmarks run, the keys of the context, and the last error of each thread.
// options.h, loop.h and report.h are its parts.
// SPDX-License-Identifier: MIT
#include "harness/gbench/gbench.h"
#include "harness/gbench/loop.h"
#include "harness/gbench/options.h"
#include "harness/gbench/report.h"
#include <algorithm>
#include <benchmark/benchmark.h>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <memory>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace
{

thread_local char last_error[512];
bool running;
unsigned runs;                 // calls of gb_run()
std::set<std::string> context; // keys: the library drops a second one of a name in silence

int fail(int error, const char *sentence, const char *detail = "")
{
    std::snprintf(last_error, sizeof(last_error), "%s%s", sentence, detail);
    return -error;
}

// Chosen if benchmark::GetBenchmarkVersion() does not exist: a function is preferred to a template.
template <typename T = void> std::string GetBenchmarkVersion()
{
    return "";
}

} // namespace

// Outside of the unnamed namespace, in which the two would be ambiguous.
static std::string library_version()
{
    using namespace benchmark;
    return GetBenchmarkVersion();
}

namespace
{

// Runs `body`, which may throw (mostly when memory runs out), and turns an exception into an errno.
template <typename F> int guarded(F body) noexcept
{
    try {
        return body();
    } catch (const std::bad_alloc &) {
        return fail(ENOMEM, "out of memory");
    } catch (const std::exception &e) {
        return fail(EIO, e.what());
    } catch (...) {
        return fail(EIO, "an exception of unknown kind");
    }
}

// The same for what must not happen while benchmarks run.
template <typename F> int guarded_at_rest(F body) noexcept
{
    if (running)
        return fail(EBUSY, "benchmarks are running");
    return guarded(body);
}

int set_counter(gb_state *state, const char *name, double value, unsigned flags,
                benchmark::Counter::OneK thousand = benchmark::Counter::kIs1000)
{
    using benchmark::Counter;
    auto known = state->benchmark.flags.emplace(name, flags).first;
    if (known->second != flags)
        return fail(EINVAL, "other flags than before for the counter ", name);
    Counter::Flags kind = Counter::kDefaults;
    if (flags & GB_COUNTER_RATE)
        kind = kind | Counter::kIsRate;
    if (flags & GB_COUNTER_PER_ITERATION)
        kind = kind | Counter::kAvgIterations;
    if (flags & GB_COUNTER_TIMES_ITERATIONS)
        kind = kind | Counter::kIsIterationInvariant;
    if (flags & GB_COUNTER_INVERT)
        kind = kind | Counter::kInvert;
    state->library.counters[name] = Counter(value, kind, thousand);
    return 0;
}

// Reads the library's defaults, and overrules those variables of the environment that would break a
// promise of this API; with some versions a bad value of one would end the process.
void initialize()
{
    static bool initialized;
    if (initialized)
        return;
    std::string flags[] = {"--benchmark_list_tests=false",
                           "--benchmark_dry_run=false",
                           "--benchmark_enable_random_interleaving=false",
                           "--benchmark_min_warmup_time=0",
                           "--benchmark_repetitions=1",
                           "--benchmark_report_aggregates_only=false",
                           "--benchmark_display_aggregates_only=false",
                           "--benchmark_format=console",
                           "--benchmark_color=auto",
                           "--benchmark_out=",
                           "--benchmark_out_format=json"};
    std::vector<char *> argv = {program_invocation_name};
    for (std::string &flag : flags)
        argv.push_back(flag.data());
    argv.push_back(nullptr);
    int argc = static_cast<int>(argv.size()) - 1;
    benchmark::Initialize(&argc, argv.data());
    initialized = true;
}

// For a filter that is not a regular expression the library writes to a stream, and returns as if
// nothing matched.
bool is_filter(const std::string &filter)
{
    try {
        std::regex compiled(filter.c_str() + (filter[0] == '-'), std::regex::extended);
        return true;
    } catch (const std::regex_error &) {
        return false;
    }
}

int end_with(gb_state *state, gb::ending end, const char *message)
{
    return guarded([&] {
        if (!state || !message)
            return fail(EINVAL, "a skip or error has a message");
        if (state->end != gb::ending::well)
            return fail(EBUSY, "the benchmark was ended before");
        gb::end_with(*state, end, gb::clean(message));
        return 0;
    });
}

bool is_time(double seconds)
{
    return std::isfinite(seconds) && seconds >= 0;
}

} // namespace

extern "C" {

int gb_register(const char *name, gb_function *function, void *arg, const gb_options *options)
{
    return guarded_at_rest([&] {
        const gb_options defaults = {};
        const gb_options &o = options ? *options : defaults;
        if (!gb::is_clean(name) || !name[0] || !function)
            return fail(EINVAL, "a benchmark needs a name, in UTF-8, and a function");
        if (const char *wrong = gb::complaint(o))
            return fail(EINVAL, (std::string(name) + ": ").c_str(), wrong);
        if (!gb::claim_slots(o))
            return fail(ENOSPC, "more than 16 different statistics are registered");
        auto b = std::make_shared<gb::registered>();
        b->function = function;
        b->arg = arg;
        b->columns = o.rows ? o.columns : 0;
        b->manual_time = o.manual_time;
        b->repeated = o.repetitions > 1;
        gb::apply(
            benchmark::RegisterBenchmark(name, [b](benchmark::State &s) { gb::call(*b, s, runs); }),
            o);
        return 0;
    });
}

int gb_clear(void)
{
    return guarded_at_rest([] {
        benchmark::ClearRegisteredBenchmarks();
        std::fill(std::begin(gb::slots), std::end(gb::slots), nullptr);
        return 0;
    });
}

bool gb_keep_running_batch(gb_state *state, uint64_t n)
{
    if (!state || state->over || n == 0 || n > gb::most_iterations)
        return false;
    bool more = false;
    return guarded([&] {
               more = gb::keep_running(*state, n);
               return state->end == gb::ending::error ? fail(EINVAL, state->message.c_str()) : 0;
           }) == 0 &&
           more;
}

int gb_report_batch(gb_state *state, uint64_t ops, double seconds)
{
    if (!state || ops == 0 || ops > gb::most_iterations || !is_time(seconds))
        return fail(EINVAL, "a batch has operations and a time that is not negative");
    if (!state->benchmark.manual_time || state->wanted != 1)
        return fail(EINVAL, "a batch is reported with manual_time and iterations 1");
    if (state->done > 0 || state->over)
        return fail(EBUSY, "the benchmark's loop has begun or is over");
    // The library was told to run one iteration. Asked for more, it counts the others as left over
    // from the batch, so the result has `ops` iterations.
    return guarded([&] {
        if (!gb::keep_running(*state, ops))
            return fail(EINVAL, state->message.c_str());
        state->library.SetIterationTime(seconds);
        gb::keep_running(*state, ops);
        return 0;
    });
}

int gb_set_iteration_time(gb_state *state, double seconds)
{
    if (!state || !is_time(seconds))
        return fail(EINVAL, "a time is finite and not negative");
    if (!state->benchmark.manual_time)
        return fail(EINVAL, "a time is told to a benchmark with manual_time");
    state->library.SetIterationTime(seconds);
    return 0;
}

int gb_pause_timing(gb_state *state)
{
    if (!gb::in_loop(state) || state->paused)
        return fail(EINVAL, "the clock runs only inside the loop");
    return guarded([&] {
        state->library.PauseTiming();
        state->paused = true;
        return 0;
    });
}

int gb_resume_timing(gb_state *state)
{
    if (!gb::in_loop(state) || !state->paused)
        return fail(EINVAL, "the clock was not paused");
    return guarded([&] {
        state->library.ResumeTiming();
        state->paused = false;
        return 0;
    });
}

int64_t gb_range(const gb_state *state, size_t column)
{
    return state && column < state->benchmark.columns ? state->library.range(column) : 0;
}

uint64_t gb_iterations(const gb_state *state)
{
    return state ? state->done : 0;
}

int gb_set_counter(gb_state *state, const char *name, double value, unsigned flags)
{
    return guarded([&] {
        const unsigned opposite = GB_COUNTER_PER_ITERATION | GB_COUNTER_TIMES_ITERATIONS;
        const unsigned all = GB_COUNTER_RATE | opposite | GB_COUNTER_INVERT;
        if (!state || !gb::is_clean(name) || !name[0] || !std::isfinite(value))
            return fail(EINVAL, "a counter has a name, in UTF-8, and a finite value");
        if ((flags & ~all) || (flags & opposite) == opposite)
            return fail(EINVAL, "unknown or contradictory flags for the counter ", name);
        return set_counter(state, name, value, flags);
    });
}

int gb_set_bytes_processed(gb_state *state, uint64_t bytes)
{
    return guarded([&] {
        return state ? set_counter(state, "bytes_per_second", static_cast<double>(bytes),
                                   GB_COUNTER_RATE, benchmark::Counter::kIs1024)
                     : fail(EINVAL, "no state");
    });
}

int gb_set_items_processed(gb_state *state, uint64_t items)
{
    return guarded([&] {
        return state ? set_counter(state, "items_per_second", static_cast<double>(items),
                                   GB_COUNTER_RATE)
                     : fail(EINVAL, "no state");
    });
}

int gb_set_label(gb_state *state, const char *label)
{
    return guarded([&] {
        if (!state || !gb::is_clean(label))
            return fail(EINVAL, "a label is text in UTF-8");
        state->library.SetLabel(label);
        return 0;
    });
}

int gb_skip_with_error(gb_state *state, const char *message)
{
    return end_with(state, gb::ending::error, message);
}

int gb_skip(gb_state *state, const char *message)
{
    return end_with(state, gb::ending::skip, message);
}

int gb_add_context(const char *key, const char *value)
{
    return guarded_at_rest([&] {
        if (!gb::is_clean(key) || !key[0] || !gb::is_clean(value))
            return fail(EINVAL, "a context entry has a key and a value, in UTF-8");
        if (!context.insert(key).second)
            return fail(EEXIST, "the context has it already: ", key);
        benchmark::AddCustomContext(key, value);
        return 0;
    });
}

int gb_run(const char *filter, const gb_reporters *reporters)
{
    if (running)
        return fail(EBUSY, "benchmarks are running");
    const gb_reporters none = {};
    running = true;
    int status = guarded([&] {
        std::string spec = filter && filter[0] ? filter : ".";
        if (!is_filter(spec))
            return fail(EINVAL, "this is no regular expression: ", spec.c_str());
        initialize();
        runs++;
        gb::Fan fan(reporters ? *reporters : none);
        if (!fan.status() && benchmark::RunSpecifiedBenchmarks(&fan, spec) == 0)
            return fail(ENOENT, "no benchmark matches ", spec.c_str());
        if (!fan.status())
            fan.finish();
        if (fan.status())
            return fail(fan.status(),
                        "a report could not be written: ", std::strerror(fan.status()));
        return 0;
    });
    running = false;
    return status;
}

const char *gb_last_error(void)
{
    return last_error;
}

const char *gb_version(void)
{
    static const std::string version = library_version();
    return version.empty() ? nullptr : version.c_str();
}
}
