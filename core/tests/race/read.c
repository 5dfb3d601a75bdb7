/* Reads cases.txt, whose head has its grammar. What an operation means is known to run.c only. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/race/program.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void complain(const char *line, const char *why)
{
    fprintf(stderr, "race: cases.txt: '%s': %s\n", line, why);
    exit(2);
}

/* "c=2" and the like. */
static void read_setting(struct race_program *p, const char *word, const char *line)
{
    if (word[0] >= 'c' && word[0] <= 'e' && word[1] == '=')
        p->capacity[word[0] - 'c'] = (size_t)atoi(word + 2);
    else if (strcmp(word, "size=empty") == 0)
        p->elemsize = 0;
    else if (strcmp(word, "size=large") == 0)
        p->elemsize = 16 * sizeof(long);
    else if (strncmp(word, "go=", 3) != 0)
        complain(line, "no such setting");
}

static void read_head(struct race_program *p, const char *line)
{
    char copy[LINE_MAX_BYTES], *at = copy;
    memset(p, 0, sizeof(*p));
    p->elemsize = sizeof(long);
    snprintf(copy, sizeof(copy), "%s", line);
    const char *verdict = strsep(&at, " "), *name = strsep(&at, " ");
    p->racy = strcmp(verdict, "racy") == 0;
    if (!name || (!p->racy && strcmp(verdict, "quiet") != 0))
        complain(line, "give racy or quiet, and a name");
    snprintf(p->name, sizeof(p->name), "%s", name);
    for (char *word; (word = strsep(&at, " "));)
        read_setting(p, word, line);
}

static void read_party(struct race_program *p, const char *line)
{
    char *to;
    const char *rest = strchr(line, ':');
    if (rest && strncmp(line, "first:", 6) == 0)
        to = p->first;
    else if (rest && strncmp(line, "last:", 5) == 0)
        to = p->last;
    else if (rest && strncmp(line, "later:", 6) == 0 && p->nlater < PARTIES_MAX)
        to = p->later[p->nlater++];
    else if (p->nparties < PARTIES_MAX)
        to = p->parties[p->nparties++], rest = NULL;
    else
        complain(line, "too many parties");
    snprintf(to, LINE_MAX_BYTES, "%s", rest ? rest + 1 : line);
}

size_t race_programs_read(struct race_program **programs)
{
    const char *path = SOURCE_DIR "/core/tests/race/cases.txt";
    char line[LINE_MAX_BYTES];
    size_t count = 0;
    FILE *f = fopen(path, "r");
    if (!f)
        complain(path, "it cannot be opened");
    *programs = NULL;
    while (fgets(line, sizeof(line), f)) {
        const char *text = line + strspn(line, " ");
        line[strcspn(line, "\n")] = '\0';
        if (*text == '\0' || *text == '#')
            continue;
        if (text == line) {
            if ((count & (count - 1)) == 0) /* the room is used up */
                *programs = realloc(*programs, (count ? 2 * count : 1) * sizeof(**programs));
            if (!*programs)
                complain(line, "out of memory");
            read_head(*programs + count++, line);
        } else if (count == 0) {
            complain(line, "no verdict comes before it");
        } else {
            read_party(*programs + count - 1, text);
        }
    }
    fclose(f);
    return count;
}
