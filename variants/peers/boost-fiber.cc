/* Boost.Fiber's channels as a peer. Parties are fibers, on one thread for each PU of the cell; the
 * threads share them. A buffered_channel is made for a power of two and holds one value less:
 * capacity 128 has room for 127. */
/* SPDX-License-Identifier: MIT */
#include "variants/peers/peer.h"
#include <boost/fiber/all.hpp>
#include <boost/version.hpp>
#include <thread>

namespace fibers = boost::fibers;

template <class Channel> class channel_of
{
    Channel channel;

  public:
    template <class... Size> explicit channel_of(int, Size... size) : channel(size...)
    {
    }
    void send(uint64_t value)
    {
        channel.push(value);
    }
    uint64_t recv()
    {
        uint64_t value = peer::end_value;
        channel.pop(value);
        return value;
    }
};

struct buffer : channel_of<fibers::buffered_channel<uint64_t>> {
    explicit buffer(uint64_t capacity) : channel_of(0, (size_t)capacity)
    {
    }
};

struct no_buffer : channel_of<fibers::unbuffered_channel<uint64_t>> {
    explicit no_buffer(uint64_t) : channel_of(0)
    {
    }
};

/* Parties as fibers. The first thread makes them; each thread runs whichever is ready, until all
 * have ended. */
class fiber_crew
{
    std::vector<std::thread> workers;
    fibers::mutex mutex;
    fibers::condition_variable_any ended;
    std::atomic<size_t> left{0}, arrived{0};
    std::atomic<bool> failed{false};

    void run_party(unsigned i, const std::function<void(unsigned)> &part)
    {
        part(i);
        std::unique_lock<fibers::mutex> lock(mutex);
        if (left.fetch_sub(1) == 1)
            ended.notify_all();
    }
    void make_fibers(size_t count, const std::function<void(unsigned)> &part)
    {
        for (unsigned i = 0; i < count; i++)
            fibers::fiber(fibers::launch::post, [this, i, part] { run_party(i, part); }).detach();
    }
    void work(unsigned index, unsigned pu, size_t threads, std::vector<peer::party> &parties,
              const std::function<void(unsigned)> &part)
    {
        std::string error = peer::bind_to(pu);
        if (!error.empty()) {
            parties[index].error = error;
            failed.store(true);
        }
        fibers::use_scheduling_algorithm<fibers::algo::shared_work>();
        arrived.fetch_add(1);
        while (arrived.load() < threads)
            sched_yield();
        if (failed.load())
            return;
        if (index == 0)
            make_fibers(parties.size(), part);
        std::unique_lock<fibers::mutex> lock(mutex);
        ended.wait(lock, [this] { return left.load() == 0; });
    }

  public:
    enum { cooperative = 1 };
    static void relax()
    {
        boost::this_fiber::yield();
    }
    static void wait(const peer::arguments &)
    {
        boost::this_fiber::yield();
    }
    void start(const peer::arguments &a, std::vector<peer::party> &parties,
               std::function<void(unsigned)> part)
    {
        size_t threads = a.pu[0] == a.pu[1] || parties.size() == 1 ? 1 : 2;
        left.store(parties.size());
        for (unsigned i = 0; i < threads; i++)
            workers.emplace_back([=, &parties] { work(i, a.pu[i], threads, parties, part); });
    }
    void join()
    {
        for (std::thread &worker : workers)
            worker.join();
    }
};

struct boost_fiber {
    static const peer::about about;
    using buffered = buffer;
    using rendezvous = no_buffer;
    using crew = fiber_crew;
    enum { fifo = 1 };
    static const char *refuses(uint64_t capacity)
    {
        bool power = capacity >= 2 && (capacity & (capacity - 1)) == 0;
        return power ? nullptr : "capacities that are no power of two";
    }
};

const peer::about boost_fiber::about = {
    "boost-fiber",
    "Boost " BOOST_LIB_VERSION,
    "C++",
    {"select", "capacities that are no power of two", "the last place of a buffer"}};

int main(int argc, char **argv)
{
    return peer::run<boost_fiber>(argc, argv);
}
