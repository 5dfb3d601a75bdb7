/* Two goroutines write one variable. Nothing orders them, though each sends on the same channel,
 * whose lock a detector of races might take for an order; called with a word, the second receives
 * what the first has sent. */
/* SPDX-License-Identifier: MIT */
#include <hchan/sched.h>
#include <hchan/typed.h>
#include <hchan/version.h>
#include <stdio.h>

HCHAN_TYPE(ints, int);

static int shared, receives;

static void first(void *arg)
{
    shared = 1;
    ints_send(*(ints *)arg, &(int){1});
}

static void second(void *arg)
{
    int n = 2;
    if (receives)
        ints_recv(*(ints *)arg, &n);
    else
        ints_send(*(ints *)arg, &n);
    shared++;
}

int main(int argc, char **argv)
{
    ints c = ints_make(hchan_variant_find("futex+go+ring"), 2);
    (void)argv;
    receives = argc > 1;
    if (ints_is_nil(c) || schedinit(NULL) != 0)
        return 1;
    newproc(first, &c);
    newproc(second, &c);
    schedstop();
    printf("%d, of libhchan %s\n", shared, hchan_version_string());
    ints_free(c);
    return 0;
}
