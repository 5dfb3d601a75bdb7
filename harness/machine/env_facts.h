/* Facts from small files of /proc and /sys, as JSON. A file that is absent, empty, forbidden or not
 * UTF-8 gives JSON null. Every json_t returned is a new reference. The functions keep no state. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_MACHINE_ENV_FACTS_H
#define HARNESS_MACHINE_ENV_FACTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Reads the first line of a file, without its newline, cut to the size; false if there is none. */
bool fact_line(const char *path, char *line, size_t size);

/* A copy of the text as a JSON string; null for NULL, "" and text that is not UTF-8. */
json_t *fact_text(const char *text);

/* The first line of a file. */
json_t *fact_file(const char *path);

/* The first line of a file as an integer; null if it is not one. */
json_t *fact_integer(const char *path);

/* What follows `separator` in the first line that begins with `key`, without quotes. */
json_t *fact_keyed(const char *path, const char *key, char separator);

/* The word in brackets in the first line, e.g. madvise in "always [madvise] never"; the whole line
 * if there are no brackets. */
json_t *fact_chosen(const char *path);

#endif
