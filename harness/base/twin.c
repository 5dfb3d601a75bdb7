/* Reads and writes the names of twins (twin.h). No state. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/twin.h"
#include <stdio.h>
#include <string.h>

#define WASTE "waste"

/* A number from `min` to `max` that is the whole word, written as we write it; otherwise 0. */
static unsigned read_whole(const char *word, unsigned min, unsigned max)
{
    unsigned long value = word[0] >= '1' && word[0] <= '9' ? strtoul(word, NULL, 10) : 0;
    char again[24];
    snprintf(again, sizeof(again), "%lu", value);
    return value >= min && value <= max && strcmp(again, word) == 0 ? (unsigned)value : 0;
}

struct twin twin_of(const char *name)
{
    struct twin twin = {.number = 0};
    const char *mark = strrchr(name, '~');
    bool wastes = mark && strncmp(mark + 1, WASTE, strlen(WASTE)) == 0;
    if (wastes)
        twin.waste = read_whole(mark + 1 + strlen(WASTE), 1, TWIN_WASTE_MAX);
    else if (mark)
        twin.number = read_whole(mark + 1, 2, TWINS_MAX);
    bool is_twin = twin.waste || twin.number;
    int length = is_twin ? (int)(mark - name) : (int)strlen(name);
    snprintf(twin.variant, sizeof(twin.variant), "%.*s", length, name);
    return twin;
}

bool twin_name(const char *variant, unsigned number, unsigned waste, char name[LABEL_MAX])
{
    int length = waste ? snprintf(name, LABEL_MAX, "%s~" WASTE "%u", variant, waste)
                       : snprintf(name, LABEL_MAX, "%s~%u", variant, number);
    return length < LABEL_MAX;
}
