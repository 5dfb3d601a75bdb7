/* A plug-in, as an extension of Python is one: what it exports uses the library, which it links. */
/* SPDX-License-Identifier: MIT */
#include <hchan/sched.h>
#include <stdio.h>

static hchan *c;
static long got;

static void sender(void *n)
{
    chansend1(c, n);
}

static void receiver(void *n)
{
    chanrecv1(c, n);
}

/* Sends n from one goroutine to another, and returns what that received; -1 without a scheduler. */
long plug(long n);

long plug(long n)
{
    c = makechan(hchan_variant_find("futex+go+ring"), sizeof(n), 0);
    if (schedinit(NULL) != 0)
        return -1;
    newproc(receiver, &got);
    newproc(sender, &n);
    schedstop();
    chanfree(c);
    return got;
}

#ifdef AS_PROGRAM
int main(void)
{
    printf("%ld %ld\n", plug(42), plug(43));
    return 0;
}
#endif
