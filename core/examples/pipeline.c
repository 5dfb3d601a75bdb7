/* A pipeline: the sieve of primes, Go's best known program. A goroutine counts 2, 3, 4...; for each
 * prime that arrives another goroutine is put behind, which lets through what that does not divide.
 *
 *     cc -std=c17 pipeline.c $(pkg-config --cflags --libs hchan) -o pipeline
 */
/* SPDX-License-Identifier: MIT */
#include <hchan/sched.h>
#include <hchan/typed.h>
#include <stdio.h>

enum { PRIMES = 12, LAST = 40 };

HCHAN_TYPE(ints, int);

/* What a goroutine reads and writes. */
struct stage {
    ints in, out;
    int prime;
};

static void count(void *arg)
{
    struct stage *stage = arg;
    for (int n = 2; n <= LAST; n++)
        ints_send(stage->out, &n);
    ints_close(stage->out);
}

static void filter(void *arg)
{
    struct stage *stage = arg;
    HCHAN_RANGE(ints, n, stage->in) {
        if (n % stage->prime != 0)
            ints_send(stage->out, &n);
    }
    ints_close(stage->out); // so the whole pipeline ends, one after the other
}

int main(void)
{
    const struct hchan_variant *variant = hchan_variant_default();
    struct stage stages[PRIMES + 1] = {{.out = ints_make(variant, 0)}};
    int made = 0, prime;
    if (ints_is_nil(stages[0].out) || schedinit(NULL) != 0 || newproc(count, &stages[0]) != 0)
        return 1;
    while (ints_recv_ok(stages[made].out, &prime)) {
        printf("%d\n", prime);
        struct stage *next = &stages[++made];
        *next = (struct stage){stages[made - 1].out, ints_make(variant, 0), prime};
        if (ints_is_nil(next->out) || newproc(filter, next) != 0)
            return 1;
    }
    schedstop();
    for (int i = 0; i <= made; i++)
        ints_free(stages[i].out);
    return 0;
}
