/* The row of a freed channel (core/chan/life.h): whatever is called through it ends the process. No
 * state. */
/* SPDX-License-Identifier: MIT */
#include "core/chan/life.h"

static bool freed_chansend(hchan *c, const void *elem, bool block, const void *callerpc)
{
    (void)elem, (void)block, (void)callerpc;
    chan_refuse_pointer(c, "chansend");
}

static enum hchan_end freed_send_end(hchan *c, const void *elem, bool block, const void *callerpc)
{
    (void)elem, (void)block, (void)callerpc;
    chan_refuse_pointer(c, "hchan_send");
}

static bool freed_chanrecv(hchan *c, void *elem, bool block, bool *received, const void *callerpc)
{
    (void)elem, (void)block, (void)received, (void)callerpc;
    chan_refuse_pointer(c, "chanrecv");
}

/* The other functions check before they read the row. */
const struct hchan_variant chan_freed = {
    .chansend = freed_chansend,
    .send_end = freed_send_end,
    .chanrecv = freed_chanrecv,
};
