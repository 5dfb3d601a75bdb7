/* Go's throw: ends a process that cannot go on. It has no state, and includes nothing of ours, so
 * that every other file may use it. */
#include "core/base/throw.h"
#include <stdio.h>
#include <stdlib.h>

void gothrow(const char *message)
{
    fprintf(stderr, "fatal error: %s\n", message);
    abort();
}
