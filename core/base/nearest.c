/* Names that are near to a word (nearest.h). It owns no state. */
/* SPDX-License-Identifier: MIT */
#include "core/base/nearest.h"
#include <stdint.h>
#include <string.h>

enum { WORD_MAX = 63 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Edit distance of two words: insertions, deletions, replacements, and swaps of neighbours. */
static size_t distance(const char *a, const char *b)
{
    size_t rows[3][WORD_MAX + 1], m = strlen(a), n = strlen(b);
    if (m > WORD_MAX || n > WORD_MAX)
        return SIZE_MAX;
    for (size_t k = 0; k <= n; k++)
        rows[0][k] = k;
    for (size_t i = 1; i <= m; i++) {
        size_t *row = rows[i % 3], *above = rows[(i - 1) % 3], *two_above = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t k = 1; k <= n; k++) {
            size_t cost = a[i - 1] != b[k - 1];
            row[k] = least(least(row[k - 1] + 1, above[k] + 1), above[k - 1] + cost);
            if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
                row[k] = least(row[k], two_above[k - 2] + 1);
        }
    }
    return rows[m % 3][n];
}

const char *nearest(const char *word, const char *const *names, size_t count)
{
    const char *best = NULL;
    size_t length = strlen(word), limit = length / 3 + 1, found = limit + 1;
    for (size_t i = 0; i < count; i++) {
        size_t d = distance(word, names[i]);
        /* A word that is the beginning of a name is meant to be that name. */
        if (d > limit && length >= 3 && strncmp(word, names[i], length) == 0)
            d = limit;
        if (d < found) {
            found = d;
            best = names[i];
        }
    }
    return best;
}
