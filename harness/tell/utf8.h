/* Text for formats that are UTF-8 by definition. A file's name, and with it a command, may hold any
 * bytes. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_TELL_UTF8_H
#define HARNESS_TELL_UTF8_H

#include <jansson.h>

/* A copy of the text in which each byte that is not UTF-8 is '?'; the caller frees it. NULL if
 * memory ran out. */
char *utf8_copy(const char *text);

/* The same as a JSON string; NULL also if there is no text. */
json_t *utf8_json(const char *text);

#endif
