/* The row of a freed channel (core/chan/life.h): whatever is called through it ends the process. No
 * state. */
/* SPDX-License-Identifier: MIT */
#include "core/chan/life.h"

#define FREED_SEND(name)                                                                   \
    static bool freed_##name(hchan *c, const void *elem, bool block, const void *callerpc) \
    {                                                                                      \
        (void)elem, (void)block, (void)callerpc;                                           \
        chan_refuse_pointer(c, #name);                                                     \
    }
#define FREED_RECV(name)                                                       \
    static bool freed_##name(hchan *c, void *elem, bool block, bool *received, \
                             const void *callerpc)                             \
    {                                                                          \
        (void)elem, (void)block, (void)received, (void)callerpc;               \
        chan_refuse_pointer(c, #name);                                         \
    }
FREED_SEND(chansend)
FREED_SEND(chansend1)
FREED_RECV(chanrecv)
FREED_RECV(chanrecv1)
FREED_RECV(chanrecv2)

static enum hchan_end freed_send_end(hchan *c, const void *elem, bool block, const void *callerpc)
{
    (void)elem, (void)callerpc;
    chan_refuse_pointer(c, block ? "hchan_send" : "hchan_try_send");
}

/* The other functions check before they read the row. */
const struct hchan_variant chan_freed = {
    .chansend = freed_chansend,
    .chansend1 = freed_chansend1,
    .send_end = freed_send_end,
    .chanrecv = freed_chanrecv,
    .chanrecv1 = freed_chanrecv1,
    .chanrecv2 = freed_chanrecv2,
};
