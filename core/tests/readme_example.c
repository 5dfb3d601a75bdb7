/* Two goroutines square the numbers that main sends. With an argument main forgets to close the
 * channel, and the program ends as Go's would: with a report of the deadlock. */
/* SPDX-License-Identifier: MIT */
#include <hchan/sched.h>
#include <hchan/typed.h>
#include <hchan/watch.h>
#include <stdio.h>

struct job {
    int n, square;
};
HCHAN_TYPE(jobs, struct job); // the type jobs; jobs_sendonly is chan<-, jobs_recvonly is <-chan

static jobs todo, done;

static void worker(void *arg)
{
    (void)arg;
    HCHAN_RANGE(jobs, j, todo) { // for j := range todo
        j.square = j.n * j.n;
        jobs_send(done, &j); // done <- j
    }
}

int main(int argc, char **argv)
{
    const struct hchan_variant *variant = hchan_variant_default();
    struct job j;
    int sum = 0;
    (void)argv;
    todo = jobs_make(variant, 4); // make(chan job, 4)
    done = jobs_make(variant, 4);
    if (jobs_is_nil(todo) || jobs_is_nil(done)) { // no memory
        perror("jobs_make");
        return 1;
    }
    hchan_register(); // main takes part in what the watcher judges
    hchan_watch_start(NULL);
    schedinit(NULL); // a P, and its thread, for each CPU
    for (int i = 0; i < 2; i++)
        newproc(worker, NULL); // go worker()
    for (int i = 1; i <= 10; i++) {
        jobs_send(todo, &(struct job){.n = i}); // todo <- job{n: i}
        jobs_recv(done, &j);                    // j = <-done
        sum += j.square;
    }
    if (argc == 1)
        jobs_close(todo);
    schedstop(); // when both have ended
    printf("%d\n", sum);
    jobs_free(todo);
    jobs_free(done);
    return 0;
}
