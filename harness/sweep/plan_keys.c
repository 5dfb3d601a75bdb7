/* Reads the values of a plan's keys (plan_keys.h). It owns no state. */
/* SPDX-License-Identifier: MIT */
#include "harness/sweep/plan_keys.h"
#include "harness/base/duration.h"
#include "harness/base/say.h"
#include "harness/scenarios/scenarios.h"
#include "harness/sweep/names.h"
#include "harness/sweep/plan_check.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int refuse_memory(const struct yaml_file *file)
{
    return complain(EXIT_ENVIRONMENT, "%s: out of memory: free some", file->path);
}

bool plan_adopt(struct plan_file *plan, char *text)
{
    char **more = realloc(plan->texts, (plan->text_count + 1) * sizeof(*more));
    if (!more)
        return false;
    plan->texts = more;
    plan->texts[plan->text_count++] = text;
    return true;
}

const char *plan_keep(struct plan_file *plan, const char *text)
{
    char *copy = strdup(text);
    if (copy && plan_adopt(plan, copy))
        return copy;
    free(copy);
    return NULL;
}

struct cross *plan_add_cross(struct crosses *crosses)
{
    struct cross *more = realloc(crosses->items, (crosses->count + 1) * sizeof(*more));
    if (!more)
        return NULL;
    crosses->items = more;
    memset(&more[crosses->count], 0, sizeof(*more));
    return &more[crosses->count++];
}

/* A cross or an exclusion while it is read. */
struct reading_cross {
    struct plan_file *plan;
    struct cross *cross;
};

static int take_text(void *to, const struct yaml_key *key, struct yaml_file *file,
                     yaml_node_t *value)
{
    struct reading *r = to;
    const char *text = yaml_file_text(value);
    if (!text)
        return yaml_file_refuse(file, value, "%s: give one line of text", key->name);
    r->own->summary = plan_keep(r->own, text);
    return r->own->summary ? EXIT_OK : refuse_memory(file);
}

/* Whether a value is a list or a scalar, none of them empty. */
static bool has_items(struct yaml_file *file, yaml_node_t *value)
{
    return yaml_file_item(file, value, 0) != NULL;
}

static int take_words(void *to, const struct yaml_key *key, struct yaml_file *file,
                      yaml_node_t *value)
{
    struct reading_cross *r = to;
    struct word_list *list = (void *)((char *)r->cross + key->offset);
    const yaml_node_t *item;
    char where[768];
    if (!has_items(file, value))
        return yaml_file_refuse(file, value, "%s: give a name, or a list: [a, b]", key->name);
    for (size_t i = 0; (item = yaml_file_item(file, value, i)); i++) {
        const char *text = yaml_file_text(item);
        if (!text)
            return yaml_file_refuse(file, item, "%s: give a name, or a list: [a, b]", key->name);
        if (list->count == LIST_MAX)
            return yaml_file_refuse(file, item, "%s: more than %d names: give fewer", key->name,
                                    LIST_MAX);
        snprintf(where, sizeof(where), "%s:%zu: %s: ", file->path, yaml_file_line(item), key->name);
        bool left_out = key->kind == NAME_VARIANT && names_left_out(text);
        int status =
            left_out ? EXIT_OK : names_check(where, (enum name_kind)key->kind, text, false);
        if (status != EXIT_OK)
            return status;
        if (!(list->items[list->count++] = plan_keep(r->plan, text)))
            return refuse_memory(file);
    }
    return EXIT_OK;
}

static int refuse_number(struct yaml_file *file, const yaml_node_t *node,
                         const struct yaml_key *key, const char *what)
{
    const char *text = yaml_file_text(node);
    struct words range =
        key->unit_ns ? words_format("from %s to %s, such as 500ns, 2us or 1ms",
                                    duration_words(key->min).text, duration_words(key->max).text)
                     : words_format("from %llu to %llu", (unsigned long long)key->min,
                                    (unsigned long long)key->max);
    return yaml_file_refuse(file, node, "%s: %s%s%sgive %s %s", key->name, text ? "'" : "",
                            text ? text : "", text ? "': " : "", what, range.text);
}

static bool read_number(const yaml_node_t *node, const struct yaml_key *key, uint64_t *number)
{
    const char *text = yaml_file_text(node);
    bool read = text && (key->unit_ns ? duration_parse(text, strlen(text), key->unit_ns, number)
                                      : duration_number(text, strlen(text), number));
    return read && *number >= key->min && *number <= key->max;
}

/* The range of a parameter over all scenarios. */
static struct yaml_key with_range(const struct yaml_key *key)
{
    struct yaml_key out = *key;
    out.min = UINT64_MAX;
    for (const struct scenario *const *s = scenarios_any(); *s; s++) {
        const struct param_range *r = scenario_param(*s, key->kind);
        if (r->max && r->min < out.min)
            out.min = r->min;
        if (r->max > out.max)
            out.max = r->max;
    }
    return out;
}

static int take_param(void *to, const struct yaml_key *given, struct yaml_file *file,
                      yaml_node_t *value)
{
    struct reading_cross *r = to;
    const struct yaml_key key = with_range(given);
    const char *what = key.unit_ns ? "times" : "numbers";
    struct uint_list *list = &r->cross->params[key.kind];
    const yaml_node_t *item;
    r->cross->param_line[key.kind] = yaml_file_line(value);
    if (!has_items(file, value))
        return refuse_number(file, value, &key, what);
    for (size_t i = 0; (item = yaml_file_item(file, value, i)); i++) {
        if (list->count == LIST_MAX)
            return yaml_file_refuse(file, item, "%s: more than %d %s: give fewer", key.name,
                                    LIST_MAX, what);
        if (!read_number(item, &key, &list->items[list->count++]))
            return refuse_number(file, item, &key, what);
    }
    return EXIT_OK;
}

static int take_number(void *base, const struct yaml_key *key, struct yaml_file *file,
                       const yaml_node_t *value)
{
    if (read_number(value, key, (void *)((char *)base + key->offset)))
        return EXIT_OK;
    return refuse_number(file, value, key, key->unit_ns ? "a time" : "a number");
}

static int take_setting(void *to, const struct yaml_key *key, struct yaml_file *file,
                        yaml_node_t *value)
{
    return take_number(((struct reading *)to)->own, key, file, value);
}

static int take_side(void *to, const struct yaml_key *key, struct yaml_file *file,
                     yaml_node_t *value)
{
    return take_number(((struct reading_cross *)to)->cross, key, file, value);
}

static int take_cell(void *to, const struct yaml_key *key, struct yaml_file *file,
                     yaml_node_t *value)
{
    struct reading_cross *r = to;
    const char *text = yaml_file_text(value);
    char why[128];
    if (!text)
        return yaml_file_refuse(file, value, "%s: give a regular expression", key->name);
    regex_t *cell = malloc(sizeof(*cell));
    if (!cell)
        return refuse_memory(file);
    int error = regcomp(cell, text, REG_EXTENDED | REG_NOSUB);
    if (error) {
        regerror(error, cell, why, sizeof(why));
        free(cell);
        return yaml_file_refuse(file, value,
                                "%s: '%s': %s: give an extended regular expression, such as "
                                "'^lock/.*threads=4'",
                                key->name, text, why);
    }
    r->cross->cell = cell;
    return EXIT_OK;
}

static int take_include(void *to, const struct yaml_key *key, struct yaml_file *file,
                        yaml_node_t *value)
{
    struct reading *r = to;
    const yaml_node_t *item = yaml_file_item(file, value, 0);
    char where[768];
    int status = item ? EXIT_OK : yaml_file_refuse(file, value, "%s: name a plan", key->name);
    for (size_t i = 0; status == EXIT_OK && (item = yaml_file_item(file, value, i)); i++) {
        const char *word = yaml_file_text(item);
        if (!word)
            return yaml_file_refuse(file, item, "%s: name a plan, or give a list of names",
                                    key->name);
        snprintf(where, sizeof(where), "%s:%zu: %s: ", file->path, yaml_file_line(item), key->name);
        status = r->include(r, where, word, file->path);
    }
    return status;
}

#define WORDS(key, field, of)                                      \
    {                                                              \
        key, take_words, offsetof(struct cross, field), .kind = of \
    }
#define SIDE(key, field)                                                             \
    {                                                                                \
        key, take_side, offsetof(struct cross, field), .min = 1, .max = THREADS_MAX, \
    }
#define NUMBER(param)                             \
    {                                             \
#param, take_param, .kind = PARAM_##param \
    }
#define TIME(param)                                             \
    {                                                           \
#param, take_param, .kind = PARAM_##param, .unit_ns = 1 \
    }
#define CROSS_KEYS                                                                            \
    WORDS("scenarios", scenarios, NAME_SCENARIO), WORDS("groups", groups, NAME_GROUP),        \
        WORDS("variants", variants, NAME_VARIANT), WORDS("locks", locks, NAME_LOCK),          \
        WORDS("places", places, NAME_PLACE), NUMBER(capacity), NUMBER(elem), NUMBER(threads), \
        TIME(work), TIME(held), NUMBER(lines), TIME(away), NUMBER(geometric)

static const struct yaml_key cross_keys[] = {
    CROSS_KEYS,
    SIDE("producers", producers),
    SIDE("consumers", consumers),
    {.name = NULL},
};

static const struct yaml_key exclusion_keys[] = {
    CROSS_KEYS,
    {"cell", take_cell, .kind = 0},
    {.name = NULL},
};

/* A list of mappings. */
static int take_crosses(struct reading *r, struct crosses *crosses, const struct yaml_key *keys,
                        struct yaml_file *file, yaml_node_t *value, const char *what)
{
    if (value->type != YAML_SEQUENCE_NODE || !has_items(file, value))
        return yaml_file_refuse(file, value, "%s", what);
    const yaml_node_t *item;
    for (size_t i = 0; (item = yaml_file_item(file, value, i)); i++) {
        struct cross *cross = plan_add_cross(crosses);
        if (!cross || !(cross->file = plan_keep(r->own, file->path)))
            return refuse_memory(file);
        cross->line = yaml_file_line(item);
        int status = yaml_file_read(&(struct reading_cross){r->own, cross}, keys, file,
                                    (yaml_node_t *)(uintptr_t)item, what);
        if (status == EXIT_OK)
            status = keys == cross_keys ? plan_check_cross(cross) : plan_check_exclusion(cross);
        if (status != EXIT_OK)
            return status;
    }
    return EXIT_OK;
}

static int take_plan_crosses(void *to, const struct yaml_key *key, struct yaml_file *file,
                             yaml_node_t *value)
{
    struct reading *r = to;
    (void)key;
    return take_crosses(r, &r->own->crosses, cross_keys, file, value,
                        "crosses: give a list of crosses, each `- scenarios: NAMES` and more keys");
}

static int take_exclusions(void *to, const struct yaml_key *key, struct yaml_file *file,
                           yaml_node_t *value)
{
    struct reading *r = to;
    (void)key;
    return take_crosses(r, &r->own->exclude, exclusion_keys, file, value,
                        "exclude: give a list, each `- KEY: VALUES` and more keys");
}

#define SETTING(key, field) key, take_setting, offsetof(struct plan_file, field)

static const struct yaml_key plan_keys[] = {
    {"summary", take_text, .kind = 0},
    {"include", take_include, .kind = 0},
    {SETTING("rounds", rounds), .min = 1, .max = PLAN_ROUNDS_MAX},
    {SETTING("samples", samples), .min = 1, .max = PLAN_SAMPLES_MAX},
    {SETTING("window", window_ns), .min = PLAN_WINDOW_MIN, .max = PLAN_WINDOW_MAX,
     .unit_ns = 1000000},
    {"crosses", take_plan_crosses, .kind = 0},
    {"exclude", take_exclusions, .kind = 0},
    {.name = NULL},
};

int plan_read_keys(struct reading *reading, struct yaml_file *file)
{
    return yaml_file_read(reading, plan_keys, file, yaml_file_root(file),
                          "a plan is a mapping: give `crosses:`, or `include:`");
}
