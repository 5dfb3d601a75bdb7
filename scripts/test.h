/* What cmocka wants included before it, in the order that it wants. */
/* SPDX-License-Identifier: MIT */
#ifndef SCRIPTS_TEST_H
#define SCRIPTS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
