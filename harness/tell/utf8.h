/* Text for formats that are UTF-8 by definition. A file's name, and with it a command, may hold any
 * bytes. */
#ifndef HARNESS_TELL_UTF8_H
#define HARNESS_TELL_UTF8_H

/* A copy of the text in which each byte that is not UTF-8 is '?'; the caller frees it. NULL if
 * memory ran out. */
char *utf8_copy(const char *text);

#endif
