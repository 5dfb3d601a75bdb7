/* Threads that count for a deadlock (hchan/deadlock.h). */
#ifndef HCHAN_GOTHREAD_H
#define HCHAN_GOTHREAD_H

#include <pthread.h>

#ifdef __cplusplus
extern "C" {
#endif

/* pthread_create() with default attributes for a thread that is registered before it starts: `go
 * fn(arg)`. Returns 0 or an error number; where there is no memory for its G, ends the process. A
 * thread that registers itself instead does not count between its start and that: its starter must
 * not park meanwhile. */
int hchan_go(pthread_t *thread, void *(*fn)(void *), void *arg);

/* Registers the calling thread, e.g. main's; ends that. Either may be called twice. */
void hchan_register(void);
void hchan_unregister(void);

#ifdef __cplusplus
}
#endif

#endif
