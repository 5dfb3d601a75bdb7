/* Reads and writes times (duration.h). It owns no state. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/duration.h"
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* From the longest; the first of a length is how it is written. */
static const struct unit {
    const char *name;
    uint64_t ns;
} units[] = {
    {"s", 1000000000}, {"ms", 1000000}, {"us", 1000}, {"µs", 1000}, {"ns", 1},
};

enum { UNITS = sizeof(units) / sizeof(units[0]) };

bool duration_number(const char *text, size_t length, uint64_t *value)
{
    char digits[24], *end;
    if (length == 0 || length >= sizeof(digits))
        return false;
    for (size_t i = 0; i < length; i++)
        if (!isdigit((unsigned char)text[i]))
            return false;
    memcpy(digits, text, length);
    digits[length] = '\0';
    errno = 0;
    *value = strtoull(digits, &end, 10);
    return errno == 0;
}

bool duration_parse(const char *text, size_t length, uint64_t unit_ns, uint64_t *ns)
{
    size_t digits = 0;
    while (digits < length && isdigit((unsigned char)text[digits]))
        digits++;
    uint64_t unit = digits == length ? unit_ns : 0, number;
    for (size_t i = 0; i < UNITS; i++)
        if (strlen(units[i].name) == length - digits &&
            memcmp(units[i].name, text + digits, length - digits) == 0)
            unit = units[i].ns;
    return unit && duration_number(text, digits, &number) &&
           !__builtin_mul_overflow(number, unit, ns);
}

struct words duration_words(uint64_t ns)
{
    size_t i = 0;
    while (ns % units[i].ns)
        i++;
    if (ns == 0)
        return words_format("0");
    return words_format("%llu%s", (unsigned long long)(ns / units[i].ns), units[i].name);
}
