/* The protocol of README.md for peers in C++: the arguments, the records, the clock, and being
 * bound to a PU. */
/* SPDX-License-Identifier: MIT */
#ifndef VARIANTS_PEERS_PROTOCOL_H
#define VARIANTS_PEERS_PROTOCOL_H

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sched.h>
#include <string>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include <vector>

namespace peer
{

/* What --describe prints. */
struct about {
    const char *name, *version, *language;
    std::vector<const char *> lacks;
};

struct arguments {
    std::string scenario;
    uint64_t capacity = 0, elem = 8, threads = 0;
    uint64_t turns = 0; /* of thinking: --turns, or else as many as the cell has nanoseconds */
    uint64_t process = 0, samples = 5, window_ns = 10000000;
    unsigned pu[2] = {0, 0};
    bool check = false; /* check every received value */
    bool ack = false;
};

struct sample {
    uint64_t ops = 0;
    double window_ns = 0, overlap = NAN, fairness = NAN, cpu_ns = NAN, switches = NAN;
    void count(const struct usage &used);
};

/* The scenarios, as in harness/scenarios/: the defaults of what a cell may leave out, and how many
 * threads may take part. */
struct known {
    const char *name;
    uint64_t capacity, threads, least, most;
    bool even; /* threads come in pairs */
};

inline const known scenarios[] = {
    {"prod-cons", 128, 2, 2, 1024, true},
    {"park-wake", 0, 2, 2, 2, false},
    {"buffer-hop", 128, 1, 1, 2, false},
    {"fan-in", 0, 4, 2, 1024, false},
    {"fan-out", 0, 4, 2, 1024, false},
    {"pipeline", 0, 4, 2, 1024, false},
    {"worker-pool", 0, 4, 3, 1024, false},
    {"price-quote", 1024, 3, 3, 3, false},
    {"cancel", 0, 4, 2, 1024, false},
    {"go-chan-uncontended", 100, 2, 1, 1024, false},
    {"go-chan-contended", 100, 2, 1, 1024, false},
    {"go-chan-sync", 0, 2, 2, 2, false},
    {"go-make-chan", 8, 1, 1, 1, false},
};

/* How harness/base/cell.h numbers the ends of a cell. */
enum { STATUS_OK, STATUS_TIMEOUT, STATUS_FAILED, STATUS_SKIPPED, STATUS_LACKING };

inline bool awaits_acks; /* from standard input, one byte for each record */

inline uint64_t clock_ns()
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

inline void sleep_ns(uint64_t ns)
{
    struct timespec t = {(time_t)(ns / 1000000000U), (long)(ns % 1000000000U)};
    while (nanosleep(&t, &t) && errno == EINTR)
        ;
}

/* CPU time and context switches of the process, from the constructor to stop(). */
struct usage {
    uint64_t cpu_ns, switches;
    usage() : cpu_ns(0), switches(0)
    {
        stop();
    }
    void stop()
    {
        struct timespec t;
        struct rusage r;
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
        getrusage(RUSAGE_SELF, &r);
        cpu_ns = (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec - cpu_ns;
        switches = (uint64_t)(r.ru_nvcsw + r.ru_nivcsw) - switches;
    }
};

inline void sample::count(const usage &used)
{
    cpu_ns = (double)used.cpu_ns;
    switches = (double)used.switches;
}

/* Flushes a record that has been written, and waits until the sweep acknowledges it. */
inline void flush_record()
{
    char byte;
    ssize_t got = 1;
    putchar('\n');
    if (fflush(stdout) == EOF)
        _exit(4);
    if (awaits_acks)
        while ((got = read(STDIN_FILENO, &byte, 1)) < 0 && errno == EINTR)
            ;
    if (got != 1)
        _exit(4); /* the sweep is gone */
}

inline void put_number(const char *key, double value)
{
    if (std::isfinite(value))
        printf(",\"%s\":%.17g", key, value);
    else
        printf(",\"%s\":null", key);
}

inline void put_sample(const arguments &a, uint64_t index, const sample &s)
{
    double ops = (double)s.ops;
    printf("{\"kind\":\"sample\",\"process\":%llu,\"index\":%llu,\"ops\":%llu",
           (unsigned long long)a.process, (unsigned long long)index, (unsigned long long)s.ops);
    put_number("ns_per_op", s.window_ns / ops);
    put_number("window_ns", s.window_ns);
    put_number("overlap", s.overlap);
    put_number("cpu_ns_per_op", s.cpu_ns / ops);
    put_number("switches_per_op", s.switches / ops);
    put_number("fairness", s.fairness);
    putchar('}');
    flush_record();
}

/* One of our strings in quotes; characters that JSON would escape are left out. */
inline std::string quoted(std::string text)
{
    text.erase(std::remove_if(text.begin(), text.end(),
                              [](char c) { return c < ' ' || c == '"' || c == '\\'; }),
               text.end());
    return '"' + text + '"';
}

/* Prints the last record; returns the program's exit status. */
inline int put_end(int status, const std::string &message)
{
    printf("{\"kind\":\"end\",\"status\":%d,\"message\":%s}", status, quoted(message).c_str());
    flush_record();
    return status == STATUS_OK ? 0 : 5;
}

/* The cell cannot be measured here. */
[[noreturn]] inline void give_up(const std::string &why)
{
    _exit(put_end(STATUS_SKIPPED, why));
}

/* The cell needs what the channel does not have. */
[[noreturn]] inline void lack(const std::string &what)
{
    _exit(put_end(STATUS_LACKING, "lacks " + what));
}

/* The channel did something wrong. */
[[noreturn]] inline void fail(const std::string &what)
{
    _exit(put_end(STATUS_FAILED, what));
}

[[noreturn]] inline void time_out(uint64_t missed, uint64_t windows)
{
    _exit(put_end(STATUS_TIMEOUT, "no operation ended in " + std::to_string(missed) + " of " +
                                      std::to_string(windows) + " windows"));
}

/* Binds the calling thread and verifies it. Returns "", or what went wrong. */
inline std::string bind_to(unsigned pu)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    if (pu < CPU_SETSIZE)
        CPU_SET(pu, &set);
    bool bound = sched_setaffinity(0, sizeof(set), &set) == 0 && sched_getcpu() == (int)pu;
    return bound ? "" : "a thread could not be bound to PU " + std::to_string(pu);
}

[[noreturn]] inline void refuse(const about &it, const std::string &what)
{
    fprintf(stderr, "%s: %s\n", it.name, what.c_str());
    exit(2);
}

[[noreturn]] inline void describe(const about &it)
{
    const char *gap = "";
    printf("{\"name\":%s,\"version\":%s,\"language\":%s,\"lacks\":[", quoted(it.name).c_str(),
           quoted(it.version).c_str(), quoted(it.language).c_str());
    for (const char *what : it.lacks) {
        printf("%s%s", gap, quoted(what).c_str());
        gap = ",";
    }
    printf("],\"scenarios\":[");
    gap = "";
    for (const known &k : scenarios) {
        printf("%s\"%s\"", gap, k.name);
        gap = ",";
    }
    printf("]}\n");
    exit(fflush(stdout) == EOF ? 4 : 0);
}

inline uint64_t read_uint(const about &it, const std::string &what, const std::string &text)
{
    char *end;
    errno = 0;
    uint64_t value = strtoull(text.c_str(), &end, 10);
    if (text.empty() || text[0] < '0' || text[0] > '9' || *end || errno)
        refuse(it, what + " '" + text + "': give a number");
    return value;
}

/* The scenario of this name. If the program has none, that is a wrong call. */
inline const known &find_scenario(const about &it, const std::string &name)
{
    for (const known &k : scenarios)
        if (name == k.name)
            return k;
    refuse(it, "no scenario '" + name + "': --describe tells them");
}

/* scenario/variant=NAME/key=value/...: unknown keys are refused, not ignored. */
inline void read_cell(const about &it, const std::string &cell, arguments &a)
{
    size_t at = cell.find('/');
    a.scenario = cell.substr(0, at);
    const known &k = find_scenario(it, a.scenario);
    a.capacity = k.capacity;
    a.threads = k.threads;
    while (at != std::string::npos) {
        size_t next = cell.find('/', at + 1), equals = cell.find('=', at);
        std::string key = cell.substr(at + 1, equals - at - 1);
        std::string value = equals < next ? cell.substr(equals + 1, next - equals - 1) : "";
        uint64_t *number = key == "capacity"  ? &a.capacity
                           : key == "elem"    ? &a.elem
                           : key == "threads" ? &a.threads
                           : key == "work"    ? &a.turns
                                              : nullptr;
        if (number)
            *number = read_uint(it, key, value);
        else if (key != "place" && !(key == "variant" && value == it.name))
            refuse(it, "no cell '" + cell + "': it has " + it.name + "'s as hchanlab names them");
        at = next;
    }
}

/* Refuses what the loops cannot do. */
inline void check_cell(const about &it, const arguments &a)
{
    const known &k = find_scenario(it, a.scenario);
    if (a.elem != 8)
        lack("elements of other than 8 bytes here");
    if (a.threads < k.least || a.threads > k.most || (k.even && a.threads % 2))
        lack(a.scenario + " in " + std::to_string(a.threads) + " threads");
}

inline void read_pus(const about &it, const std::string &text, arguments &a)
{
    size_t comma = text.find(',');
    a.pu[0] = (unsigned)read_uint(it, "--pus", text.substr(0, comma));
    a.pu[1] = comma == std::string::npos ? a.pu[0]
                                         : (unsigned)read_uint(it, "--pus", text.substr(comma + 1));
}

/* PEER CELL --pus A,B [--process N] [--samples N] [--window-ns N] [--limit-ns N] [--turns N]
 * [--ack]
 * [--check], or PEER --describe. */
inline arguments read_arguments(const about &it, int argc, char **argv)
{
    arguments a;
    uint64_t limit_ns; /* used by scenarios that no peer has */
    if (argc == 2 && strcmp(argv[1], "--describe") == 0)
        describe(it);
    if (argc < 2)
        refuse(it, "name a cell, or give --describe");
    read_cell(it, argv[1], a);
    for (int i = 2; i < argc; i++) {
        std::string option = argv[i], value = i + 1 < argc ? argv[i + 1] : "";
        uint64_t *number = option == "--process"     ? &a.process
                           : option == "--samples"   ? &a.samples
                           : option == "--window-ns" ? &a.window_ns
                           : option == "--limit-ns"  ? &limit_ns
                           : option == "--turns"     ? &a.turns
                                                     : nullptr;
        if (option == "--ack")
            a.ack = true;
        else if (option == "--check")
            a.check = true;
        else if (number)
            *number = read_uint(it, option, value);
        else if (option == "--pus")
            read_pus(it, value, a);
        else
            refuse(it, "no option '" + option + "'");
        i += number || option == "--pus";
    }
    awaits_acks = a.ack;
    check_cell(it, a);
    return a;
}

} // namespace peer

#endif
