/* Histories written by hand, for the tests of the checkers. After a program's text, one word for
 * each operation gives its result; parties are separated by `|`:
 *
 *     ok      sent, or closed          7     received 7          z   received the zero of a closed
 *     -       nothing                  p     panicked            b   blocked for ever
 *     e       nothing, too early       .     not begun
 *     1:7     a select's case 1 received 7; also 1:ok and 1:z
 *     7@2-5   the same, invoked at 2, returned at 5; without moments, it overlaps with
 *     everything */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_TESTS_CHECK_NOTATION_H
#define CORE_TESTS_CHECK_NOTATION_H

#include "core/tests/check/program.h"
#include "scripts/test.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The result of one operation, e.g. "1:7@2-5". */
static inline struct op_result notation_result(const char *word)
{
    struct op_result r = {.end = OP_DONE, .invoked = 0, .returned = UINT64_MAX};
    const char *at = strchr(word, '@'), *colon = strchr(word, ':');
    unsigned long long invoked, returned = UINT64_MAX;
    if (at && sscanf(at, "@%llu-%llu", &invoked, &returned) >= 1) {
        r.invoked = invoked;
        r.returned = returned;
    }
    if (colon) {
        r.chosen = (uint8_t)atoi(word);
        word = colon + 1;
    }
    if (*word >= '0' && *word <= '9')
        r.value = (uint8_t)atoi(word);
    else if (*word == 'z')
        r.end = OP_ZERO;
    else if (*word == '-')
        r.end = OP_NOTHING;
    else if (*word == 'p')
        r.end = OP_PANICKED;
    else if (*word == 'e')
        r.end = OP_EARLY;
    else if (*word == 'b' || *word == '.')
        r.end = OP_PENDING;
    else if (*word != 'o')
        fail_msg("no such result: %s", word);
    if (*word == '.')
        r.invoked = UINT64_MAX;
    return r;
}

/* Reads a program and its results; fails the test if a text is wrong. */
static inline void notation_read(const char *text, const char *results, struct program *p,
                                 struct history *h)
{
    char copy[PROGRAM_TEXT], *rest = copy, *line;
    const char *wrong = program_parse(p, text);
    if (wrong)
        fail_msg("%s: %s", text, wrong);
    memset(h, 0, sizeof(*h));
    snprintf(copy, sizeof(copy), "%s", results);
    for (unsigned i = 0; i < p->nparties; i++) {
        char *words, *word;
        unsigned n = 0;
        line = strsep(&rest, "|");
        if (!line)
            fail_msg("%s: %s: a party is missing", text, results);
        for (word = strtok_r(line, " ", &words); word; word = strtok_r(NULL, " ", &words))
            h->results[i][n++] = notation_result(word);
        if (n != p->parties[i].nops)
            fail_msg("%s: %s: party %u has %u operations", text, results, i, p->parties[i].nops);
    }
}

#endif
