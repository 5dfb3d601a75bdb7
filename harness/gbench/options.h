// The registering half of gbench.cc, and included only there: checks options, hands them to the
// library, and makes its statistics of C functions.
// SPDX-License-Identifier: MIT
#ifndef HARNESS_GBENCH_OPTIONS_H
#define HARNESS_GBENCH_OPTIONS_H

#include "harness/gbench/gbench.h"
#include "harness/gbench/report.h"
#include <algorithm>
#include <array>
#include <benchmark/benchmark.h>
#include <cmath>
#include <cstring>
#include <utility>
#include <vector>

namespace gb
{

// The library divides by iterations as doubles, which are exact up to this number.
constexpr uint64_t most_iterations = UINT64_C(1) << 53;

inline benchmark::TimeUnit unit_of(gb_unit unit)
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
inline compute_function slots[slot_count];

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

constexpr auto trampolines = make_trampolines(std::make_index_sequence<slot_count>());

// The slot of a function, or the first free one; slot_count if there is neither.
inline size_t slot_of(compute_function compute)
{
    size_t i = 0;
    while (i < slot_count && slots[i] && slots[i] != compute)
        i++;
    return i;
}

// Claims a slot for each statistic, or for none of them.
inline bool claim_slots(const gb_options &o)
{
    compute_function before[slot_count];
    std::copy(std::begin(slots), std::end(slots), before);
    for (size_t i = 0; i < o.statistic_count; i++) {
        size_t slot = slot_of(o.statistics[i].compute);
        if (slot == slot_count) {
            std::copy(std::begin(before), std::end(before), slots);
            return false;
        }
        slots[slot] = o.statistics[i].compute;
    }
    return true;
}

inline bool two_rows_are_the_same(const gb_options &o)
{
    for (size_t i = 0; i < o.rows; i++)
        for (size_t k = 0; k < i; k++)
            if (std::equal(o.args + i * o.columns, o.args + (i + 1) * o.columns,
                           o.args + k * o.columns))
                return true;
    return false;
}

// What is wrong with the options, or NULL.
inline const char *complaint(const gb_options &o)
{
    if (!std::isfinite(o.min_time_s) || o.min_time_s < 0)
        return "min_time_s is finite and not negative";
    if (o.iterations > most_iterations || o.repetitions > INT32_MAX)
        return "more than 2^53 iterations or 2^31 repetitions";
    if (o.iterations && o.min_time_s > 0)
        return "iterations and min_time_s exclude each other";
    if (o.manual_time && o.real_time)
        return "manual_time and real_time exclude each other";
    unsigned unit; // an enum from C may hold any number; C++ must not even read such a one
    std::memcpy(&unit, &o.unit, sizeof(unit));
    if (unit > GB_SECOND)
        return "unknown unit";
    if (o.rows && (!o.args || !o.columns || o.rows > SIZE_MAX / sizeof(*o.args) / o.columns))
        return "rows need args and columns";
    if (two_rows_are_the_same(o))
        return "two rows of arguments are the same";
    for (size_t i = 0; o.arg_names && i < o.columns; i++)
        if (!is_clean(o.arg_names[i]))
            return "each column has a name, in UTF-8";
    if (o.statistic_count && !o.statistics)
        return "statistics are missing";
    for (size_t i = 0; i < o.statistic_count; i++)
        if (!is_clean(o.statistics[i].name) || !o.statistics[i].name[0] || !o.statistics[i].compute)
            return "a statistic has a name, in UTF-8, and a function";
    return nullptr;
}

// A template, because the type of a registered benchmark has moved between namespaces.
template <typename B> void apply(B *b, const gb_options &o)
{
    if (o.manual_time)
        b->UseManualTime();
    if (o.real_time)
        b->UseRealTime();
    if (o.process_cpu_time)
        b->MeasureProcessCPUTime();
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
    if (o.rows && o.arg_names)
        b->ArgNames({o.arg_names, o.arg_names + o.columns});
    for (size_t i = 0; i < o.statistic_count; i++)
        b->ComputeStatistics(o.statistics[i].name, trampolines[slot_of(o.statistics[i].compute)]);
}

} // namespace gb

#endif
