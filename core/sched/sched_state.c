/* The one scheduler of the process, which its other files share. */
#include "core/sched/sched_state.h"

struct sched sched = {.lock = PTHREAD_MUTEX_INITIALIZER};

unsigned gomaxprocs(void)
{
    return sched.procs;
}
