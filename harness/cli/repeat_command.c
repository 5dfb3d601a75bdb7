/* Writes a sweep's choices as a shell command: whatever a name holds, the shell reads it back. No
 * state. */
#include "harness/cli/repeat_command.h"
#include "harness/cli/commands.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Writes a word for a POSIX shell: in single quotes if it holds a character that may mean something
 * to a shell, and a single quote itself as '\''. */
static void put_word(FILE *out, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-+=,./:@%";
    if (word[0] && word[strspn(word, plain)] == '\0') {
        fputs(word, out);
        return;
    }
    fputc('\'', out);
    for (; *word; word++)
        if (*word == '\'')
            fputs("'\\''", out);
        else
            fputc(*word, out);
    fputc('\'', out);
}

static void put_option(FILE *out, const char *name, const char *value)
{
    fprintf(out, " --%s ", name);
    put_word(out, value);
}

static void put_words(FILE *out, const char *name, const struct word_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        put_option(out, name, list->items[i]);
}

static void put_uints(FILE *out, const char *name, const struct uint_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        if (i == 0)
            fprintf(out, " --%s ", name);
        fprintf(out, i ? ",%llu" : "%llu", (unsigned long long)list->items[i]);
    }
}

char *repeat_command(const struct choices *c, const char *mode, uint64_t seed, const char *db)
{
    char *command = NULL;
    size_t size;
    FILE *out = open_memstream(&command, &size);
    if (!out)
        return NULL;
    fprintf(out, "hchanlab sweep --%s", mode);
    put_words(out, "scenario", &c->scenarios);
    put_words(out, "group", &c->groups);
    put_words(out, "variant", &c->variants);
    if (c->peers)
        fprintf(out, " --peers");
    if (c->shared)
        fprintf(out, " --shared");
    put_uints(out, "capacity", &c->capacity);
    put_uints(out, "elem", &c->elem);
    put_uints(out, "threads", &c->threads);
    put_uints(out, "work", &c->work);
    if (c->processes)
        put_uints(out, "reps", &(struct uint_list){{c->processes}, 1});
    if (c->place)
        put_option(out, "place", c->place);
    put_uints(out, "seed", &(struct uint_list){{seed}, 1});
    if (strcmp(db, DEFAULT_STORE) != 0)
        put_option(out, "db", db);
    bool failed = ferror(out);
    if (fclose(out) == EOF || failed) {
        free(command);
        return NULL;
    }
    return command;
}
