/* Our own channel as its users have it: through hchan/hchan.h and the shared library, with a call
 * for each operation, where the lab's loops have the channel's code inlined. Only this figure
 * stands on an equal footing with other people's channels. */
/* SPDX-License-Identifier: MIT */
#ifndef VARIANTS_PEERS_LIBHCHAN_H
#define VARIANTS_PEERS_LIBHCHAN_H

#include "variants/peers/peer.h"
#include <hchan/hchan.h>
#include <hchan/version.h>

namespace libhchan
{

/* A channel of the variant that Variant::name() names. */
template <class Variant> class channel
{
    hchan *c;

    static const struct hchan_variant *variant()
    {
        static const struct hchan_variant *const found = hchan_variant_named(Variant::name());
        return found;
    }

  public:
    explicit channel(uint64_t capacity) : c(makechan(variant(), sizeof(uint64_t), capacity))
    {
    }
    channel(const channel &) = delete;
    channel &operator=(const channel &) = delete;
    ~channel()
    {
        chanfree(c);
    }
    void send(uint64_t value)
    {
        chansend1(c, &value);
    }
    uint64_t recv()
    {
        uint64_t value;
        chanrecv1(c, &value);
        return value;
    }
};

} // namespace libhchan

#endif
