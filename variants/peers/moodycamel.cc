/* moodycamel's BlockingConcurrentQueue as a peer, used without tokens, as its readme begins. It has
 * no bound: values that producers are ahead by stay in memory until the window ends. It keeps the
 * order of the values of one producer; a consumer sees those of several producers in any order. */
/* SPDX-License-Identifier: MIT */
#include "variants/peers/peer.h"
#include <concurrentqueue/blockingconcurrentqueue.h>

class buffer
{
    moodycamel::BlockingConcurrentQueue<uint64_t> queue;

  public:
    explicit buffer(uint64_t capacity) : queue(capacity)
    {
    }
    void send(uint64_t value)
    {
        queue.enqueue(value);
    }
    uint64_t recv()
    {
        uint64_t value;
        queue.wait_dequeue(value);
        return value;
    }
    bool try_recv(uint64_t &value)
    {
        while (queue.try_dequeue(value))
            if (value != peer::end_value)
                return true;
        return false;
    }
};

struct moodycamel_queue {
    static const peer::about about;
    using buffered = buffer;
    using rendezvous = peer::none;
    using crew = peer::threads;
    enum { fifo = 0 };
    static const char *refuses(uint64_t)
    {
        return nullptr;
    }
};

const peer::about moodycamel_queue::about = {
    "moodycamel",
    MOODYCAMEL_VERSION,
    "C++",
    {"rendezvous", "close", "select", "first in first out", "a bound"}};

int main(int argc, char **argv)
{
    return peer::run<moodycamel_queue>(argc, argv);
}
