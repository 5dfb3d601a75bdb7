/* A channel's life: makechan(), references, chanfree(), and what a call on a freed channel, or on
 * something else, is told. It owns the channels of traced instances that were freed last: they stay
 * for a while, and their row ends the process, so that a late send or receive is seen without a
 * check in those that are in time. */
/* SPDX-License-Identifier: MIT */
#include "core/chan/life.h"
#include "core/base/kept.h"
#include "core/base/throw.h"
#include "core/chan/race.h"
#include <errno.h>
#include <hchan/hchan.h>
#include <stdlib.h>

static int check_sizes(size_t elemsize, size_t capacity)
{
    if (elemsize > HCHAN_MAX_ELEM || capacity > HCHAN_MAX_CAPACITY)
        return E2BIG;
    if (elemsize > 0 && capacity > HCHAN_MAX_BUFFER / elemsize)
        return E2BIG;
    return 0;
}

hchan *makechan(const struct hchan_variant *variant, size_t elemsize, size_t capacity)
{
    if (!variant)
        gorefuse_variant("makechan");
    int error = check_sizes(elemsize, capacity);
    if (error) {
        errno = error;
        return NULL;
    }
    return variant->makechan(variant, elemsize, capacity);
}

void chan_refuse_pointer(const hchan *c, const char *call)
{
    gorefuse(call, chan_magic(c) == CHAN_FREED ? "the channel was freed" : "this is not a channel");
}

hchan *hchan_checked(hchan *c, const char *call)
{
    if (c)
        chan_check(c, call);
    return c;
}

const struct hchan_variant *hchan_variant_of(const hchan *c)
{
    if (!c)
        return NULL;
    chan_check(c, "hchan_variant_of");
    return c->variant;
}

/* The channel stays for a while, with the row that ends the process. */
static void keep(hchan *c)
{
    static struct kept kept;
    c->variant = &chan_freed;
    c->magic = CHAN_FREED;
    kept_free(&kept, c->memory, chan_life(c)->size);
}

static void end(hchan *c)
{
    bool traced = c->variant->traced;
    if (traced && (chan_has_receiver(c) || chan_has_sender(c)))
        gothrow("chanfree: somebody is parked on the channel");
    racechanfree(c);
    c->variant->lock_fini(c);
    if (traced)
        keep(c);
    else
        free(c->memory);
}

void chanfree(hchan *c)
{
    if (!c)
        return;
    chan_check(c, "chanfree");
    if (load_rlx(&chan_life(c)->refs) != 1) /* relaxed: ours is the only one, or it is an error */
        gorefuse("chanfree", "others hold the channel: hchan_release() gives back one reference");
    raceenter(__builtin_return_address(0));
    end(c);
    raceleave();
}

hchan *hchan_retain(hchan *c)
{
    if (!c)
        return NULL;
    chan_check(c, "hchan_retain");
    /* Relaxed: the caller's own reference keeps the count above 0, and whatever hands the new one
     * on orders it. */
    if (fadd_rlx(&chan_life(c)->refs, 1) == UINT32_MAX)
        gorefuse("hchan_retain", "too many references");
    return c;
}

void hchan_release(hchan *c)
{
    if (!c)
        return;
    chan_check(c, "hchan_release");
    racereleasemerge(chan_life(c));
    /* Release: all that this holder did with the channel comes before the free. Acquire: for the
     * last one, so does all that the others did before their release, which this pairs with. */
    if (fadd_acqrel(&chan_life(c)->refs, UINT32_MAX) == 1) { /* less 1 */
        raceacquire(chan_life(c));
        end(c);
    }
}
