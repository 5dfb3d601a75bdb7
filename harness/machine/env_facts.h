/* Facts that stand in small files of /proc and /sys, read as JSON. A file that is absent, empty,
 * forbidden or no UTF-8 gives JSON null: the machine does not tell. Every json_t returned is a new
 * reference. The functions keep no state. */
#ifndef HARNESS_MACHINE_ENV_FACTS_H
#define HARNESS_MACHINE_ENV_FACTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Reads the first line of a file, without its newline, cut to the size; false where there is none
 * to read. */
bool fact_line(const char *path, char *line, size_t size);

/* A copy of the text as a JSON string; null for NULL, "" and what is no UTF-8. */
json_t *fact_text(const char *text);

/* The first line of a file. */
json_t *fact_file(const char *path);

/* The first line of a file as an integer; null where it is none. */
json_t *fact_integer(const char *path);

/* What follows `separator` in the first line that begins with `key`, without quotes. */
json_t *fact_keyed(const char *path, const char *key, char separator);

/* The word that stands in brackets in the first line, e.g. madvise of "always [madvise] never"; the
 * whole line where none does. */
json_t *fact_chosen(const char *path);

#endif
