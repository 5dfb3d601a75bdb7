/* oneTBB's concurrent_bounded_queue as a peer. */
/* SPDX-License-Identifier: MIT */
#include "variants/peers/peer.h"
#include <oneapi/tbb/concurrent_queue.h>
#include <oneapi/tbb/version.h>

class buffer
{
    tbb::concurrent_bounded_queue<uint64_t> queue;

  public:
    explicit buffer(uint64_t capacity)
    {
        queue.set_capacity((ptrdiff_t)capacity);
    }
    void send(uint64_t value)
    {
        queue.push(value);
    }
    uint64_t recv()
    {
        uint64_t value;
        queue.pop(value);
        return value;
    }
};

struct onetbb {
    static const peer::about about;
    using buffered = buffer;
    using rendezvous = peer::none;
    using crew = peer::threads;
    enum { fifo = 1 };
    static const char *refuses(uint64_t)
    {
        return nullptr;
    }
};

const peer::about onetbb::about = {
    "tbb", "oneTBB " TBB_VERSION_STRING, "C++", {"rendezvous", "close but by abort", "select"}};

int main(int argc, char **argv)
{
    return peer::run<onetbb>(argc, argv);
}
