/* The skeleton of a peer in C++: the command line, the windows and the records of a peer program
 * (README.md has the protocol). A peer is a struct with its names and its channel types, and ends
 * with `int main(int argc, char **argv) { return peer::run<it>(argc, argv); }`:
 *
 *     static const peer::about about;   name, version, language, what it lacks
 *     using buffered, rendezvous;       constructed from a capacity, with send(uint64_t) and
 *                                       uint64_t recv(); peer::none if it has no such channel
 *     static const char *refuses(uint64_t capacity);   why it cannot have a capacity, or NULL
 *     using crew;                       peer::threads, or another way to run parties
 *     enum { fifo };                    whether the values of one sender arrive in order
 *
 * The loops are the scenarios' own (harness/scenarios/), over this channel: loops.h and
 * workloads.h. */
/* SPDX-License-Identifier: MIT */
#ifndef VARIANTS_PEERS_PEER_H
#define VARIANTS_PEERS_PEER_H

#include "variants/peers/loops.h"
#include "variants/peers/workloads.h"
#include <algorithm>
#include <type_traits>

namespace peer
{

inline void skip_misplaced(const std::vector<party> &parties)
{
    for (const party &p : parties)
        if (!p.error.empty())
            give_up(p.error);
}

/* Reads the progress of all parties; true if each one that counts has progressed since `before`. */
inline bool look(const std::vector<party> &parties, bool pairs, const std::vector<uint64_t> &before,
                 std::vector<uint64_t> &now)
{
    bool all = true;
    for (size_t i = 0; i < parties.size(); i++) {
        now[i] = parties[i].ops.load(std::memory_order_relaxed);
        all = all && ((pairs && i % 2 == 0) || now[i] - before[i] >= 8);
    }
    return all;
}

/* As in the lab's harness: sleeps a step at a time until each party has done some operations, or
 * for 32 windows. Returns how long the window is to be, which is fixed before it begins: twice as
 * long as that took, but one window at least and 32 at most. `none` is all zero. */
inline uint64_t run_in(const std::vector<party> &parties, bool pairs, uint64_t window_ns,
                       const std::vector<uint64_t> &none, std::vector<uint64_t> &now)
{
    uint64_t start = clock_ns(), took, most = 32 * window_ns;
    do {
        sleep_ns(window_ns / 8);
        took = clock_ns() - start;
    } while (!look(parties, pairs, none, now) && took < most);
    return std::min(std::max(2 * took, window_ns), most);
}

/* Whether anybody who counts has done anything between. */
inline bool progressed(bool pairs, const std::vector<uint64_t> &before,
                       const std::vector<uint64_t> &after)
{
    for (size_t i = pairs; i < before.size(); i += 1 + pairs)
        if (after[i] != before[i])
            return true;
    return false;
}

/* What a crowd did in its window. */
inline sample sum_crowd(bool pairs, const std::vector<uint64_t> &before,
                        const std::vector<uint64_t> &after, double window_ns)
{
    double sum = 0, squares = 0, active = 0, parties = (double)(before.size() / (1 + pairs));
    for (size_t i = pairs; i < before.size(); i += 1 + pairs) {
        double ops = (double)(after[i] - before[i]);
        sum += ops;
        squares += ops * ops;
        active += ops > 0;
    }
    sample s;
    s.ops = (uint64_t)sum;
    s.window_ns = window_ns;
    s.overlap = parties > 1 ? active / parties : NAN;
    s.fairness = parties > 1 && squares > 0 ? sum * sum / (parties * squares) : NAN;
    return s;
}

template <class Peer, class Scenario> sample crowd_window(const arguments &a)
{
    std::vector<party> parties(a.threads);
    std::vector<uint64_t> before(a.threads), after(a.threads);
    bool pairs = Scenario::pairs;
    Scenario it(a, parties);
    typename Peer::crew crew;
    crew.start(a, parties, [&it](unsigned i) { it.part(i); });
    uint64_t length = run_in(parties, pairs, a.window_ns, before, after);
    usage used;
    uint64_t start = clock_ns();
    look(parties, pairs, after, before);
    uint64_t end;
    do { /* a window in which nobody did anything goes on */
        sleep_ns(length);
        end = clock_ns();
        look(parties, pairs, before, after);
    } while (!progressed(pairs, before, after) && end - start < 32 * a.window_ns);
    used.stop();
    it.stop.store(true);
    crew.join();
    skip_misplaced(parties);
    std::string wrong = it.verdict();
    if (!wrong.empty())
        fail(wrong);
    sample s = sum_crowd(pairs, before, after, (double)(end - start));
    s.count(used);
    return s;
}

/* One window of a scenario with a lead: asks for `ops` operations until the window is over, after a
 * warm-up of twice as many. */
template <class Peer, class Scenario>
sample lead_window(const arguments &a, uint64_t ops, bool find)
{
    std::vector<party> parties(a.threads);
    Scenario it(a, parties);
    typename Peer::crew crew;
    sample s;
    crew.start(a, parties, [&](unsigned i) {
        if (i != 0)
            return it.serve(i);
        if (!find)
            it.lead(2 * ops);
        it.settle(0);
        it.begin();
        usage used;
        uint64_t start = clock_ns();
        do {
            it.lead(ops);
            it.settle(ops);
            s.ops += ops;
            s.window_ns = (double)(clock_ns() - start);
        } while (!find && (s.window_ns < (double)a.window_ns || it.is_fed_from_before(s.ops)));
        it.settle(0);
        s.window_ns = (double)(clock_ns() - start);
        used.stop();
        s.count(used);
        it.finish();
    });
    crew.join();
    skip_misplaced(parties);
    std::string wrong = it.verdict();
    if (!wrong.empty())
        fail(wrong);
    return s;
}

template <class Peer, class Scenario> void measure_lead(const arguments &a)
{
    enum { LOOKS = 16, MULTIPLE = Scenario::multiple }; /* readings of the clock in a window */
    uint64_t ops = MULTIPLE;
    sample found;
    do {
        ops *= 8;
        found = lead_window<Peer, Scenario>(a, ops, true);
    } while (found.window_ns < (double)a.window_ns / LOOKS / 4);
    double wanted = (double)a.window_ns / LOOKS / (found.window_ns / (double)found.ops) / MULTIPLE;
    ops = MULTIPLE * (wanted < 1 ? 1 : (uint64_t)wanted);
    for (uint64_t i = 0; i < a.samples; i++)
        put_sample(a, i, lead_window<Peer, Scenario>(a, ops, false));
}

template <class Peer, class Scenario> void measure_crowd(const arguments &a)
{
    uint64_t missed = 0, index = 0;
    for (uint64_t i = 0; i < a.samples; i++) {
        sample s = crowd_window<Peer, Scenario>(a);
        if (s.ops == 0)
            missed++;
        else
            put_sample(a, index++, s);
    }
    if (missed)
        time_out(missed, a.samples);
}

template <class Peer, class Channel, bool checked> void measure_with(const arguments &a)
{
    if constexpr (std::is_same_v<Channel, none>)
        lack(a.capacity == 0 ? "rendezvous" : "a buffer");
    else if (a.scenario == "prod-cons")
        measure_crowd<Peer, prod_cons<Peer, Channel, checked>>(a);
    else if (a.scenario == "go-chan-uncontended")
        measure_crowd<Peer, uncontended<Peer, Channel, checked>>(a);
    else if (a.scenario == "go-chan-contended")
        measure_crowd<Peer, contended<Peer, Channel, checked>>(a);
    else if (a.scenario == "park-wake" || a.scenario == "go-chan-sync")
        measure_lead<Peer, ping_pong<Peer, Channel, checked>>(a);
    else if (a.scenario == "buffer-hop")
        measure_lead<Peer, buffer_hop<Peer, Channel, checked>>(a);
    else if (a.scenario == "go-make-chan")
        measure_lead<Peer, make_chan<Peer, Channel>>(a);
    else
        measure_lead<Peer, workload<Peer, Channel, checked>>(a);
}

template <class Peer, bool checked> void measure(const arguments &a)
{
    const char *why = a.capacity ? Peer::refuses(a.capacity) : nullptr;
    if (a.scenario == "cancel")
        lack("select");
    if (why)
        lack(why);
    if (a.capacity == 0)
        return measure_with<Peer, typename Peer::rendezvous, checked>(a);
    if (a.scenario != "price-quote")
        return measure_with<Peer, typename Peer::buffered, checked>(a);
    if constexpr (std::is_same_v<typename Peer::rendezvous, none>)
        lack("rendezvous");
    else
        measure_lead<Peer, workload<Peer, either<Peer>, checked>>(a);
}

template <class Peer> int run(int argc, char **argv)
{
    arguments a = read_arguments(Peer::about, argc, argv);
    if (a.check)
        measure<Peer, true>(a);
    else
        measure<Peer, false>(a);
    return put_end(0, "");
}

} // namespace peer

#endif
