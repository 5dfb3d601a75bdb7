/* Several words or several numbers, as a command line gives them: the options fill a list, and
 * whatever acts on it reads it. A list has room for LIST_MAX items and does not own its words. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_BASE_LISTS_H
#define HARNESS_BASE_LISTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { LIST_MAX = 64 };

struct word_list {
    const char *items[LIST_MAX];
    size_t count;
};

struct uint_list {
    uint64_t items[LIST_MAX];
    size_t count;
};

static inline bool word_list_has(const struct word_list *list, const char *word)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], word) == 0)
            return true;
    return false;
}

#endif
