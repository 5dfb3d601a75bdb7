// The running half of gbench.cc, and included only there: follows a benchmark through its loop and
// its repetitions, so that the library is never asked for something that makes it end the process.
//
// Invariants.
// - The library, unless it is built with NDEBUG, ends the process if a benchmark returns before its
//   loop has ended, loops on after that, or pauses outside of it. gb_state therefore follows the
//   loop (`done`, `paused`, `over`), and the library is called only when it is ready for it.
// - It also ends the process if repetitions differ in their iterations, failed ones included, and
//   reads an unset pointer if the first failed and two others did not. `repetitions` therefore
//   remembers the first, and each later one ends with as many iterations, or fails as the first.
// - A counter's flags must not differ between repetitions: `flags` remembers them.
// SPDX-License-Identifier: MIT
#ifndef HARNESS_GBENCH_LOOP_H
#define HARNESS_GBENCH_LOOP_H

#include "harness/gbench/gbench.h"
#include "harness/gbench/report.h"
#include <benchmark/benchmark.h>
#include <map>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace gb
{

enum class ending { well, skip, error };

// What the repetitions of one row have in common. They follow one another with the same row and the
// same wanted iterations, while the library's search for a good number wants more each time.
struct repetitions {
    unsigned run = 0; // of gb_run()
    std::vector<int64_t> row;
    uint64_t wanted = 0, iterations = 0;
    ending end = ending::well; // of the first
    std::string message;
};

struct registered {
    gb_function *function;
    void *arg;
    size_t columns;
    bool manual_time, repeated;
    repetitions first;
    std::map<std::string, unsigned> flags;
};

} // namespace gb

struct gb_state {
    gb_state(benchmark::State &of, gb::registered &b, uint64_t n, const gb::repetitions *before)
        : library(of), benchmark(b), wanted(n), first(before)
    {
    }

    benchmark::State &library;
    gb::registered &benchmark;
    const uint64_t wanted;
    const gb::repetitions *first; // NULL in the first repetition
    uint64_t done = 0;
    bool paused = false, over = false;
    gb::ending end = gb::ending::well;
    std::string message; // of a skip or error
};

namespace gb
{

// A skip that is not an error came with version 1.8.
template <typename S, typename = void> struct skipping {
    static void skip(S &state, const std::string &message)
    {
        state.SkipWithError((skipped_prefix + message).c_str());
    }
};

template <typename S>
struct skipping<S, std::void_t<decltype(std::declval<S &>().SkipWithMessage(std::string()))>> {
    static void skip(S &state, const std::string &message)
    {
        state.SkipWithMessage(message);
    }
};

// Gives a repetition that fails as many iterations as the first had.
inline void even_out(gb_state &state)
{
    uint64_t target = state.first ? state.first->iterations : state.wanted;
    if (!state.benchmark.repeated || state.done >= target)
        return;
    state.library.KeepRunningBatch(static_cast<benchmark::IterationCount>(target - state.done));
    state.done = target;
}

// Ends the run before or in its loop, or makes one that is over fail.
inline void end_with(gb_state &state, ending end, const std::string &message)
{
    even_out(state);
    if (end == ending::skip)
        skipping<benchmark::State>::skip(state.library, message);
    else
        state.library.SkipWithError(message.c_str());
    state.over = true;
    state.end = end;
    state.message = message;
}

// Whether n more iterations leave the repetition as long as the first.
inline bool stays_even(const gb_state &state, uint64_t n)
{
    bool last = state.done < state.wanted && state.done + n >= state.wanted;
    return !state.first || !last || state.done + n == state.first->iterations;
}

inline bool keep_running(gb_state &state, uint64_t n)
{
    if (!stays_even(state, n)) {
        end_with(state, ending::error,
                 "repetitions differ in their iterations: the first had " +
                     std::to_string(state.first->iterations) + ", this one " +
                     std::to_string(state.done + n));
        return false;
    }
    if (state.paused)
        state.library.ResumeTiming();
    state.paused = false;
    bool more = state.library.KeepRunningBatch(static_cast<benchmark::IterationCount>(n));
    state.done += more ? n : 0;
    state.over = !more;
    return more;
}

inline bool in_loop(const gb_state *state)
{
    return state && state->done > 0 && !state->over;
}

// Runs a benchmark's function once for the library.
inline void call(registered &b, benchmark::State &library, unsigned run)
{
    std::vector<int64_t> row;
    for (size_t i = 0; i < b.columns; i++)
        row.push_back(library.range(i));
    auto wanted = static_cast<uint64_t>(library.max_iterations);
    repetitions &first = b.first;
    bool again = b.repeated && first.run == run && first.wanted == wanted && first.row == row;
    gb_state state(library, b, wanted, again ? &first : nullptr);
    if (again && first.end != ending::well)
        end_with(state, first.end, first.message);
    else
        b.function(&state, b.arg);
    if (!state.over)
        end_with(state, ending::error, "the function returned before its loop ended");
    if (!again)
        first = {run, row, wanted, state.done, state.end, state.message};
}

} // namespace gb

#endif
