/* The parties in a peer's window: threads, the values that they send, and their think time. */
/* SPDX-License-Identifier: MIT */
#ifndef VARIANTS_PEERS_PARTY_H
#define VARIANTS_PEERS_PARTY_H

#include "variants/peers/protocol.h"
#include <atomic>
#include <functional>
#include <memory>
#include <pthread.h>
#include <sched.h>
#include <vector>

namespace peer
{

struct none {
};

/* Ends a receiver; differs from every value that is sent. */
constexpr uint64_t end_value = UINT64_MAX;

/* A value holds its sender and its number. */
constexpr uint64_t value_of(unsigned sender, uint64_t number)
{
    return (uint64_t)sender << 40 | number;
}

/* Mixes the bits of a value, so that the sums of sent and of received values differ if one was
 * lost, changed, or received twice. */
inline uint64_t spread(uint64_t v)
{
    v = (v ^ v >> 30) * 0xbf58476d1ce4e5b9U;
    v = (v ^ v >> 27) * 0x94d049bb133111ebU;
    return v ^ v >> 31;
}

/* Think time: this many multiplications, each of which needs the result of the one before. */
inline void think(uint64_t turns)
{
    uint64_t x = turns;
    for (uint64_t i = 0; i < turns; i++) {
        x = x * 6364136223846793005U + 1;
        __asm__ volatile("" : "+r"(x));
    }
}

/* A party: it sends or receives. */
struct alignas(128) party {
    std::atomic<uint64_t> ops{0}; /* so far; read by the window */
    uint64_t made = 0, taken = 0; /* used in scenarios with a lead */
    uint64_t sum = 0;             /* of its values, mixed; kept by checked loops */
    bool disordered = false;
    std::string error; /* why it is not bound as it should be */
};

/* One turn of a loop that waits for another PU. */
inline void spin()
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

/* Parties as threads, thread i on PU i % 2. */
class threads
{
    std::vector<pthread_t> started;
    struct job {
        std::function<void(unsigned)> part;
        unsigned index, pu;
        party *self;
        threads *all;
    };
    std::vector<std::unique_ptr<job>> jobs;
    std::atomic<unsigned> arrived{0}, failed{0};

    static void *enter(void *arg)
    {
        job *j = static_cast<job *>(arg);
        j->self->error = bind_to(j->pu);
        if (!j->self->error.empty())
            j->all->failed.fetch_add(1);
        j->all->arrived.fetch_add(1);
        while (j->all->arrived.load() < j->all->jobs.size())
            sched_yield();
        if (j->all->failed.load() == 0)
            j->part(j->index);
        return nullptr;
    }

  public:
    /* Starts the parties; each runs its part once all are bound as they should be. */
    void start(const arguments &a, std::vector<party> &parties, std::function<void(unsigned)> part)
    {
        for (unsigned i = 0; i < parties.size(); i++)
            jobs.emplace_back(new job{part, i, a.pu[i % 2], &parties[i], this});
        for (auto &j : jobs) {
            pthread_t thread;
            if (int error = pthread_create(&thread, nullptr, enter, j.get()))
                give_up(std::string("a thread could not be made: ") + strerror(error));
            started.push_back(thread);
        }
    }
    void join()
    {
        for (pthread_t thread : started)
            pthread_join(thread, nullptr);
    }
    enum { cooperative = 0 }; /* 1: a party that never waits has to let others run */
    static void relax()
    {
        sched_yield();
    }
    /* One turn of waiting for another party, which may be on the same PU. */
    static void wait(const arguments &a)
    {
        if (a.pu[0] == a.pu[1])
            sched_yield();
        else
            spin();
    }
};

/* Checks a received value: counts it, and requires it to be newer than the last one of its
 * sender. */
inline void look_at(party &self, uint64_t value, std::vector<uint64_t> &next)
{
    unsigned sender = (unsigned)(value >> 40);
    uint64_t number = value & value_of(0, UINT64_MAX >> 24);
    if (sender >= next.size() || number < next[sender])
        self.disordered = true;
    else
        next[sender] = number + 1;
}

} // namespace peer

#endif
