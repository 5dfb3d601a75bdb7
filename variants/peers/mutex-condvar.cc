/* The bounded buffer of mutex-condvar.h as a peer. */
/* SPDX-License-Identifier: MIT */
#include "variants/peers/mutex-condvar.h"
#include "variants/peers/peer.h"
#include <gnu/libc-version.h>

class buffer
{
    struct bounded_buffer b;

  public:
    explicit buffer(uint64_t capacity)
    {
        if (bounded_buffer_init(&b, capacity))
            peer::give_up("no memory for the buffer");
    }
    ~buffer()
    {
        bounded_buffer_destroy(&b);
    }
    void send(uint64_t value)
    {
        bounded_buffer_put(&b, value);
    }
    uint64_t recv()
    {
        return bounded_buffer_get(&b);
    }
};

struct mutex_condvar {
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

static const std::string version = std::string("glibc ") + gnu_get_libc_version();
const peer::about mutex_condvar::about = {
    "mutex-condvar", version.c_str(), "C", {"rendezvous", "close", "select"}};

int main(int argc, char **argv)
{
    return peer::run<mutex_condvar>(argc, argv);
}
