/* Parses command lines against a command's table, and prints the help from the same table. What is
 * parsed goes to where the table points; nothing is kept here. */
/* SPDX-License-Identifier: MIT */
#include "harness/cli/options.h"
#include "core/base/nearest.h"
#include "harness/base/duration.h"
#include "harness/base/say.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPTIONS_MAX = 64 };

/* A command line while it is parsed. */
struct parsing {
    const struct command *command;
    const struct option_spec *specs;
    size_t count;            /* of specs, without the end mark */
    bool given[OPTIONS_MAX]; /* by index in specs */
    size_t positional;
};

const char *options_dashes(const struct option_spec *spec)
{
    return spec->name[1] == '\0' ? "-" : "--";
}

/* Every command has it. */
static const struct option_spec help_spec = {.name = "help"};

/* One word of the command line that is an option: --name, --name=value, -n, -nvalue or -n=value. */
struct option_word {
    bool is_long;
    const char *name;
    size_t length;     /* of the name */
    const char *value; /* NULL if it is not in this word */
};

static struct option_word take_apart(const char *word)
{
    struct option_word w = {.is_long = word[1] == '-'};
    w.name = word + (w.is_long ? 2 : 1);
    w.length = w.is_long ? strcspn(w.name, "=") : 1;
    const char *rest = w.name + w.length;
    w.value = rest[0] == '=' ? rest + 1 : rest[0] ? rest : NULL;
    return w;
}

static bool word_names(const struct option_word *w, const char *name)
{
    return w->is_long == (name[1] != '\0') && strlen(name) == w->length &&
           strncmp(name, w->name, w->length) == 0;
}

static const struct option_spec *find_spec(const struct parsing *p, const struct option_word *w)
{
    for (size_t i = 0; i < p->count; i++)
        if (word_names(w, p->specs[i].name))
            return &p->specs[i];
    return (word_names(w, "help") || word_names(w, "h")) && !w->value ? &help_spec : NULL;
}

static int refuse_unknown(const struct parsing *p, const char *word)
{
    const char *names[OPTIONS_MAX + 1];
    char name[64]; /* as it was meant: without dashes and value */
    size_t dashed = strspn(word, "-");
    snprintf(name, sizeof(name), "%.*s", (int)strcspn(word + dashed, "="), word + dashed);
    for (size_t i = 0; i < p->count; i++)
        names[i] = p->specs[i].name;
    names[p->count] = "help";
    const char *near = nearest(name, names, p->count + 1);
    if (!near)
        return complain(EXIT_USAGE, "%s has no option %s: `hchanlab %s --help` lists them",
                        p->command->name, word, p->command->name);
    return complain(EXIT_USAGE, "%s has no option %s: did you mean %s%s?", p->command->name, word,
                    near[1] ? "--" : "-", near);
}

/* Whether the option's value is a time, or several. */
static bool is_time(const struct option_spec *spec)
{
    return spec->kind == OPTION_TIME || spec->kind == OPTION_TIME_LIST;
}

struct words options_range(const struct option_spec *spec)
{
    if (is_time(spec))
        return words_format("from %s to %s", duration_words(spec->min).text,
                            duration_words(spec->max).text);
    return words_format("from %llu to %llu", (unsigned long long)spec->min,
                        (unsigned long long)spec->max);
}

/* One number or time, in the option's range. */
static bool parse_value(const struct option_spec *spec, const char *text, size_t length,
                        uint64_t *value)
{
    bool read = is_time(spec) ? duration_parse(text, length, spec->unit_ns, value)
                              : duration_number(text, length, value);
    return read && *value >= spec->min && *value <= spec->max;
}

static int refuse_number(const struct option_spec *spec, const char *text, const char *what)
{
    return complain(EXIT_USAGE, "%s%s %s: give %s %s%s", options_dashes(spec), spec->name,
                    text[0] ? text : "''", what, options_range(spec).text,
                    is_time(spec) ? ", such as 500ns, 2us or 1ms" : "");
}

static int take_uint(const struct option_spec *spec, const char *text)
{
    uint64_t value;
    if (!parse_value(spec, text, strlen(text), &value))
        return refuse_number(spec, text, is_time(spec) ? "a time" : "a number");
    *(uint64_t *)spec->value = value;
    return EXIT_OK;
}

static int take_uint_list(const struct option_spec *spec, const char *text)
{
    struct uint_list *list = spec->value;
    for (const char *item = text;;) {
        size_t length = strcspn(item, ",");
        uint64_t value;
        if (!parse_value(spec, item, length, &value))
            return refuse_number(spec, text,
                                 is_time(spec) ? "times, separated by commas,"
                                               : "numbers, separated by commas,");
        if (list->count == LIST_MAX)
            return complain(EXIT_USAGE, "--%s: more than %d numbers: give fewer", spec->name,
                            LIST_MAX);
        list->items[list->count++] = value;
        if (item[length] == '\0')
            return EXIT_OK;
        item += length + 1;
    }
}

static int take_seconds(const struct option_spec *spec, const char *text)
{
    char *end;
    double value = strtod(text, &end);
    bool plain = text[0] && text[strspn(text, "0123456789.")] == '\0' && *end == '\0';
    if (!plain || value * 1000 < (double)spec->min || value * 1000 > (double)spec->max)
        return complain(EXIT_USAGE, "--%s %s: give seconds from %g to %g", spec->name,
                        text[0] ? text : "''", (double)spec->min / 1000, (double)spec->max / 1000);
    *(double *)spec->value = value;
    return EXIT_OK;
}

static int take_percent(const struct option_spec *spec, const char *text)
{
    char *end;
    double value = strtod(text, &end);
    size_t digits = strspn(text, "0123456789.");
    bool plain = digits && end == text + digits && (!*end || strcmp(end, "%") == 0);
    if (!plain || value < (double)spec->min || value > (double)spec->max)
        return complain(EXIT_USAGE, "--%s %s: give percent from %llu%% to %llu%%", spec->name,
                        text[0] ? text : "''", (unsigned long long)spec->min,
                        (unsigned long long)spec->max);
    *(double *)spec->value = value;
    return EXIT_OK;
}

/* The words of a list are copies, which live as long as the process. */
static int take_words(const struct option_spec *spec, const char *text)
{
    struct word_list *list = spec->value;
    for (const char *item = text;;) {
        size_t length = strcspn(item, ",");
        if (length == 0)
            return complain(EXIT_USAGE,
                            "--%s %s: a name is missing: give names, separated by commas",
                            spec->name, text);
        if (list->count == LIST_MAX)
            return complain(EXIT_USAGE, "--%s: more than %d names: give fewer", spec->name,
                            LIST_MAX);
        list->items[list->count] = strndup(item, length);
        if (!list->items[list->count++])
            return complain(EXIT_ENVIRONMENT, "out of memory: free some");
        if (item[length] == '\0')
            return EXIT_OK;
        item += length + 1;
    }
}

static int take_word(const struct option_spec *spec, const char *text)
{
    if (text[0] == '\0')
        return complain(EXIT_USAGE, "%s%s is empty: give %s%s %s, or leave it out",
                        options_dashes(spec), spec->name, options_dashes(spec), spec->name,
                        spec->argument);
    if (spec->kind == OPTION_WORDS)
        return take_words(spec, text);
    *(const char **)spec->value = text;
    return EXIT_OK;
}

static int take_value(const struct option_spec *spec, const char *text)
{
    switch (spec->kind) {
    case OPTION_SECONDS:
        return take_seconds(spec, text);
    case OPTION_PERCENT:
        return take_percent(spec, text);
    case OPTION_UINT:
    case OPTION_TIME:
        return take_uint(spec, text);
    case OPTION_UINT_LIST:
    case OPTION_TIME_LIST:
        return take_uint_list(spec, text);
    default:
        return take_word(spec, text);
    }
}

/* Takes one option, with its value in the same word or in the next, to which *i then moves. */
static int take_option(struct parsing *p, int argc, char **argv, int *i, bool *helped)
{
    struct option_word w = take_apart(argv[*i]);
    const struct option_spec *spec = find_spec(p, &w);
    if (!spec)
        return refuse_unknown(p, argv[*i]);
    if (spec == &help_spec) {
        options_help(p->command);
        *helped = true;
        return EXIT_OK;
    }
    bool *given = &p->given[spec - p->specs];
    if (*given && spec->kind != OPTION_WORDS)
        return complain(EXIT_USAGE, "%s%s is given twice: give it once", options_dashes(spec),
                        spec->name);
    *given = true;
    if (spec->kind == OPTION_FLAG) {
        if (w.value)
            return complain(EXIT_USAGE, "--%s takes no value: leave '=%s' out", spec->name,
                            w.value);
        *(bool *)spec->value = true;
        return EXIT_OK;
    }
    if (!w.value && *i + 1 == argc)
        return complain(EXIT_USAGE, "%s%s needs a value: %s%s %s", options_dashes(spec), spec->name,
                        options_dashes(spec), spec->name, spec->argument);
    return take_value(spec, w.value ? w.value : argv[++*i]);
}

void options_usage(const struct command *c, char *text, size_t size)
{
    const char *words = c->usage ? c->usage : "";
    snprintf(text, size, "hchanlab %s%s%s%s", c->name, c->options ? " [options]" : "",
             words[0] ? " " : "", words);
}

static int take_positional(struct parsing *p, const char *word)
{
    const struct command *c = p->command;
    char usage[128];
    if (p->positional == c->positional_max) {
        options_usage(c, usage, sizeof(usage));
        return complain(EXIT_USAGE, "%s does not take '%s': usage: %s", c->name, word, usage);
    }
    c->positional[p->positional++] = word;
    return EXIT_OK;
}

int options_parse(const struct command *command, int argc, char **argv, bool *helped)
{
    static const struct option_spec none[] = {{0}};
    struct parsing p = {.command = command, .specs = command->options ? command->options : none};
    while (p.specs[p.count].name)
        p.count++;
    *helped = false;
    bool words_only = false;
    for (int i = 0; i < argc; i++) {
        int status;
        if (!words_only && strcmp(argv[i], "--") == 0) {
            words_only = true;
            continue;
        }
        if (!words_only && argv[i][0] == '-' && argv[i][1] != '\0')
            status = take_option(&p, argc, argv, &i, helped);
        else
            status = take_positional(&p, argv[i]);
        if (status != EXIT_OK || *helped)
            return status;
    }
    return EXIT_OK;
}

static bool is_set(const struct option_spec *spec)
{
    switch (spec->kind) {
    case OPTION_FLAG:
        return *(bool *)spec->value;
    case OPTION_WORD:
        return *(const char **)spec->value != NULL;
    case OPTION_WORDS:
        return ((struct word_list *)spec->value)->count > 0;
    case OPTION_SECONDS:
    case OPTION_PERCENT:
        return *(double *)spec->value > 0;
    case OPTION_UINT:
    case OPTION_TIME:
        return *(uint64_t *)spec->value != 0;
    case OPTION_UINT_LIST:
    case OPTION_TIME_LIST:
        return ((struct uint_list *)spec->value)->count > 0;
    }
    return false;
}

const struct option_spec *options_first_set(const struct option_spec *specs, const char *const *but)
{
    for (const struct option_spec *s = specs; s->name; s++) {
        size_t i = 0;
        while (but[i] && strcmp(but[i], s->name) != 0)
            i++;
        if (!but[i] && is_set(s))
            return s;
    }
    return NULL;
}

void options_help(const struct command *command)
{
    char usage[128];
    options_usage(command, usage, sizeof(usage));
    printf("usage: %s\n%s\n", usage, command->summary);
    for (const struct option_spec *s = command->options; s && s->name; s++) {
        char left[64];
        snprintf(left, sizeof(left), "%s%s%s%s", options_dashes(s), s->name, s->argument ? " " : "",
                 s->argument ? s->argument : "");
        printf("  %-22s %s\n", left, s->help);
    }
    printf("  %-22s %s\n", "-h, --help", "show this");
}
