/* Pauses while the machine is busy (pause.h). The state is the caller's struct pause. */
/* SPDX-License-Identifier: MIT */
#include "harness/sweep/pause.h"
#include "harness/base/clock.h"
#include "harness/base/numbers.h"
#include "harness/base/progress.h"
#include "harness/base/say.h"
#include "harness/sweep/signals.h"
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

/* In ticks of all PUs: less says too little. */
static const double ticks_min = 50;

int pause_between(struct pause *p, const struct others *block)
{
    others_sum(&p->seen, block);
    if (p->waited_s >= p->most_s || p->seen.all < ticks_min)
        return 0;
    double share = others_shares(&p->seen).programs;
    unsigned before_s = p->waited_s;
    p->seen = (struct others){0};
    if (!(share > PAUSE_ABOVE))
        return 0;
    progress_note("other programs use %s of the PUs' time: measuring pauses",
                  number_share(share).text);
    do {
        int status = p->look(p->arg, &share);
        if (status)
            return status;
        p->waited_s++;
    } while (share >= PAUSE_BELOW && p->waited_s < p->most_s);
    if (share >= PAUSE_BELOW)
        progress_note("other programs still use %s: measuring goes on after %u s, and pauses no "
                      "more",
                      number_share(share).text, p->waited_s - before_s);
    else
        progress_note("measuring goes on after %u s", p->waited_s - before_s);
    return 0;
}

int pause_look(void *arg, double *share)
{
    const struct signals *signals = arg;
    const uint64_t second_ns = 1000000000, end = clock_ns() + second_ns;
    struct others others = {0};
    struct others_start start;
    others_begin(&start);
    /* A signal, such as that of a child that has ended, ends the sleep and not the look. */
    for (uint64_t now; (now = clock_ns()) < end && !signals_interrupted();) {
        const struct timespec left = {.tv_sec = (time_t)((end - now) / second_ns),
                                      .tv_nsec = (long)((end - now) % second_ns)};
        ppoll(NULL, 0, &left, &signals->mask);
    }
    others_add(&others, &start);
    *share = others_shares(&others).programs;
    return signals_interrupted() ? -EINTR : 0;
}

int pause_most(unsigned *most_s)
{
    const char *said = getenv("HCHANLAB_PAUSE");
    *most_s = PAUSE_MOST_S;
    if (!said)
        return EXIT_OK;
    unsigned long number = strtoul(said, NULL, 10);
    if (!said[0] || said[strspn(said, "0123456789")] || strlen(said) > 5 || number > PAUSE_S_MAX)
        return complain(EXIT_USAGE, "HCHANLAB_PAUSE=%s: give seconds from 0 to %d", said,
                        PAUSE_S_MAX);
    *most_s = (unsigned)number;
    return EXIT_OK;
}
