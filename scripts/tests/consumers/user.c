/* A program in C that uses the library: goroutines, a channel with types, and source lines. */
/* SPDX-License-Identifier: MIT */
#include <hchan/lines.h>
#include <hchan/sched.h>
#include <hchan/typed.h>
#include <hchan/version.h>
#include <stdio.h>

HCHAN_TYPE(ints, int);

static void answer(void *arg)
{
    ints_send(*(ints *)arg, &(int){42});
}

int main(void)
{
    ints c = ints_make(hchan_variant_find("futex+go+ring"), 0);
    int n = 0;
    if (!hchan_version_fits()) {
        fprintf(stderr, "these are headers of another version\n");
        return 1;
    }
    if (ints_is_nil(c) || schedinit(NULL) != 0)
        return 1;
    newproc(answer, &c);
    ints_recv(c, &n);
    schedstop();
    ints_free(c);
    printf("%d, of libhchan %s\n", n, hchan_version_string());
#ifdef WITH_LINES
    hchan_place_line(NULL, (char[99]){0}, 99);
#endif
    return 0;
}
