/* A call in a shared object, whose place tests look up: core/tests/place_test.c knows its line. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/watch_shared.h"

bool receive_from_afar(bool (*recv)(hchan *, void *), hchan *c)
{
    long value = 0;
    return recv(c, &value) && value > 0;
}

const int receive_from_afar_line = __LINE__ - 3;
