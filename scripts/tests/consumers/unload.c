/* A program that loads the shared library, uses it in a thread, and unloads it before the thread
 * ends, which then gives back what the library keeps for each thread. */
/* SPDX-License-Identifier: MIT */
#include <dlfcn.h>
#include <hchan/version.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Copies the address of a function of the library to *function. */
static void find(void *library, const char *name, void *function)
{
    void *at = dlsym(library, name);
    if (!at)
        exit(1);
    memcpy(function, &at, sizeof(at));
}

static void *use(void *got)
{
    void *library = dlopen("libhchan.so.0", RTLD_NOW);
    void (*take_part)(void);
    int (*version)(void);
    if (!library)
        exit(1);
    find(library, "hchan_register", &take_part);
    find(library, "hchan_version", &version);
    take_part();
    *(int *)got = version();
    dlclose(library);
    return NULL;
}

int main(void)
{
    pthread_t thread;
    int got = 0;
    if (pthread_create(&thread, NULL, use, &got) != 0)
        return 1;
    pthread_join(thread, NULL);
    return got != HCHAN_VERSION;
}
