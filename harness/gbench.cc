#include "harness/gbench.h"
#include <array>
#include <benchmark/benchmark.h>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <regex>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

struct gb_state {
    benchmark::State *state;
    size_t columns; // of arguments
    bool reported;
};

namespace
{

std::string last_error;

int fail(int status, const std::string &sentence)
{
    last_error = sentence;
    return -status;
}

// What a failed run is called changed between versions: error_occurred and error_message up to 1.7,
// skipped and skip_message after. The member that is there decides.
template <typename R, typename = void> struct failure {
    static const char *message(const R &run)
    {
        return run.skipped ? run.skip_message.c_str() : nullptr;
    }
};

template <typename R> struct failure<R, std::void_t<decltype(std::declval<R>().error_occurred)>> {
    static const char *message(const R &run)
    {
        return run.error_occurred ? run.error_message.c_str() : nullptr;
    }
};

// Hands each run to the other reporters and to the callback.
class Fan : public benchmark::BenchmarkReporter
{
  public:
    explicit Fan(const gb_reporters &to) : to_(to)
    {
        console_.SetOutputStream(&console_text_);
        console_.SetErrorStream(&console_text_);
        json_.SetOutputStream(&json_text_);
        json_.SetErrorStream(&json_text_);
    }

    bool ReportContext(const Context &context) override
    {
        bool ok = true;
        if (to_.console)
            ok = console_.ReportContext(context) && ok;
        if (to_.json)
            ok = json_.ReportContext(context) && ok;
        return ok;
    }

    void ReportRuns(const std::vector<Run> &runs) override
    {
        if (to_.console)
            console_.ReportRuns(runs);
        if (to_.json)
            json_.ReportRuns(runs);
        if (to_.on_run)
            for (const Run &run : runs)
                hand_on(run);
        drain();
    }

    void Finalize() override
    {
        if (to_.console)
            console_.Finalize();
        if (to_.json)
            json_.Finalize();
        drain();
    }

    int status() const
    {
        return status_;
    }

  private:
    void hand_on(const Run &run)
    {
        std::string name = run.benchmark_name();
        double per_second = benchmark::GetTimeUnitMultiplier(run.time_unit);
        std::vector<gb_counter> counters;
        for (const auto &entry : run.counters)
            counters.push_back({entry.first.c_str(), entry.second.value});
        gb_run_ = {};
        gb_run_.name = name.c_str();
        gb_run_.is_aggregate = run.run_type == Run::RT_Aggregate;
        gb_run_.aggregate = run.aggregate_name.c_str();
        gb_run_.repetition = static_cast<uint32_t>(run.repetition_index);
        gb_run_.iterations = static_cast<uint64_t>(run.iterations);
        gb_run_.real_time_ns = run.GetAdjustedRealTime() / per_second * 1e9;
        gb_run_.cpu_time_ns = run.GetAdjustedCPUTime() / per_second * 1e9;
        gb_run_.label = run.report_label.c_str();
        gb_run_.error = failure<Run>::message(run);
        gb_run_.counters = counters.data();
        gb_run_.counter_count = counters.size();
        to_.on_run(&gb_run_, to_.arg);
    }

    void write(std::ostringstream &text, FILE *file)
    {
        std::string s = text.str();
        text.str("");
        if (!file || s.empty())
            return;
        if (std::fwrite(s.data(), 1, s.size(), file) != s.size() || std::fflush(file) == EOF)
            status_ = errno ? errno : EIO;
    }

    void drain()
    {
        write(console_text_, to_.console);
        write(json_text_, to_.json);
    }

    const gb_reporters &to_;
    std::ostringstream console_text_, json_text_;
    benchmark::ConsoleReporter console_{benchmark::ConsoleReporter::OO_Tabular};
    benchmark::JSONReporter json_;
    struct gb_result gb_run_;
    int status_ = 0;
};

benchmark::TimeUnit unit_of(gb_unit unit)
{
    switch (unit) {
    case GB_MICROSECOND:
        return benchmark::kMicrosecond;
    case GB_MILLISECOND:
        return benchmark::kMillisecond;
    case GB_SECOND:
        return benchmark::kSecond;
    default:
        return benchmark::kNanosecond;
    }
}

// The library takes plain functions over a vector; each of ours gets a slot with one of those.
using compute_function = double (*)(const double *, size_t);
constexpr size_t slot_count = 16;
compute_function slots[slot_count];

template <size_t I> double trampoline(const std::vector<double> &v)
{
    return slots[I](v.data(), v.size());
}

template <size_t... I>
constexpr std::array<double (*)(const std::vector<double> &), sizeof...(I)>
make_trampolines(std::index_sequence<I...>)
{
    return {trampoline<I>...};
}

const auto trampolines = make_trampolines(std::make_index_sequence<slot_count>());

// The slot of a function, or the first free one; slot_count where there is neither.
size_t slot_of(compute_function compute)
{
    size_t i = 0;
    while (i < slot_count && slots[i] && slots[i] != compute)
        i++;
    return i;
}

bool claim_slots(const gb_options &o)
{
    for (size_t i = 0; i < o.statistic_count; i++) {
        size_t slot = slot_of(o.statistics[i].compute);
        if (slot == slot_count)
            return false;
        slots[slot] = o.statistics[i].compute;
    }
    return true;
}

bool sensible(const gb_options &o)
{
    if (!std::isfinite(o.min_time_s) || o.min_time_s < 0)
        return false;
    if (o.iterations > INT64_MAX || o.repetitions > INT32_MAX)
        return false;
    if (o.iterations && o.min_time_s > 0)
        return false; // the library aborts on both
    if (o.rows && (!o.args || !o.columns))
        return false;
    for (size_t i = 0; i < o.statistic_count; i++)
        if (!o.statistics[i].name || !o.statistics[i].compute)
            return false;
    return true;
}

void apply(benchmark::internal::Benchmark *b, const gb_options &o)
{
    if (o.manual_time)
        b->UseManualTime();
    else if (o.real_time)
        b->UseRealTime();
    if (o.iterations)
        b->Iterations(static_cast<benchmark::IterationCount>(o.iterations));
    if (o.repetitions)
        b->Repetitions(static_cast<int>(o.repetitions));
    if (o.min_time_s > 0)
        b->MinTime(o.min_time_s);
    if (o.aggregates_only)
        b->ReportAggregatesOnly(true);
    b->Unit(unit_of(o.unit));
    for (size_t r = 0; r < o.rows; r++)
        b->Args({o.args + r * o.columns, o.args + (r + 1) * o.columns});
    if (o.arg_names && o.columns)
        b->ArgNames({o.arg_names, o.arg_names + o.columns});
    for (size_t i = 0; i < o.statistic_count; i++) {
        b->ComputeStatistics(o.statistics[i].name, trampolines[slot_of(o.statistics[i].compute)]);
    }
}

// Runs `body` where an exception may be thrown (out of memory, mostly) and turns it into an errno.
template <typename F> int guarded(F body)
{
    try {
        return body();
    } catch (const std::bad_alloc &) {
        return fail(ENOMEM, "out of memory");
    } catch (const std::exception &e) {
        return fail(EIO, e.what());
    }
}

} // namespace

extern "C" {

int gb_register(const char *name, gb_function *function, void *arg, const gb_options *options)
{
    return guarded([&] {
        const gb_options defaults = {};
        const gb_options &o = options ? *options : defaults;
        if (!name || !name[0] || !function)
            return fail(EINVAL, "a benchmark needs a name and a function");
        if (!sensible(o))
            return fail(EINVAL, std::string("the options of ") + name + " make no sense");
        size_t columns = o.rows ? o.columns : 0;
        auto run = [function, arg, columns](benchmark::State &state) {
            gb_state mine = {&state, columns, false};
            function(&mine, arg);
        };
        if (!claim_slots(o))
            return fail(ENOSPC, "more than 16 different statistics are registered");
        apply(benchmark::RegisterBenchmark(name, run), o);
        return 0;
    });
}

void gb_clear(void)
{
    benchmark::ClearRegisteredBenchmarks();
}

bool gb_keep_running_batch(gb_state *state, uint64_t n)
{
    return n > 0 && n <= INT64_MAX &&
           state->state->KeepRunningBatch(static_cast<benchmark::IterationCount>(n));
}

int gb_report_batch(gb_state *state, uint64_t ops, double seconds)
{
    if (ops == 0 || ops > INT64_MAX || !std::isfinite(seconds) || seconds < 0)
        return fail(EINVAL, "a batch has operations and a time that is not negative");
    if (state->reported)
        return fail(EBUSY, "a batch was reported already");
    state->reported = true;
    // Asked for more iterations than the one that it was told to run, the library counts the rest
    // as left over from the batch: the result has `ops` iterations.
    auto n = static_cast<benchmark::IterationCount>(ops);
    if (!state->state->KeepRunningBatch(n))
        return fail(EBUSY, "the benchmark is over");
    state->state->SetIterationTime(seconds);
    state->state->KeepRunningBatch(n);
    return 0;
}

int gb_set_iteration_time(gb_state *state, double seconds)
{
    if (!std::isfinite(seconds) || seconds < 0)
        return fail(EINVAL, "a time is finite and not negative");
    state->state->SetIterationTime(seconds);
    return 0;
}

void gb_pause_timing(gb_state *state)
{
    state->state->PauseTiming();
}

void gb_resume_timing(gb_state *state)
{
    state->state->ResumeTiming();
}

int64_t gb_range(const gb_state *state, size_t column)
{
    return column < state->columns ? state->state->range(column) : 0;
}

uint64_t gb_iterations(const gb_state *state)
{
    return static_cast<uint64_t>(state->state->iterations());
}

int gb_set_counter(gb_state *state, const char *name, double value, unsigned flags)
{
    return guarded([&] {
        if (!name || !name[0] || !std::isfinite(value))
            return fail(EINVAL, "a counter has a name and a finite value");
        unsigned kind = benchmark::Counter::kDefaults;
        if (flags & GB_COUNTER_RATE)
            kind |= benchmark::Counter::kIsRate;
        if (flags & GB_COUNTER_PER_ITERATION)
            kind |= benchmark::Counter::kAvgIterations;
        if (flags & GB_COUNTER_INVERT)
            kind |= benchmark::Counter::kInvert;
        state->state->counters[name] =
            benchmark::Counter(value, static_cast<benchmark::Counter::Flags>(kind));
        return 0;
    });
}

void gb_set_label(gb_state *state, const char *label)
{
    guarded([&] {
        state->state->SetLabel(label ? label : "");
        return 0;
    });
}

void gb_set_bytes_processed(gb_state *state, uint64_t bytes)
{
    state->state->SetBytesProcessed(static_cast<int64_t>(bytes));
}

void gb_set_items_processed(gb_state *state, uint64_t items)
{
    state->state->SetItemsProcessed(static_cast<int64_t>(items));
}

void gb_skip_with_error(gb_state *state, const char *message)
{
    guarded([&] {
        state->state->SkipWithError(message ? message : "failed");
        return 0;
    });
}

int gb_add_context(const char *key, const char *value)
{
    return guarded([&] {
        if (!key || !key[0] || !value)
            return fail(EINVAL, "a context entry has a key and a value");
        benchmark::AddCustomContext(key, value);
        return 0;
    });
}

int gb_run(const char *filter, const gb_reporters *reporters)
{
    return guarded([&] {
        const gb_reporters none = {};
        std::string spec = filter && filter[0] ? filter : ".";
        try {
            std::regex check(spec, std::regex::extended);
        } catch (const std::regex_error &) {
            return fail(EINVAL, "'" + spec + "' is no regular expression");
        }
        Fan fan(reporters ? *reporters : none);
        errno = 0;
        size_t ran = benchmark::RunSpecifiedBenchmarks(&fan, spec);
        if (ran == 0)
            return fail(ENOENT, "no benchmark matches '" + spec + "'");
        if (fan.status())
            return fail(fan.status(), std::string("a report could not be written: ") +
                                          std::strerror(fan.status()));
        return 0;
    });
}

const char *gb_last_error(void)
{
    return last_error.c_str();
}
}
