/* Reads the kernel's small files. Each function opens, reads and closes one; no state. */
/* SPDX-License-Identifier: MIT */
#include "harness/machine/env_facts.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool fact_line(const char *path, char *line, size_t size)
{
    FILE *f = fopen(path, "r");
    if (!f)
        return false;
    bool ok = fgets(line, (int)size, f) != NULL;
    fclose(f);
    if (ok)
        line[strcspn(line, "\n")] = '\0';
    return ok;
}

json_t *fact_text(const char *text)
{
    json_t *string = text && text[0] ? json_string(text) : NULL;
    return string ? string : json_null();
}

json_t *fact_file(const char *path)
{
    char line[256];
    return fact_text(fact_line(path, line, sizeof(line)) ? line : NULL);
}

json_t *fact_integer(const char *path)
{
    char line[64], *end;
    if (!fact_line(path, line, sizeof(line)))
        return json_null();
    errno = 0;
    long long value = strtoll(line, &end, 10);
    return end == line || *end || errno ? json_null() : json_integer(value);
}

json_t *fact_keyed(const char *path, const char *key, char separator)
{
    FILE *f = fopen(path, "r");
    char line[1024];
    json_t *found = NULL;
    while (f && !found && fgets(line, sizeof(line), f)) {
        char *value = strchr(line, separator);
        if (strncmp(line, key, strlen(key)) != 0 || !value)
            continue;
        value += 1 + strspn(value + 1, " \t\"");
        value[strcspn(value, "\"\n")] = '\0';
        found = fact_text(value);
    }
    if (f)
        fclose(f);
    return found ? found : json_null();
}

json_t *fact_chosen(const char *path)
{
    char line[256];
    if (!fact_line(path, line, sizeof(line)))
        return json_null();
    char *open = strchr(line, '['), *close = strchr(line, ']');
    if (!open || !close || close < open)
        return fact_text(line);
    *close = '\0';
    return fact_text(open + 1);
}
