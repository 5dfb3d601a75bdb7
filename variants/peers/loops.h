/* The loops of a peer in C++: those of the scenarios without a group, and of Go's benchmarks, as in
 * harness/scenarios/, over one of the peer's channels. The workloads are in workloads.h. */
/* SPDX-License-Identifier: MIT */
#ifndef VARIANTS_PEERS_LOOPS_H
#define VARIANTS_PEERS_LOOPS_H

#include "variants/peers/party.h"

namespace peer
{

/* Producers send as fast as they can, consumers receive, until `stop`. The last producer to end
 * sends each consumer an end. Even parties produce. */
template <class Peer, class Channel, bool checked> class prod_cons
{
    const arguments &a;
    Channel channel;
    std::vector<party> &parties;
    std::atomic<unsigned> producing;

  public:
    enum { pairs = 1 }; /* odd parties count operations; otherwise all do */
    std::atomic<bool> stop{false};

    prod_cons(const arguments &given, std::vector<party> &who)
        : a(given), channel(given.capacity), parties(who), producing((unsigned)given.threads / 2)
    {
    }
    void part(unsigned i)
    {
        if (i % 2 == 0)
            produce(i);
        else
            consume(i);
    }
    void produce(unsigned i)
    {
        party &self = parties[i];
        uint64_t sent = 0, sum = 0;
        while (!stop.load(std::memory_order_relaxed)) {
            think(a.turns);
            uint64_t value = value_of(i, sent);
            channel.send(value);
            if (checked)
                sum += spread(value);
            sent++;
        }
        self.ops.store(sent, std::memory_order_relaxed); /* only consumers are timed */
        self.sum = sum;
        if (producing.fetch_sub(1) == 1)
            for (unsigned k = 0; k < a.threads / 2; k++)
                channel.send(end_value);
    }
    void consume(unsigned i)
    {
        party &self = parties[i];
        std::vector<uint64_t> next(checked ? a.threads : 0);
        uint64_t received = 0;
        for (uint64_t value; (value = channel.recv()) != end_value;) {
            if (checked) {
                self.sum += spread(value);
                look_at(self, value, next);
            }
            self.ops.store(++received, std::memory_order_relaxed);
            think(a.turns);
        }
    }
    /* After the end: whether what was sent has arrived, and in order. Returns "" or what is
     * wrong. */
    std::string verdict()
    {
        uint64_t sent = 0, came = 0, sum = 0;
        bool disordered = false;
        for (unsigned i = 0; i < parties.size(); i++) {
            uint64_t ops = parties[i].ops.load();
            sent += i % 2 == 0 ? ops : 0;
            came += i % 2 == 0 ? 0 : ops;
            sum += i % 2 == 0 ? parties[i].sum : -parties[i].sum;
            disordered = disordered || parties[i].disordered;
        }
        if constexpr (!Peer::fifo) /* an end may have overtaken values */
            for (uint64_t value; channel.try_recv(value); came++)
                sum -= checked ? spread(value) : 0;
        if (sent != came)
            return std::to_string(sent) + " values were sent, " + std::to_string(came) + " came";
        if (sum != 0)
            return "what came is not what was sent";
        return disordered && Peer::fifo ? "values of one sender came out of order" : "";
    }
};

/* A party of a crowd has done `done` operations: returns whether it goes on. Parties that are not
 * preempted let the others run now and then. */
template <class Peer> bool goes_on(party &self, uint64_t done, const std::atomic<bool> &stop)
{
    self.ops.store(done, std::memory_order_relaxed);
    if (Peer::crew::cooperative && done % 64 == 0)
        Peer::crew::relax();
    return !stop.load(std::memory_order_relaxed);
}

enum { GO_BATCH = 100 }; /* as in Go's ChanUncontended and ChanContended */

/* go-chan-uncontended: each party fills and empties a channel of its own. */
template <class Peer, class Channel, bool checked> class uncontended
{
    std::vector<party> &parties;

  public:
    enum { pairs = 0 };
    std::atomic<bool> stop{false};

    uncontended(const arguments &, std::vector<party> &who) : parties(who)
    {
    }
    void part(unsigned i)
    {
        Channel channel(GO_BATCH);
        party &self = parties[i];
        uint64_t done = 0;
        do {
            for (uint64_t k = 0; k < GO_BATCH; k++)
                channel.send(value_of(i, k));
            for (uint64_t k = 0; k < GO_BATCH; k++) {
                uint64_t value = channel.recv();
                if (checked && value != value_of(i, k))
                    self.disordered = true;
            }
        } while (goes_on<Peer>(self, ++done, stop));
    }
    std::string verdict()
    {
        for (const party &p : parties)
            if (p.disordered)
                return "what came is not what was sent";
        return "";
    }
};

/* go-chan-contended: all parties fill and empty one channel, which has room for all. A party that
 * is in the middle of a batch at the end leaves. */
template <class Peer, class Channel, bool checked> class contended
{
    Channel channel;
    std::vector<party> &parties;

  public:
    enum { pairs = 0 };
    std::atomic<bool> stop{false};

    contended(const arguments &a, std::vector<party> &who)
        : channel(GO_BATCH * a.threads), parties(who)
    {
    }
    void part(unsigned i)
    {
        party &self = parties[i];
        uint64_t sent = 0, taken = 0, done = 0, sum = 0;
        do {
            uint64_t end = sent + GO_BATCH;
            for (; sent < end && !stop.load(std::memory_order_relaxed); sent++) {
                channel.send(value_of(i, sent));
                sum += checked ? spread(value_of(i, sent)) : 0;
            }
            for (; taken < end && !stop.load(std::memory_order_relaxed); taken++) {
                uint64_t value = channel.recv();
                sum -= checked ? spread(value) : 0;
            }
            done += taken == end;
        } while (goes_on<Peer>(self, done, stop));
        self.made = sent;
        self.taken = taken;
        self.sum = sum;
    }
    std::string verdict()
    {
        uint64_t left = 0, sum = 0;
        for (const party &p : parties) {
            left += p.made - p.taken;
            sum += p.sum;
        }
        for (; left > 0; left--)
            sum -= checked ? spread(channel.recv()) : (channel.recv(), 0);
        return sum ? "what came is not what was sent" : "";
    }
};

/* What a window with a lead needs if it counts nothing that others do. */
struct lead_alone {
    void begin()
    {
    }
    bool is_fed_from_before(uint64_t) const
    {
        return false;
    }
    void settle(uint64_t)
    {
    }
};

/* buffer-hop: a lead that sends and receives in turn on one channel; or that sends while another
 * party receives, each a quarter of the buffer once it knows that there is room, or that there are
 * values. */
template <class Peer, class Channel, bool checked> class buffer_hop : public lead_alone
{
    const arguments &a;
    std::vector<party> &parties;
    Channel channel;
    bool wrong = false;
    std::atomic<bool> stop{false};
    alignas(128) std::atomic<uint64_t> sent{0};
    alignas(128) std::atomic<uint64_t> taken{0};

    void look_for(uint64_t number)
    {
        uint64_t value = channel.recv();
        if (checked && value != number)
            wrong = true;
    }
    void produce(uint64_t ops)
    {
        uint64_t chunk = a.capacity >= 4 ? a.capacity / 4 : 1, number = sent.load();
        for (uint64_t end = number + ops; number < end;) {
            uint64_t upto = end - number < chunk ? end : number + chunk;
            while (upto - taken.load(std::memory_order_acquire) > a.capacity)
                Peer::crew::wait(a);
            for (; number < upto; number++)
                channel.send(number);
            sent.store(number, std::memory_order_release);
        }
        while (taken.load(std::memory_order_acquire) != number)
            Peer::crew::wait(a);
    }

  public:
    enum { multiple = 1 };
    buffer_hop(const arguments &given, std::vector<party> &who)
        : a(given), parties(who), channel(given.capacity)
    {
    }
    void lead(uint64_t ops)
    {
        if (parties.size() > 1)
            return produce(ops);
        uint64_t number = sent.load(std::memory_order_relaxed);
        for (uint64_t i = 0; i < ops; i++, number++) {
            channel.send(number);
            look_for(number);
        }
        sent.store(number, std::memory_order_relaxed);
    }
    void serve(unsigned)
    {
        uint64_t number = 0;
        for (;;) {
            uint64_t upto = sent.load(std::memory_order_acquire);
            if (number == upto && stop.load(std::memory_order_acquire))
                return;
            if (number == upto) {
                Peer::crew::wait(a);
                continue; /* the lead reads `taken`: a store would take its line for nothing */
            }
            for (; number < upto; number++)
                look_for(number);
            taken.store(number, std::memory_order_release);
        }
    }
    void finish()
    {
        stop.store(true, std::memory_order_release);
    }
    std::string verdict() const
    {
        return wrong ? "what came is not what was sent" : "";
    }
};

/* park-wake, over two channels, and go-chan-sync, over one: a lead that sends and waits for the
 * answer. One operation is one way. */
template <class Peer, class Channel, bool checked> class ping_pong : public lead_alone
{
    const arguments &a;
    bool both; /* both ways over one channel */
    Channel there, other;
    Channel &back;
    uint64_t number = 0;
    bool wrong = false;

  public:
    enum { multiple = 2 };
    ping_pong(const arguments &given, std::vector<party> &)
        : a(given), both(given.scenario == "go-chan-sync"), there(0), other(0),
          back(both ? there : other)
    {
    }
    void lead(uint64_t ops)
    {
        for (uint64_t i = 0; i < ops; i += 2) {
            there.send(number);
            think(a.turns);
            uint64_t value = back.recv();
            think(a.turns);
            if (checked && value != number)
                wrong = true;
            number++;
        }
    }
    void serve(unsigned)
    {
        for (uint64_t value; (value = there.recv()) != end_value;) {
            think(a.turns);
            back.send(value);
            think(a.turns);
        }
    }
    void finish()
    {
        there.send(end_value);
    }
    std::string verdict() const
    {
        return wrong ? "what came is not what was sent" : "";
    }
};

/* go-make-chan: make a channel and free it. */
template <class Peer, class Channel> class make_chan : public lead_alone
{
    const arguments &a;

  public:
    enum { multiple = 1 };
    make_chan(const arguments &given, std::vector<party> &) : a(given)
    {
    }
    void lead(uint64_t ops)
    {
        for (uint64_t i = 0; i < ops; i++) {
            Channel channel(a.capacity);
            __asm__ volatile("" : : "r"(&channel) : "memory");
        }
    }
    void serve(unsigned)
    {
    }
    void finish()
    {
    }
    std::string verdict() const
    {
        return "";
    }
};

} // namespace peer

#endif
