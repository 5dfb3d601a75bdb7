/* A price quote: three shops are asked at once, each by a thread. Two answers are needed, and the
 * last shop gets a moment longer; then it is told to give up. These are plain threads, without a
 * scheduler.
 *
 *     cc -std=c17 price_quote.c $(pkg-config --cflags --libs hchan) -o price_quote
 */
/* SPDX-License-Identifier: MIT */
#include <hchan/gothread.h>
#include <hchan/typed.h>
#include <stdio.h>

enum { SHOPS = 3, ENOUGH = 2 };

static const char *const names[SHOPS] = {"Arrow", "Bolt", "Crown"};
static const int prices[SHOPS] = {1250, 1190,
                                  0}; // 0: Crown waits for its supplier, who never calls

struct quote {
    int shop, price;
};
HCHAN_TYPE(quotes, struct quote);

static quotes answers;
static hchan *supplier, *give_up;

static void *ask(void *arg)
{
    struct quote quote = {.shop = *(const int *)arg};
    quote.price = prices[quote.shop];
    if (quote.price == 0 &&
        chanrecv_within(supplier, &quote.price, NULL, give_up, HCHAN_FOREVER) != HCHAN_OK)
        return NULL;
    quotes_send_within(quotes_as_sendonly(answers), &quote, give_up, HCHAN_FOREVER);
    return NULL;
}

static int64_t in_ms(int64_t ms)
{
    return hchan_deadline(ms * 1000000);
}

int main(void)
{
    const struct hchan_variant *variant = hchan_variant_named("futex-park");
    int shop[SHOPS], got[SHOPS] = {0}, best = -1;
    pthread_t threads[SHOPS];
    struct quote quote;
    answers = quotes_make(variant, 0);
    supplier = makechan(variant, sizeof(int), 0);
    give_up = makechan(variant, 0, 0);
    if (quotes_is_nil(answers) || !supplier || !give_up)
        return 1;
    for (int i = 0; i < SHOPS; i++) {
        shop[i] = i;
        if (hchan_go(&threads[i], ask, &shop[i]) != 0)
            return 1;
    }
    for (int i = 0; i < SHOPS; i++) { // a minute for what is needed, else 50 ms
        if (quotes_recv_within(quotes_as_recvonly(answers), &quote, NULL, NULL,
                               in_ms(i < ENOUGH ? 60000 : 50)) == HCHAN_OK)
            got[quote.shop] = quote.price;
    }
    closechan(give_up);
    for (int i = 0; i < SHOPS; i++) {
        pthread_join(threads[i], NULL);
        if (got[i] == 0) {
            printf("%s: no answer\n", names[i]);
            continue;
        }
        printf("%s: %d\n", names[i], got[i]);
        if (best < 0 || got[i] < got[best])
            best = i;
    }
    if (best >= 0)
        printf("the best is %s\n", names[best]);
    quotes_free(answers);
    chanfree(supplier);
    chanfree(give_up);
    return 0;
}
