/* Four goroutines that park, and four that wake them. The waker starts when the other one is in the
 * channel's queue, so that none is woken before it is parked. One life at a time: the channels are
 * static. */
/* SPDX-License-Identifier: MIT */
#include "harness/demo/life_sample.h"
#include "core/g/g.h"
#include <errno.h>
#include <hchan/sched.h>
#include <hchan/select.h>
#include <hchan/watch.h>

static hchan *c, *quit;
static int value = 42;

static void send(void)
{
    chansend1(c, &value);
}

static void receive(void)
{
    chanrecv1(c, NULL);
}

static void receive_or_quit(void)
{
    const struct scase cases[] = {HCHAN_RECV(c, NULL), HCHAN_RECV(quit, NULL)};
    selectgo(cases, 2, true, NULL);
}

static void end(void)
{
    closechan(c);
}

static const struct {
    const char *title, *reason, *returns;
    void (*parks)(void), (*wakes)(void);
} rows[LIVES] = {
    {"a parked sender, woken by a receive", "chan send", "chansend1", send, receive},
    {"a parked receiver, woken by a send", "chan receive", "chanrecv1", receive, send},
    {"a parked receiver, woken by a close", "chan receive", "chanrecv1", receive, end},
    {"a parked select, woken by a send", "select", "selectgo", receive_or_quit, send},
};

/* A goroutine, or a thread. */
struct party {
    void (*body)(void);
    uint32_t id;
    pthread_t thread;
};

static void party_goroutine(void *arg)
{
    struct party *p = arg;
    p->id = load_rlx(&getg()->id); /* nothing else writes our own */
    p->body();
}

static void *party_thread(void *arg)
{
    party_goroutine(arg);
    return NULL;
}

static int start(struct party *p, bool goroutine)
{
    return goroutine ? newproc(party_goroutine, p) : hchan_go(&p->thread, party_thread, p);
}

static int live(struct party *parks, struct party *wakes, bool goroutines)
{
    int error = start(parks, goroutines);
    if (error)
        return error;
    while (!chan_has_receiver(c) && !chan_has_sender(c))
        gosched();
    error = start(wakes, goroutines);
    if (error)
        wakes->body(); /* or the first one would wait for ever */
    if (goroutines) {
        schedwait();
        return error;
    }
    pthread_join(parks->thread, NULL);
    if (!error)
        pthread_join(wakes->thread, NULL);
    return error;
}

int life_sample_run(const struct hchan_variant *variant, unsigned which, struct life *life)
{
    bool goroutines = hchan_variant_goroutines(variant);
    static struct party parks, wakes;
    parks.body = rows[which].parks;
    wakes.body = rows[which].wakes;
    c = makechan(hchan_traced(variant), sizeof(value), 0);
    quit = makechan(hchan_traced(variant), sizeof(value), 0);
    int error = c && quit ? 0 : errno;
    if (!error && goroutines)
        error = schedinit(NULL);
    if (!error) {
        error = live(&parks, &wakes, goroutines);
        if (goroutines)
            schedstop();
    }
    *life = (struct life){
        .title = rows[which].title,
        .reason = rows[which].reason,
        .returns = rows[which].returns,
        .on = rows[which].parks == receive_or_quit ? NULL : c,
        .through = c,
        .goroutine = parks.id,
        .by = wakes.id,
    };
    chanfree(c);
    chanfree(quit);
    return error;
}
