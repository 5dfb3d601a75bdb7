/* The library's channel between threads that sleep in the kernel, as a peer. */
/* SPDX-License-Identifier: MIT */
#include "variants/peers/libhchan.h"

struct futex_park {
    static const peer::about about;
    static const char *name()
    {
        return "futex-park";
    }
    using buffered = libhchan::channel<futex_park>;
    using rendezvous = libhchan::channel<futex_park>;
    using crew = peer::threads;
    enum { fifo = 1 };
    static const char *refuses(uint64_t)
    {
        return nullptr;
    }
};

const peer::about futex_park::about = {
    "libhchan", "futex-park of libhchan " HCHAN_VERSION_STRING, "C", {"a loop with select"}};

int main(int argc, char **argv)
{
    return peer::run<futex_park>(argc, argv);
}
