/* A program with functions of its own that are called as some inside the library. If one of them
 * took the place of the library's, or the other way round, it would not print 42. */
/* SPDX-License-Identifier: MIT */
#include <hchan/sched.h>
#include <stdio.h>
#include <stdlib.h>

#define OWN(name)    \
    void name(void); \
    void name(void)  \
    {                \
        abort();     \
    }
OWN(getg)
OWN(gopark)
OWN(goready)
OWN(gopanic)
OWN(gothrow)
OWN(newthreadg)
OWN(futex_wait)
OWN(futex_wake)

static void answer(void *c)
{
    chansend1(c, &(int){42});
}

int main(void)
{
    hchan *c = makechan(hchan_variant_find("futex+go+ring"), sizeof(int), 0);
    int n = 0;
    if (schedinit(NULL) != 0 || newproc(answer, c) != 0)
        return 1;
    chanrecv1(c, &n);
    schedstop();
    chanfree(c);
    printf("%d\n", n);
    return 0;
}
