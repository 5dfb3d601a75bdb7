/* A peer whose channel is wrong in the way that BROKEN names: `lose` drops a value now and then,
 * `twice` delivers one twice, `swap` exchanges two. The checks must see each of these, and nothing
 * without BROKEN. */
/* SPDX-License-Identifier: MIT */
#include "variants/peers/mutex-condvar.h"
#include "variants/peers/peer.h"

class buffer
{
    struct bounded_buffer b;
    const char *fault = getenv("BROKEN") ? getenv("BROKEN") : "";
    unsigned count = 0;
    uint64_t held = peer::end_value;

    /* Not synchronized: the tests have one producer. */
    void do_wrong(uint64_t value)
    {
        if (strcmp(fault, "twice") == 0) {
            bounded_buffer_put(&b, value);
            bounded_buffer_put(&b, value);
        } else if (strcmp(fault, "swap") == 0) {
            held = value;
        } else if (strcmp(fault, "lose") != 0) {
            bounded_buffer_put(&b, value);
        }
    }

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
        if (value != peer::end_value && ++count % 64 == 5)
            return do_wrong(value);
        if (held != peer::end_value && value == peer::end_value)
            bounded_buffer_put(&b, held);
        bounded_buffer_put(&b, value);
        if (held != peer::end_value && value != peer::end_value) {
            bounded_buffer_put(&b, held);
            held = peer::end_value;
        }
    }
    uint64_t recv()
    {
        return bounded_buffer_get(&b);
    }
};

struct broken {
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

const peer::about broken::about = {"broken", "0", "C++", {"rendezvous"}};

int main(int argc, char **argv)
{
    return peer::run<broken>(argc, argv);
}
