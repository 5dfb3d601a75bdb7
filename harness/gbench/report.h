// The reporting half of gbench.cc, and included only there: text that JSON can carry, streams that
// are checked to the last byte, and the reporter that hands each run to all that are to have it.
// SPDX-License-Identifier: MIT
#ifndef HARNESS_GBENCH_REPORT_H
#define HARNESS_GBENCH_REPORT_H

#include "harness/gbench/gbench.h"
#include <benchmark/benchmark.h>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <string>
#include <sys/stat.h>
#include <type_traits>
#include <unistd.h>
#include <utility>
#include <vector>

namespace gb
{

// The length of the UTF-8 character at s; 0 if it is not one, or a control character that the
// library would copy into JSON as it is.
inline size_t character(const char *s)
{
    auto u = reinterpret_cast<const unsigned char *>(s);
    if (u[0] < 0x80)
        return u[0] >= 0x20 ? 1 : u[0] && std::strchr("\b\f\n\r\t", u[0]) ? 1 : 0;
    size_t length = u[0] >= 0xf0 ? 4 : u[0] >= 0xe0 ? 3 : 2;
    if (u[0] < 0xc2 || u[0] > 0xf4)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((u[i] & 0xc0) != 0x80)
            return 0;
    bool overlong = (u[0] == 0xe0 && u[1] < 0xa0) || (u[0] == 0xf0 && u[1] < 0x90);
    bool beyond = (u[0] == 0xed && u[1] >= 0xa0) || (u[0] == 0xf4 && u[1] >= 0x90);
    return overlong || beyond ? 0 : length;
}

inline std::string clean(const char *text)
{
    std::string result;
    while (*text) {
        size_t length = character(text);
        result.append(length ? text : "?", length ? length : 1);
        text += length ? length : 1;
    }
    return result;
}

inline bool is_clean(const char *text)
{
    return text && clean(text) == text;
}

// The library writes numbers that are not finite as NaN and Infinity, which JSON does not have. A
// value ends its line and a string ends in a quote, so that no string can be mistaken for one.
inline std::string with_nulls(std::string json)
{
    static const char *const numbers[] = {": NaN", ": -NaN", ": Infinity", ": -Infinity"};
    for (const char *number : numbers) {
        size_t length = std::strlen(number);
        for (size_t at = 0; (at = json.find(number, at)) != std::string::npos; at++) {
            size_t end = at + length + (json[at + length] == ',');
            if (json[end] == '\n')
                json.replace(at, length, ": null");
        }
    }
    return json;
}

// A stream of the caller's, or a file of our own, which gets its name when it is complete. The
// first failure is kept.
class Output
{
  public:
    Output() = default;
    Output(const Output &) = delete;
    Output &operator=(const Output &) = delete;

    ~Output()
    {
        if (ours_)
            close();
    }

    void borrow(FILE *file)
    {
        file_ = file;
    }

    void open(const char *path)
    {
        struct stat there;
        bool exists = stat(path, &there) == 0;
        path_ = path;
        if (char *resolved = realpath(path, nullptr)) {
            path_ = resolved;
            std::free(resolved);
        }
        temporary_ = exists && !S_ISREG(there.st_mode)
                         ? ""
                         : path_ + ".part." + std::to_string(static_cast<long>(getpid()));
        file_ = std::fopen(temporary_.empty() ? path : temporary_.c_str(), "we");
        ours_ = file_ != nullptr;
        if (!file_)
            note_failure(errno);
    }

    void write(const std::string &text)
    {
        if (!file_ || status_ || text.empty())
            return;
        errno = 0;
        if (std::fwrite(text.data(), 1, text.size(), file_) != text.size() || std::fflush(file_))
            note_failure(errno);
    }

    // Makes sure that all of it has arrived. A pipe or a stream in memory can't be synchronised.
    void finish()
    {
        errno = 0;
        if (file_ && (std::fflush(file_) || std::ferror(file_)))
            note_failure(errno);
        else if (file_ && fsync(fileno(file_)) && errno != EINVAL && errno != EROFS &&
                 errno != ENOTSUP && errno != EBADF)
            note_failure(errno);
        complete_ = status_ == 0;
        if (ours_)
            close();
    }

    int status() const
    {
        return status_;
    }

  private:
    void note_failure(int error)
    {
        if (!status_)
            status_ = error ? error : EIO;
    }

    void close()
    {
        if (std::fclose(file_))
            note_failure(errno);
        ours_ = false;
        file_ = nullptr;
        if (temporary_.empty())
            return;
        if (complete_ && !status_ && std::rename(temporary_.c_str(), path_.c_str()))
            note_failure(errno);
        if (!complete_ || status_)
            unlink(temporary_.c_str());
    }

    FILE *file_ = nullptr;
    bool ours_ = false, complete_ = false;
    int status_ = 0;
    std::string path_, temporary_;
};

// What a failed run is called changed between versions: error_occurred and error_message up to 1.7,
// skipped and skip_message after. The member that is there decides.
constexpr char skipped_prefix[] = "skipped: ";

template <typename R, typename = void> struct outcome {
    static void read(const R &run, gb_result &to)
    {
        using kind = decltype(R::skipped);
        if (run.skipped == kind::SkippedWithMessage)
            to.skip = run.skip_message.c_str();
        else if (run.skipped)
            to.error = run.skip_message.c_str();
    }
};

template <typename R> struct outcome<R, std::void_t<decltype(std::declval<R>().error_occurred)>> {
    static void read(const R &run, gb_result &to)
    {
        constexpr size_t length = sizeof(skipped_prefix) - 1;
        if (run.error_occurred && run.error_message.compare(0, length, skipped_prefix) == 0)
            to.skip = run.error_message.c_str() + length;
        else if (run.error_occurred)
            to.error = run.error_message.c_str();
    }
};

// Hands each run to the library's reporters and to the callback.
class Fan : public benchmark::BenchmarkReporter
{
  public:
    explicit Fan(const gb_reporters &to) : to_(to), wants_json_(to.json || to.json_path)
    {
        SetOutputStream(&unseen_);
        SetErrorStream(&unseen_);
        console_.SetOutputStream(&console_text_);
        console_.SetErrorStream(&console_text_);
        json_.SetOutputStream(&json_text_);
        json_.SetErrorStream(&unseen_);
        console_file_.borrow(to.console);
        json_file_.borrow(to.json);
        if (to.json_path)
            json_own_file_.open(to.json_path);
    }

    bool ReportContext(const Context &context) override
    {
        bool wanted = true;
        if (to_.console)
            wanted = console_.ReportContext(context);
        if (wants_json_)
            wanted = json_.ReportContext(context) && wanted;
        drain();
        return wanted && status() == 0;
    }

    void ReportRuns(const std::vector<Run> &runs) override
    {
        if (to_.console)
            console_.ReportRuns(runs);
        if (wants_json_)
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
        if (wants_json_)
            json_.Finalize();
        drain();
    }

    // To be called when benchmarks have run: only then may a file of ours get its name.
    void finish()
    {
        console_file_.finish();
        json_file_.finish();
        json_own_file_.finish();
    }

    int status() const
    {
        return console_file_.status() ? console_file_.status()
               : json_file_.status()  ? json_file_.status()
                                      : json_own_file_.status();
    }

  private:
    void hand_on(const Run &run)
    {
        std::string name = run.benchmark_name();
        std::vector<gb_counter> counters;
        for (const auto &entry : run.counters)
            counters.push_back({entry.first.c_str(), entry.second.value});
        gb_result result = {};
        result.name = name.c_str();
        result.is_aggregate = run.run_type == Run::RT_Aggregate;
        result.aggregate = run.aggregate_name.c_str();
        result.repetition = run.repetition_index > 0 ? run.repetition_index : 0;
        result.iterations = static_cast<uint64_t>(run.iterations);
        result.label = run.report_label.c_str();
        result.counters = counters.data();
        result.counter_count = counters.size();
        outcome<Run>::read(run, result);
        set_times(run, result);
        to_.on_run(&result, to_.arg);
    }

    static void set_times(const Run &run, gb_result &result)
    {
        // The library scales a percentage like a time, and undoes it only in its own reporters.
        result.is_ratio =
            result.is_aggregate && run.aggregate_unit == benchmark::StatisticUnit::kPercentage;
        double unit_ns = 1e9 / benchmark::GetTimeUnitMultiplier(run.time_unit);
        if (result.error || result.skip) {
            result.real_time_ns = result.cpu_time_ns = NAN;
        } else if (result.is_ratio) {
            result.real_time_ns = run.real_accumulated_time;
            result.cpu_time_ns = run.cpu_accumulated_time;
        } else {
            result.real_time_ns = run.GetAdjustedRealTime() * unit_ns;
            result.cpu_time_ns = run.GetAdjustedCPUTime() * unit_ns;
        }
    }

    void drain()
    {
        console_file_.write(console_text_.str());
        console_text_.str("");
        std::string json = with_nulls(json_text_.str());
        json_file_.write(json);
        json_own_file_.write(json);
        json_text_.str("");
    }

    const gb_reporters &to_;
    const bool wants_json_;
    std::ostringstream console_text_, json_text_, unseen_;
    benchmark::ConsoleReporter console_{benchmark::ConsoleReporter::OO_Tabular};
    benchmark::JSONReporter json_;
    Output console_file_, json_file_, json_own_file_;
};

} // namespace gb

#endif
