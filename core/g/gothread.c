/* Threads that are registered for the check for deadlocks: hchan/gothread.h. Whether a thread is
 * registered is a word of its G; there is no state here. */
/* SPDX-License-Identifier: MIT */
#include "core/base/throw.h"
#include "core/g/g.h"
#include <errno.h>
#include <hchan/gothread.h>
#include <stdlib.h>

void hchan_register(void)
{
    if (!declareg(REGISTERED))
        gothrow("out of memory");
}

void hchan_unregister(void)
{
    if (!declareg(UNREGISTERED))
        gothrow("out of memory");
}

struct go {
    struct g *gp;
    void *(*fn)(void *);
    void *arg;
};

static void *gostart(void *arg)
{
    struct go go = *(struct go *)arg;
    free(arg);
    adoptg(go.gp);
    return go.fn(go.arg);
}

/* The new thread's G is made and registered here, as in Go's newproc. So it counts from before its
 * starter may park. */
int hchan_go(pthread_t *thread, void *(*fn)(void *), void *arg)
{
    must_have((const void *)(uintptr_t)fn, "hchan_go", "the function is NULL");
    struct go *go = malloc(sizeof(*go));
    if (!go)
        return ENOMEM;
    *go = (struct go){newthreadg(true), fn, arg};
    int error = pthread_create(thread, NULL, gostart, go);
    if (error) {
        recycleg(go->gp);
        free(go);
    }
    return error;
}
