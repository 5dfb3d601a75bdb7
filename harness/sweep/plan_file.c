/* Finds plans, reads them with those that they include, and matches cells (plan_file.h). It owns no
 * state. */
/* SPDX-License-Identifier: MIT */
#include "harness/sweep/plan_file.h"
#include "core/base/nearest.h"
#include "harness/base/parts.h"
#include "harness/base/say.h"
#include "harness/scenarios/scenarios.h"
#include "harness/sweep/names.h"
#include <dirent.h>
#include <errno.h>
#include <hchan/hchan.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES_MAX = 256, CROSSES_MAX = 1000 };

static const char folder_name[] = "plans", suffix[] = ".yaml";

/* The files that led to one, by their real paths; the nearest first. */
struct plan_chain {
    const char *path;
    const struct plan_chain *by;
};

static bool ends_in(const char *word, const char *end)
{
    size_t length = strlen(word), wanted = strlen(end);
    return length > wanted && strcmp(word + length - wanted, end) == 0;
}

bool plan_file_is_path(const char *word)
{
    return strchr(word, '/') || ends_in(word, suffix) || ends_in(word, ".yml");
}

static int is_plan(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && ends_in(entry->d_name, suffix);
}

/* The names of the plans that are installed, in their order; freed by free_names(). 0, or -ENOPKG
 * with a sentence in `error`. */
static int find_names(char *names[NAMES_MAX], size_t *count, char *error, size_t size)
{
    char folder[PATH_MAX];
    struct dirent **entries;
    *count = 0;
    if (parts_folder(folder_name, folder, error, size))
        return -ENOPKG;
    int found = scandir(folder, &entries, is_plan, alphasort);
    if (found < 0) {
        snprintf(error, size, "%s: %s: install hchanlab again", folder, strerror(errno));
        return -ENOPKG;
    }
    for (int i = 0; i < found; i++) {
        size_t length = strlen(entries[i]->d_name) - strlen(suffix);
        if (*count < NAMES_MAX && (names[*count] = strndup(entries[i]->d_name, length)))
            ++*count;
        free(entries[i]);
    }
    free(entries);
    return 0;
}

static void free_names(char *names[NAMES_MAX], size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(names[i]);
}

int plan_file_names(void (*with)(const char *name), char *error, size_t size)
{
    char *names[NAMES_MAX];
    size_t count;
    int status = find_names(names, &count, error, size);
    for (size_t i = 0; i < count; i++)
        with(names[i]);
    free_names(names, count);
    return status;
}

/* No plan has this name: names the nearest, or all. */
static int refuse_name(const char *where, const char *name)
{
    char *names[NAMES_MAX], all[512] = "", error[PATH_MAX + 256];
    size_t count, used = 0;
    int status = find_names(names, &count, error, sizeof(error));
    if (status)
        return complain(EXIT_INSTALLATION, "%s", error);
    const char *near = nearest(name, (const char *const *)names, count);
    for (size_t i = 0; i < count && used < sizeof(all); i++)
        used += (size_t)snprintf(all + used, sizeof(all) - used, "%s, ", names[i]);
    if (near)
        status = complain(EXIT_USAGE, "%sno plan '%s': did you mean '%s'?", where, name, near);
    else
        status = complain(EXIT_USAGE, "%sno plan '%s': one of %sor a file, such as ./%s.yaml",
                          where, name, all, name);
    free_names(names, count);
    return status;
}

/* Finds the file of a plan; `from` is the file that includes it, or NULL. EXIT_OK, or a complaint's
 * status. */
static int find_file(const char *where, const char *word, const char *from, char path[PATH_MAX])
{
    char file[PATH_MAX], error[PATH_MAX + 256];
    const char *slash = from ? strrchr(from, '/') : NULL;
    int folder = slash && word[0] != '/' ? (int)(slash + 1 - from) : 0;
    int length;
    if (plan_file_is_path(word)) {
        length = snprintf(path, PATH_MAX, "%.*s%s", folder, from ? from : "", word);
        return length < PATH_MAX
                   ? EXIT_OK
                   : complain(EXIT_USAGE, "%sthe path of '%s' is too long: move it", where, word);
    }
    length = snprintf(file, sizeof(file), "%s/%s%s", folder_name, word, suffix);
    if (length < (int)sizeof(file) && parts_resource(file, path, error, sizeof(error)) == 0)
        return EXIT_OK;
    return refuse_name(where, word);
}

/* A plan that includes itself: the whole cycle, in the order in which it was read. */
static int refuse_cycle(const char *where, const struct plan_chain *chain, const char *path)
{
    char cycle[700] = "";
    const struct plan_chain *links[CROSSES_MAX];
    size_t count = 0, used = 0;
    for (const struct plan_chain *c = chain; c && count < CROSSES_MAX; c = c->by) {
        links[count++] = c;
        if (strcmp(c->path, path) == 0)
            break;
    }
    while (count-- > 0 && used < sizeof(cycle))
        used += (size_t)snprintf(cycle + used, sizeof(cycle) - used, "%s -> ", links[count]->path);
    return complain(EXIT_USAGE, "%sthe plan includes itself: %s%s: leave one of them out", where,
                    cycle, path);
}

/* Adds what one file says to what the others say. */
static int merge(struct plan_file *plan, struct plan_file *own, const char *path)
{
    struct crosses *const to[] = {&plan->crosses, &plan->exclude};
    const struct crosses *const from[] = {&own->crosses, &own->exclude};
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; k < from[i]->count; k++) {
            struct cross *cross = to[i]->count < CROSSES_MAX ? plan_add_cross(to[i]) : NULL;
            if (!cross)
                return complain(EXIT_USAGE,
                                "%s: with what it includes, it has more than %d "
                                "crosses: make it several plans",
                                path, CROSSES_MAX);
            *cross = from[i]->items[k];
            from[i]->items[k].cell = NULL; /* it has another owner */
        }
    for (size_t i = 0; i < own->text_count; i++)
        if (!plan_adopt(plan, own->texts[i]))
            return complain(EXIT_ENVIRONMENT, "%s: out of memory: free some", path);
        else
            own->texts[i] = NULL;
    plan->summary = own->summary;
    plan->rounds = own->rounds ? own->rounds : plan->rounds;
    plan->samples = own->samples ? own->samples : plan->samples;
    plan->window_ns = own->window_ns ? own->window_ns : plan->window_ns;
    return EXIT_OK;
}

static int include(struct reading *r, const char *where, const char *word, const char *from);

/* Reads a file and those that it includes, and adds them to the plan. */
static int read_file(struct plan_file *plan, const char *where, const char *path,
                     const struct plan_chain *by)
{
    struct plan_file own = {0};
    struct yaml_file file;
    char real[PATH_MAX];
    if (!realpath(path, real))
        return complain(EXIT_IO, "%s%s: %s: name a plan's file that can be read", where, path,
                        strerror(errno));
    for (const struct plan_chain *c = by; c; c = c->by)
        if (strcmp(c->path, real) == 0)
            return refuse_cycle(where, by, real);
    if (plan->files++ == CROSSES_MAX)
        return complain(EXIT_USAGE, "%sit includes more than %d files: include fewer", where,
                        CROSSES_MAX);
    int status = yaml_file_open(&file, path);
    if (status != EXIT_OK)
        return status;
    const struct plan_chain chain = {real, by};
    status = plan_read_keys(&(struct reading){&own, include, plan, &chain}, &file);
    yaml_file_close(&file);
    if (status == EXIT_OK)
        status = merge(plan, &own, path);
    plan_file_free(&own);
    return status;
}

static int include(struct reading *r, const char *where, const char *word, const char *from)
{
    char path[PATH_MAX];
    int status = find_file(where, word, from, path);
    return status == EXIT_OK ? read_file(r->included, where, path, r->chain) : status;
}

int plan_file_load(struct plan_file *plan, const char *word)
{
    char path[PATH_MAX];
    memset(plan, 0, sizeof(*plan));
    int status = find_file("", word, NULL, path);
    if (status == EXIT_OK)
        status = read_file(plan, "", path, NULL);
    if (status == EXIT_OK && plan->crosses.count == 0)
        status = complain(EXIT_USAGE, "%s: the plan measures nothing: give it `crosses:`", path);
    if (status != EXIT_OK)
        plan_file_free(plan);
    return status;
}

static void free_crosses(struct crosses *crosses)
{
    for (size_t i = 0; i < crosses->count; i++)
        if (crosses->items[i].cell) {
            regfree(crosses->items[i].cell);
            free(crosses->items[i].cell);
        }
    free(crosses->items);
}

void plan_file_free(struct plan_file *plan)
{
    free_crosses(&plan->crosses);
    free_crosses(&plan->exclude);
    for (size_t i = 0; i < plan->text_count; i++)
        free(plan->texts[i]);
    free(plan->texts);
    memset(plan, 0, sizeof(*plan));
}
