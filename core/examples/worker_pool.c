/* A worker pool: four goroutines take numbers from one channel, and send to another how many steps
 * each takes to reach 1 if it is halved when even, and else tripled and increased (Collatz).
 *
 *     cc -std=c17 worker_pool.c $(pkg-config --cflags --libs hchan) -o worker_pool
 */
/* SPDX-License-Identifier: MIT */
#include <hchan/sched.h>
#include <hchan/typed.h>
#include <stdio.h>

enum { WORKERS = 4, LAST = 10 };

struct answer {
    int number, steps;
};
HCHAN_TYPE(numbers, int);
HCHAN_TYPE(answers, struct answer);

/* What the workers share. */
struct pool {
    numbers todo;
    answers done;
};

static void work(void *arg)
{
    struct pool *pool = arg;
    HCHAN_RANGE(numbers, number, pool->todo) { // until it is closed and empty
        struct answer answer = {number, 0};
        for (long n = number; n != 1; answer.steps++)
            n = n % 2 == 0 ? n / 2 : 3 * n + 1;
        answers_send(pool->done, &answer);
    }
}

int main(void)
{
    const struct hchan_variant *variant = hchan_variant_default();
    struct pool pool = {numbers_make(variant, LAST), answers_make(variant, 0)};
    int steps[LAST + 1];
    if (numbers_is_nil(pool.todo) || answers_is_nil(pool.done) || schedinit(NULL) != 0)
        return 1;
    for (int i = 0; i < WORKERS; i++)
        if (newproc(work, &pool) != 0)
            return 1;
    for (int number = 1; number <= LAST; number++) // there is room for all
        numbers_send(pool.todo, &number);
    numbers_close(pool.todo);
    for (int i = 0; i < LAST; i++) { // they come in any order
        struct answer answer;
        answers_recv(pool.done, &answer);
        steps[answer.number] = answer.steps;
    }
    schedstop(); // when the workers have ended
    for (int number = 1; number <= LAST; number++)
        printf("%2d takes %2d steps\n", number, steps[number]);
    numbers_free(pool.todo);
    answers_free(pool.done);
    return 0;
}
