/* Writes a sweep's choices as a shell command: whatever a name holds, the shell reads it back. No
 * state. */
/* SPDX-License-Identifier: MIT */
#include "harness/cli/repeat_command.h"
#include "harness/base/duration.h"
#include "harness/cli/user_store.h"
#include "harness/sweep/plan_file.h"
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Writes a word with control characters, which a terminal or a page may change, as printf's %b
 * takes them; it cannot end in a newline. */
static void put_escaped(FILE *out, const char *word)
{
    fputs("\"$(printf %b '", out);
    for (; *word; word++)
        if ((unsigned char)*word < ' ' || strchr("\\'\177", *word))
            fprintf(out, "\\0%03o", (unsigned char)*word);
        else
            fputc(*word, out);
    fputs("')\"", out);
}

static bool has_controls(const char *word)
{
    while (*word && (unsigned char)*word >= ' ' && *word != '\177')
        word++;
    return *word != '\0';
}

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
    if (has_controls(word)) {
        put_escaped(out, word);
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

/* Whether a shell finds this very program by its name, in whatever folder it is. A component of
 * PATH that does not begin with a slash, or is empty, is seen from the current folder: what lies
 * there would come first here, and not elsewhere. */
static bool is_in_path(const char *name)
{
    struct stat self, found;
    char path[PATH_MAX];
    const char *folders = getenv("PATH");
    if (stat("/proc/self/exe", &self))
        return false;
    while (folders && *folders) {
        int length = (int)strcspn(folders, ":");
        const char *slash = length ? "/" : ""; /* empty: the current folder */
        if (snprintf(path, sizeof(path), "%.*s%s%s", length, folders, slash, name) <
                (int)sizeof(path) &&
            access(path, X_OK) == 0 && stat(path, &found) == 0 && S_ISREG(found.st_mode))
            return path[0] == '/' && found.st_ino == self.st_ino && found.st_dev == self.st_dev;
        folders += length + (folders[length] == ':');
    }
    return false;
}

/* Writes the program: its name if that is enough, or its path. */
static void put_program(FILE *out)
{
    static const char name[] = "hchanlab";
    char path[PATH_MAX];
    ssize_t length = is_in_path(name) ? 0 : readlink("/proc/self/exe", path, sizeof(path) - 1);
    path[length > 0 ? length : 0] = '\0';
    put_word(out, path[0] ? path : name);
}

/* Writes the store so that the command finds it from any folder. */
static void put_store(FILE *out, const char *db)
{
    char *absolute = realpath(db, NULL);
    put_option(out, "db", absolute ? absolute : db);
    free(absolute);
}

/* Writes the plan, and its file so that the command finds it from any folder. */
static void put_plan(FILE *out, const struct choices *c)
{
    if (!c->plan) {
        fprintf(out, " --%s", choices_plan(c));
        return;
    }
    char *absolute = plan_file_is_path(c->plan) ? realpath(c->plan, NULL) : NULL;
    put_option(out, "plan", absolute ? absolute : c->plan);
    free(absolute);
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

/* Writes it unless it is 0, which stands for none. */
static void put_uint(FILE *out, const char *name, uint64_t value)
{
    if (value)
        put_uints(out, name, &(struct uint_list){{value}, 1});
}

/* What ends each of the commands. NULL if memory ran out. */
static char *finish(FILE *out, char **command, uint64_t seed, const char *db)
{
    put_uint(out, "seed", seed);
    if (!user_store_is(db))
        put_store(out, db);
    bool failed = ferror(out);
    if (fclose(out) == EOF || failed) {
        free(*command);
        return NULL;
    }
    return *command;
}

/* What was chosen, after the command's name. */
static void put_choices(FILE *out, const struct choices *c)
{
    put_plan(out, c);
    put_words(out, "scenario", &c->scenarios);
    put_words(out, "group", &c->groups);
    put_words(out, "variant", &c->variants);
    put_words(out, "lock", &c->locks);
    if (c->cell)
        put_option(out, "cell", c->cell);
    put_uint(out, "producers", c->producers);
    put_uint(out, "consumers", c->consumers);
    if (c->peers)
        fprintf(out, " --peers");
    if (c->shared)
        fprintf(out, " --shared");
    for (int i = 0; i < PARAMS; i++)
        put_uints(out, param_key(i), choices_param(c, i));
    if (c->adaptive)
        fprintf(out, " --adaptive");
    put_uint(out, "reps", c->processes);
    put_uint(out, "samples", c->samples);
    if (c->window_ns)
        put_option(out, "window", duration_words(c->window_ns).text);
    if (c->place)
        put_option(out, "place", c->place);
    put_uint(out, "cells-max", c->cells_max);
}

char *repeat_command(const struct choices *c, uint64_t seed, const char *db)
{
    char *command = NULL;
    size_t size;
    FILE *out = open_memstream(&command, &size);
    if (!out)
        return NULL;
    put_program(out);
    fputs(" sweep", out);
    put_choices(out, c);
    return finish(out, &command, seed, db);
}

char *selftest_command(const struct choices *c, const struct twins *twins, uint64_t seed,
                       const char *db)
{
    char *command = NULL;
    size_t size;
    FILE *out = open_memstream(&command, &size);
    if (!out)
        return NULL;
    put_program(out);
    fputs(" selftest", out);
    put_choices(out, c);
    put_uint(out, "copies", twins->copies);
    put_uints(out, "waste", &twins->wastes);
    put_uint(out, "cells", twins->cells);
    return finish(out, &command, seed, db);
}

char *rerun_command(int64_t run, uint64_t seed, bool shared, const char *db)
{
    char *command = NULL;
    size_t size;
    FILE *out = open_memstream(&command, &size);
    if (!out)
        return NULL;
    put_program(out);
    fprintf(out, " rerun %lld", (long long)run);
    if (shared)
        fprintf(out, " --shared");
    return finish(out, &command, seed, db);
}
