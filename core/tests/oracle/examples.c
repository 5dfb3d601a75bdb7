/* The programs of examples.go, over hchan, with threads as goroutines:
 *
 *     oracle_examples --variant NAME [--traced] NUMBER|NAME
 *
 * Each is written line by line as in Go; comments note what cannot be expressed in C. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/given.h"
#include <errno.h>
#include <hchan/hchan.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct hchan_variant *variant;

static hchan *make(size_t capacity)
{
    hchan *c = makechan(variant, sizeof(long), capacity);
    if (!c && errno == E2BIG) { /* Go panics; makechan() leaves it to the caller */
        fputs("panic: makechan: size out of range\n", stderr);
        exit(2);
    }
    if (!c) {
        perror("oracle_examples: makechan");
        exit(3);
    }
    return c;
}

static void send(hchan *c, long value)
{
    chansend1(c, &value);
}

static long recv(hchan *c)
{
    long value;
    chanrecv1(c, &value);
    return value;
}

static void sleep_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

static pthread_t go(void *(*body)(void *), void *arg)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, body, arg)) {
        fputs("oracle_examples: no thread\n", stderr);
        exit(3);
    }
    return thread;
}

static void *goroutine1(void *ch)
{
    printf("received %ld\n", recv(ch));
    return NULL;
}

static void example1(void)
{
    hchan *ch = make(0);
    pthread_t printed = go(goroutine1, ch);
    sleep_ms(10); /* let the receiver park */
    send(ch, 42); /* direct handoff */
    pthread_join(printed, NULL);
    chanfree(ch);
}

static void *goroutine2(void *ch)
{
    sleep_ms(100);
    printf("received %ld\n", recv(ch));
    return NULL;
}

static void example2(void)
{
    hchan *ch = make(0);
    pthread_t printed = go(goroutine2, ch);
    puts("about to send");
    send(ch, 42); /* parks for ~100 ms */
    puts("send returned");
    pthread_join(printed, NULL);
    chanfree(ch);
}

static void example3(void)
{
    hchan *ch = make(3);
    send(ch, 1);
    send(ch, 2);
    send(ch, 3);
    puts("three sends complete without blocking");
    long a = recv(ch), b = recv(ch), c = recv(ch); /* Go's arguments are in order, C's are not */
    printf("%ld %ld %ld\n", a, b, c);
    chanfree(ch);
}

static void *goroutine4(void *ch)
{
    sleep_ms(50);
    printf("drain %ld\n", recv(ch));
    return NULL;
}

static void example4(void)
{
    hchan *ch = make(2);
    send(ch, 1);
    send(ch, 2);
    pthread_t printed = go(goroutine4, ch);
    puts("about to send the third");
    send(ch, 3); /* parks until the goroutine drains one */
    puts("third send returned");
    pthread_join(printed, NULL);
    chanfree(ch);
}

static void receive_with_ok(hchan *ch)
{
    long v = 99; /* must become 0 */
    bool ok = chanrecv2(ch, &v);
    printf("%ld %s\n", v, ok ? "true" : "false");
}

static void example5(void)
{
    hchan *ch = make(0);
    closechan(ch);
    receive_with_ok(ch);
    chanfree(ch);
}

static void protected6(void *arg)
{
    (void)arg;
    hchan *ch = make(0);
    closechan(ch);
    send(ch, 1); /* panics */
}

static void example6(void)
{
    const char *r;
    if (!hchan_try(protected6, NULL, &r))
        printf("recovered: %s\n", r);
}

static void example7(void)
{
    hchan *ch = make(3);
    send(ch, 1);
    send(ch, 2);
    closechan(ch);
    printf("%ld\n", recv(ch));
    printf("%ld\n", recv(ch));
    receive_with_ok(ch);
    chanfree(ch);
}

static void *goroutine8(void *ch)
{
    printf("got %ld\n", recv(ch));
    return NULL;
}

static void example8(void)
{
    hchan *ch = make(0);
    pthread_t wg = go(goroutine8, ch);
    send(ch, 99);
    pthread_join(wg, NULL);
    chanfree(ch);
}

static void *send_1(void *ch)
{
    send(ch, 1);
    return NULL;
}

static void *send_2(void *ch)
{
    send(ch, 2);
    return NULL;
}

static void example9(void)
{
    hchan *a = make(0), *b = make(0);
    pthread_t senders[] = {go(send_1, a), go(send_2, b)};
    long from_a = recv(a), from_b = recv(b);
    printf("%ld %ld\n", from_a, from_b);
    pthread_join(senders[0], NULL); /* before the channels are freed */
    pthread_join(senders[1], NULL);
    chanfree(a);
    chanfree(b);
}

static void *goroutine10(void *ch)
{
    sleep_ms(10);
    printf("%ld\n", recv(ch)); /* pulls from buffer slot 0: 1 */
    return NULL;
}

static void example10(void)
{
    hchan *ch = make(2);
    send(ch, 1);
    send(ch, 2); /* buffer is now full */
    pthread_t printed = go(goroutine10, ch);
    send(ch, 3); /* parks; when receiver runs, it pulls 1 from the buffer */
    pthread_join(printed, NULL);
    chanfree(ch);
}

/* The fatal ends that the lesson names. Nothing is freed: the process ends. */

static void send_closed(void)
{
    hchan *ch = make(0);
    closechan(ch);
    send(ch, 1);
}

static void *close_later(void *ch)
{
    sleep_ms(10);
    closechan(ch);
    return NULL;
}

static void send_closed_while_parked(void)
{
    hchan *ch = make(0);
    go(close_later, ch);
    send(ch, 1);
}

static void close_closed(void)
{
    hchan *ch = make(0);
    closechan(ch);
    closechan(ch);
}

static void close_nil(void)
{
    closechan(NULL);
}

static void make_negative(void)
{
    make((size_t)-1);
}

static void make_huge(void)
{
    make((size_t)1 << 62);
}

static const struct {
    const char *name;
    void (*run)(void);
} programs[] = {
    {"1", example1},
    {"2", example2},
    {"3", example3},
    {"4", example4},
    {"5", example5},
    {"6", example6},
    {"7", example7},
    {"8", example8},
    {"9", example9},
    {"10", example10},
    {"send-closed", send_closed},
    {"send-closed-while-parked", send_closed_while_parked},
    {"close-closed", close_closed},
    {"close-nil", close_nil},
    {"make-negative", make_negative},
    {"make-huge", make_huge},
};

/* Ends with 3 if the call is wrong: 2 means a panic. */
int main(int argc, char **argv)
{
    bool traced = argc == 5 && strcmp(argv[3], "--traced") == 0;
    if ((argc != 4 && !traced) || strcmp(argv[1], "--variant") != 0) {
        fputs("oracle_examples: give --variant NAME [--traced] and one example's number or name\n",
              stderr);
        return 3;
    }
    variant = given_variant("oracle_examples", argv[2]);
    if (!variant)
        return 3;
    if (traced)
        variant = hchan_traced(variant);
    for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++)
        if (strcmp(argv[argc - 1], programs[i].name) == 0) {
            programs[i].run();
            return given_out("oracle_examples", 0);
        }
    given_wrong("oracle_examples", argv[argc - 1],
                "no such example: the end of examples.c has them");
    return 3;
}
