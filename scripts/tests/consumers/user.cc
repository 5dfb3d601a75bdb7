// A program in C++ (11) that uses the library: goroutines, and a channel with types.
// SPDX-License-Identifier: MIT
#include <cstdio>
#include <hchan/sched.h>
#include <hchan/typed.h>
#include <hchan/version.h>

HCHAN_TYPE(ints, int);

static void answer(void *arg)
{
    int n = 42;
    ints_send(*static_cast<ints *>(arg), &n);
}

int main()
{
    ints c = ints_make(hchan_variant_find("futex+go+ring"), 0);
    int n = 0;
    if (!hchan_version_fits() || ints_is_nil(c) || schedinit(nullptr) != 0)
        return 1;
    newproc(answer, &c);
    ints_recv(c, &n);
    schedstop();
    ints_free(c);
    std::printf("%d, of libhchan %s\n", n, hchan_version_string());
}
