/* A service that squares numbers. Each request brings a channel for its reply, which both sides
 * hold: whichever is the last one out frees it. Another channel ends the service, whose clients are
 * told.
 *
 *     cc -std=c17 replies.c $(pkg-config --cflags --libs hchan) -o replies
 */
/* SPDX-License-Identifier: MIT */
#include <hchan/sched.h>
#include <hchan/select.h>
#include <hchan/typed.h>
#include <stdio.h>

HCHAN_TYPE(replies, long);

struct request {
    long number;
    replies reply;
};
HCHAN_TYPE(requests, struct request);

static requests asked;
static hchan *quit;

static void serve(void *arg)
{
    bool *ended = arg;
    while (!*ended) {
        struct request r;
        HCHAN_SELECT // select { case r := <-asked: ...; case <-quit: ... }
        {
            HCHAN_CASE(requests_case_recv(asked, &r)) {
                long square = r.number * r.number;
                replies_send(r.reply, &square);
                replies_release(r.reply); // the client may have gone
            }
            HCHAN_CASE(HCHAN_RECV(quit, NULL))
                *ended = true;
        }
    }
    requests_close(asked);
}

/* Returns -1 if there is no service any more. */
static long ask(long number)
{
    long square = -1;
    struct request r = {number, replies_make(hchan_variant_default(), 1)};
    if (replies_is_nil(r.reply))
        return -1;
    replies_retain(r.reply); // for the service
    if (requests_send_end(asked, &r) == HCHAN_OK)
        replies_recv(r.reply, &square);
    else
        replies_release(r.reply); // the service has not got it
    replies_release(r.reply);
    return square;
}

int main(void)
{
    bool ended = false;
    asked = requests_make(hchan_variant_default(), 0);
    quit = makechan(hchan_variant_default(), 0, 0);
    if (requests_is_nil(asked) || !quit || schedinit(NULL) != 0 || newproc(serve, &ended) != 0)
        return 1;
    for (long i = 1; i <= 3; i++)
        printf("%ld\n", ask(i));
    closechan(quit);
    schedstop();
    printf("%ld\n", ask(4));
    requests_free(asked);
    chanfree(quit);
    return 0;
}
