/* Makes text UTF-8 (utf8.h). Jansson decides what a character is. No state. */
/* SPDX-License-Identifier: MIT */
#include "harness/tell/utf8.h"
#include <stdlib.h>
#include <string.h>

/* How many bytes at the start of a text are a character; 0 if they are not one. */
static size_t character(const char *text)
{
    for (size_t n = 1; n <= 4 && text[n - 1]; n++) {
        json_t *one = json_stringn(text, n);
        json_decref(one);
        if (one)
            return n;
    }
    return 0;
}

char *utf8_copy(const char *text)
{
    char *copy = strdup(text);
    for (char *p = copy; p && *p;) {
        size_t n = character(p);
        if (n == 0)
            *p = '?';
        p += n ? n : 1;
    }
    return copy;
}

json_t *utf8_json(const char *text)
{
    char *copy = text ? utf8_copy(text) : NULL;
    json_t *string = copy ? json_string(copy) : NULL;
    free(copy);
    return string;
}
