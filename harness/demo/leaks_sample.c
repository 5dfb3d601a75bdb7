/* Three leaks that are common in Go programs, with their remedies, and three goroutines that do not
 * leak. Nothing here ends: the channels and goroutines stay until the process exits. */
/* SPDX-License-Identifier: MIT */
#include "harness/demo/leaks_sample.h"
#include <errno.h>
#include <hchan/select.h>
#include <hchan/watch.h>
#include <time.h>

static hchan *answer, *tasks, *news, *quit, *ping, *pong, *silence;
static int ask_line, work_line, follow_line;

/* Leak 1: the goroutine that asked has given up, so nothing receives the answer. A channel with
 * room for one answer would end it. */
static void *answer_too_late(void *arg)
{
    int reply = 42;
    (void)arg;
    ask_line = __LINE__ + 1;
    chansend1(answer, &reply);
    return NULL;
}

/* Leak 2: the tasks are done, but nothing closes the channel. closechan(tasks) would end it. */
static void *work_until_closed(void *arg)
{
    int task;
    (void)arg;
    work_line = __LINE__ + 1;
    while (chanrecv2(tasks, &task))
        continue;
    return NULL;
}

/* Leak 3: there is a way to stop it, which nothing uses. closechan(quit) would end it. */
static void *follow_news(void *arg)
{
    int item;
    (void)arg;
    const struct scase cases[] = {HCHAN_RECV(news, &item), HCHAN_RECV(quit, NULL)};
    follow_line = __LINE__ + 1;
    while (selectgo(cases, 2, true, NULL) == 0)
        continue;
    return NULL;
}

/* No leak: it waits often, and never for long. */
static void *serve(void *arg)
{
    int ball;
    (void)arg;
    while (chanrecv2(ping, &ball))
        chansend1(pong, &ball);
    return NULL;
}

static void *play(void *arg)
{
    (void)arg;
    for (int ball = 0;; ball++) {
        chansend1(ping, &ball);
        chanrecv1(pong, NULL);
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    }
    return NULL;
}

/* No leak: it waits for long, but not for ever. */
static void *wait_an_hour(void *arg)
{
    (void)arg;
    chanrecv_within(silence, NULL, NULL, NULL, hchan_deadline(INT64_C(3600) * 1000000000));
    return NULL;
}

static int make_channels(const struct hchan_variant *variant)
{
    hchan **const all[] = {&answer, &tasks, &news, &quit, &ping, &pong, &silence};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        *all[i] = makechan(variant, sizeof(int), 0);
        if (!*all[i])
            return errno;
    }
    return 0;
}

static void until_parked(hchan *c)
{
    while (!chan_has_receiver(c) && !chan_has_sender(c))
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

int leaks_sample_start(const struct hchan_variant *variant, struct planted planted[LEAKS_PLANTED])
{
    void *(*const body[LEAKS_GOROUTINES])(void *) = {
        answer_too_late, work_until_closed, follow_news, serve, play, wait_an_hour};
    int error = make_channels(variant);
    for (size_t i = 0; i < LEAKS_GOROUTINES && !error; i++) {
        pthread_t thread;
        error = hchan_go(&thread, body[i], NULL);
        if (!error)
            pthread_detach(thread);
    }
    if (error)
        return error;
    until_parked(answer);
    until_parked(tasks);
    until_parked(quit);
    planted[0] = (struct planted){"chan send", ask_line, 1, {answer}};
    planted[1] = (struct planted){"chan receive", work_line, 1, {tasks}};
    planted[2] = (struct planted){"select", follow_line, 2, {news, quit}};
    return 0;
}
