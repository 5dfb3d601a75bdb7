/* The workloads of a peer in C++, which differ in which party takes from which: as in
 * harness/scenarios/, over the peer's channels. */
/* SPDX-License-Identifier: MIT */
#ifndef VARIANTS_PEERS_WORKLOADS_H
#define VARIANTS_PEERS_WORKLOADS_H

#include "variants/peers/loops.h"

namespace peer
{

/* A party of a workload: it makes values, or takes them, or takes and makes. */
struct role {
    int in, out; /* channels, or -1 */
    bool thinks;
};

/* The workloads, as the roles of their first party, their second, and the others. In a pipeline
 * each party takes from the one before. The first party leads. */
inline role role_of(const arguments &a, unsigned i)
{
    static const struct {
        const char *name;
        role roles[3];
    } rows[] = {
        {"fan-in", {{0, -1, false}, {-1, 0, true}, {-1, 0, true}}},
        {"fan-out", {{-1, 0, false}, {0, -1, true}, {0, -1, true}}},
        {"worker-pool", {{1, -1, false}, {-1, 0, false}, {0, 1, true}}},
        {"price-quote", {{1, -1, true}, {-1, 0, false}, {0, 1, false}}},
    };
    for (auto &row : rows)
        if (a.scenario == row.name)
            return row.roles[i < 2 ? i : 2];
    return i == 0 ? role{(int)a.threads - 2, -1, true} : role{(int)i - 2, (int)i - 1, true};
}

/* Runs a workload. The last party to end that sends on a channel sends an end to each receiver
 * there. In price-quote the party in the middle makes one bar of 64 quotes, and quotes come in
 * bursts. */
template <class Peer, class Channel, bool checked> class workload
{
    enum { BAR = 64, BURST = 4 };
    const arguments &a;
    std::vector<party> &parties;
    bool quotes;
    std::vector<std::unique_ptr<Channel>> channels;
    std::vector<unsigned> takers;
    std::vector<std::atomic<unsigned>> makers;
    std::atomic<bool> stop{false};
    std::vector<uint64_t> next;   /* the lead's */
    std::vector<uint64_t> before; /* what each party had done when the window began */

    void send(party &self, Channel &out, uint64_t value)
    {
        out.send(value);
        self.sum += checked ? spread(value) : 0;
    }
    /* Returns false at the end. */
    bool receive(party &self, Channel &in, uint64_t &value)
    {
        if ((value = in.recv()) == end_value)
            return false;
        self.sum -= checked ? spread(value) : 0;
        return true;
    }
    void leave(int out)
    {
        if (out >= 0 && makers[out].fetch_sub(1) == 1)
            for (unsigned k = 0; k < takers[out]; k++)
                channels[out]->send(end_value);
    }
    void make(unsigned i, const role &r, uint64_t count)
    {
        Channel &out = *channels[r.out];
        party &self = parties[i];
        uint64_t turns = r.thinks ? a.turns : 0, made = self.made;
        for (uint64_t end = made + count; made < end && !stop.load(std::memory_order_relaxed);) {
            think(turns);
            send(self, out, value_of(i, made++));
            self.ops.store(made, std::memory_order_relaxed);
        }
        self.made = made;
    }
    void make_quotes(unsigned i, const role &r)
    {
        party &self = parties[i];
        for (uint64_t bars = 1; !stop.load(std::memory_order_relaxed); bars++) {
            for (int k = 0; k < BAR; k++)
                send(self, *channels[r.out], value_of(i, self.made++));
            self.ops.store(self.made, std::memory_order_relaxed);
            if (bars % BURST == 0)
                think(BURST * a.turns);
        }
    }
    void take(unsigned i, const role &r, uint64_t count, std::vector<uint64_t> &order)
    {
        Channel &in = *channels[r.in];
        party &self = parties[i];
        uint64_t turns = r.thinks ? a.turns : 0, taken = 0, per = quotes ? BAR : 1;
        for (uint64_t value; taken < count && receive(self, in, value); taken += per) {
            if (checked && r.in == 0)
                look_at(self, value, order);
            think(turns);
            self.ops.store(taken + per, std::memory_order_relaxed);
        }
        self.taken += taken;
    }
    void pass(unsigned i, const role &r, std::vector<uint64_t> &order)
    {
        Channel &in = *channels[r.in], &out = *channels[r.out];
        party &self = parties[i];
        uint64_t turns = r.thinks ? a.turns : 0, per = quotes ? BAR : 1, got = 0;
        for (uint64_t value; receive(self, in, value);) {
            if (checked && r.in == 0)
                look_at(self, value, order);
            think(turns);
            if (++got % per == 0) {
                send(self, out, value);
                self.ops.store(got, std::memory_order_relaxed);
            }
        }
    }

  public:
    enum { multiple = BAR };
    workload(const arguments &given, std::vector<party> &who)
        : a(given), parties(who), quotes(given.scenario == "price-quote"), next(who.size()),
          before(who.size())
    {
        int count = 0;
        for (unsigned i = 0; i < parties.size(); i++)
            count = std::max(count, role_of(a, i).out + 1);
        takers.resize(count);
        makers = std::vector<std::atomic<unsigned>>(count);
        for (unsigned i = 0; i < parties.size(); i++) {
            role r = role_of(a, i);
            if (r.in >= 0)
                takers[r.in]++;
            if (r.out >= 0)
                makers[r.out]++;
        }
        for (int i = 0; i < count; i++)
            channels.emplace_back(new Channel(quotes && i == 1 ? 0 : a.capacity));
    }
    void lead(uint64_t ops)
    {
        role r = role_of(a, 0);
        if (r.in < 0)
            make(0, r, ops);
        else
            take(0, r, ops, next);
    }
    void begin()
    {
        for (size_t i = 1; i < parties.size(); i++)
            before[i] = parties[i].ops.load(std::memory_order_relaxed);
    }
    /* Whether the lead consumed what was done before the window: the others did one of their steps
     * in it less often than the lead, by more than an eighth. Parties that send on one channel
     * share a step. */
    bool is_fed_from_before(uint64_t led) const
    {
        std::vector<uint64_t> steps(role_of(a, 0).in < 0 ? 0 : channels.size());
        for (unsigned i = 1; i < parties.size() && !steps.empty(); i++)
            steps[role_of(a, i).out] += parties[i].ops.load(std::memory_order_relaxed) - before[i];
        return std::any_of(steps.begin(), steps.end(),
                           [led](uint64_t done) { return done < led - led / 8; });
    }
    /* Waits until the others are behind the lead by at most this much. */
    void settle(uint64_t behind)
    {
        auto waits = [this, behind] {
            uint64_t taken = 0;
            for (size_t i = 1; i < parties.size(); i++)
                taken += parties[i].ops.load(std::memory_order_relaxed);
            return taken + behind < parties[0].made;
        };
        while (role_of(a, 0).in < 0 && waits())
            Peer::crew::relax();
    }
    void serve(unsigned i)
    {
        role r = role_of(a, i);
        std::vector<uint64_t> order(parties.size());
        if (r.in < 0 && quotes)
            make_quotes(i, r);
        else if (r.in < 0)
            make(i, r, UINT64_MAX >> 1);
        else if (r.out < 0)
            take(i, r, UINT64_MAX, order);
        else
            pass(i, r, order);
        leave(r.out);
    }
    void finish()
    {
        stop.store(true);
        role r = role_of(a, 0);
        if (r.in < 0)
            leave(r.out);
        else
            take(0, r, UINT64_MAX, next);
    }
    std::string verdict()
    {
        uint64_t made = 0, taken = 0, sum = 0;
        bool disordered = false;
        for (const party &p : parties) {
            made += p.made;
            taken += p.taken;
            sum += p.sum;
            disordered = disordered || p.disordered;
        }
        if constexpr (!Peer::fifo) /* an end may have overtaken values */
            for (auto &channel : channels)
                for (uint64_t value; channel->try_recv(value); taken++)
                    sum -= checked ? spread(value) : 0;
        if (made != taken)
            return std::to_string(made) + " values were sent, " + std::to_string(taken) + " came";
        if (sum != 0)
            return "what came is not what was sent";
        return disordered && Peer::fifo ? "values of one sender came out of order" : "";
    }
};

/* A channel with or without a buffer, depending on its capacity: price-quote has one of each. */
template <class Peer> class either
{
    std::unique_ptr<typename Peer::buffered> buffered;
    std::unique_ptr<typename Peer::rendezvous> rendezvous;

  public:
    explicit either(uint64_t capacity)
    {
        if (capacity)
            buffered.reset(new typename Peer::buffered(capacity));
        else
            rendezvous.reset(new typename Peer::rendezvous(0));
    }
    void send(uint64_t value)
    {
        if (buffered)
            buffered->send(value);
        else
            rendezvous->send(value);
    }
    uint64_t recv()
    {
        return buffered ? buffered->recv() : rendezvous->recv();
    }
};

} // namespace peer

#endif
