/* A function in a shared object that calls a channel's. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_TESTS_WATCH_SHARED_H
#define CORE_TESTS_WATCH_SHARED_H

#include <hchan/hchan.h>

/* Receives from c by `recv`, which is chanrecv2(). */
bool receive_from_afar(bool (*recv)(hchan *, void *), hchan *c);

/* Where it does. */
extern const int receive_from_afar_line;

#endif
