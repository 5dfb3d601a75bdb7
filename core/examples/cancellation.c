/* Cancellation: four goroutines look for a forgotten number of which only a hash is known. The one
 * that finds it sends it; main then closes `done`, and the others give up.
 *
 *     cc -std=c17 cancellation.c $(pkg-config --cflags --libs hchan) -o cancellation
 */
/* SPDX-License-Identifier: MIT */
#include <hchan/hchan.h>
#include <hchan/sched.h>
#include <hchan/select.h>
#include <stdio.h>

enum { SEARCHERS = 4, BETWEEN_LOOKS = 1024 };

/* What the searchers share; and each one's own. */
static hchan *found, *done;

struct search {
    uint32_t first;
    bool gave_up;
};

/* MurmurHash3's last step, which has another value for each number. */
static uint32_t hash(uint32_t n)
{
    n = (n ^ n >> 16) * 0x85ebca6b;
    n = (n ^ n >> 13) * 0xc2b2ae35;
    return n ^ n >> 16;
}

static void search(void *arg)
{
    struct search *s = arg;
    for (uint32_t n = s->first;; n += SEARCHERS) {
        struct scase cases[] = {HCHAN_RECV(done, NULL), HCHAN_SEND(found, &n)};
        bool hit = hash(n) == 0xabfd2174;
        if (!hit && n / SEARCHERS % BETWEEN_LOOKS != 0)
            continue;
        // select { case <-done: ...; case found <- n: ... }; without a hit only the first one, and
        // a default, in which others run: a goroutine is not preempted.
        int happened = selectgo(cases, hit ? 2 : 1, hit, NULL);
        if (happened == 1)
            return;
        if (happened == 0)
            break;
        gosched();
    }
    s->gave_up = true;
}

int main(void)
{
    const struct hchan_variant *variant = hchan_variant_default();
    struct search searches[SEARCHERS];
    uint32_t n;
    int gave_up = 0;
    found = makechan(variant, sizeof(n), 0);
    done = makechan(variant, 0, 0);
    if (!found || !done || schedinit(NULL) != 0)
        return 1;
    for (uint32_t i = 0; i < SEARCHERS; i++) {
        searches[i] = (struct search){.first = i};
        if (newproc(search, &searches[i]) != 0)
            return 1;
    }
    chanrecv1(found, &n);
    closechan(done); // everybody sees it
    schedstop();
    for (int i = 0; i < SEARCHERS; i++)
        gave_up += searches[i].gave_up;
    printf("it is %u; %d searchers gave up\n", (unsigned)n, gave_up);
    chanfree(found);
    chanfree(done);
    return 0;
}
