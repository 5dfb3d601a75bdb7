#include "harness/cli/options.h"
#include "harness/base/say.h"
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPTIONS_MAX = 64 };

/* A command line while it is read. */
struct parsing {
    const struct command *command;
    const struct option_spec *specs;
    size_t count;            /* of specs, the end mark left out */
    bool given[OPTIONS_MAX]; /* by index in specs */
    size_t positional;
};

static const char *dashes(const struct option_spec *spec)
{
    return spec->name[1] == '\0' ? "-" : "--";
}

static const struct option_spec help_spec = {.name = "help"};

static const struct option_spec *find(const struct parsing *p, const char *name, size_t length)
{
    for (size_t i = 0; i < p->count; i++)
        if (strlen(p->specs[i].name) == length && strncmp(p->specs[i].name, name, length) == 0)
            return &p->specs[i];
    return strlen("help") == length && strncmp("help", name, length) == 0 ? &help_spec : NULL;
}

static int refuse_unknown(const struct parsing *p, const char *word, const char *name)
{
    const char *names[OPTIONS_MAX + 1];
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

/* A whole number: digits and nothing else. */
static bool parse_uint(const char *text, size_t length, uint64_t *value)
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

static int refuse_number(const struct option_spec *spec, const char *text, const char *what)
{
    return complain(EXIT_USAGE, "%s%s %s: give %s from %llu to %llu", dashes(spec), spec->name,
                    text[0] ? text : "''", what, (unsigned long long)spec->min,
                    (unsigned long long)spec->max);
}

static int take_uint(const struct option_spec *spec, const char *text)
{
    uint64_t value;
    if (!parse_uint(text, strlen(text), &value) || value < spec->min || value > spec->max)
        return refuse_number(spec, text, "a number");
    *(uint64_t *)spec->value = value;
    return EXIT_OK;
}

static int take_uint_list(const struct option_spec *spec, const char *text)
{
    struct uint_list *list = spec->value;
    for (const char *item = text;;) {
        size_t length = strcspn(item, ",");
        uint64_t value;
        if (!parse_uint(item, length, &value) || value < spec->min || value > spec->max)
            return refuse_number(spec, text, "numbers, separated by commas,");
        if (list->count == LIST_MAX)
            return complain(EXIT_USAGE, "--%s: more than %d numbers: give fewer", spec->name,
                            LIST_MAX);
        list->items[list->count++] = value;
        if (item[length] == '\0')
            return EXIT_OK;
        item += length + 1;
    }
}

static int take_word(const struct option_spec *spec, const char *text)
{
    struct word_list *list = spec->value;
    if (text[0] == '\0')
        return complain(EXIT_USAGE, "%s%s is empty: give %s%s %s, or leave it out", dashes(spec),
                        spec->name, dashes(spec), spec->name, spec->argument);
    if (spec->kind == OPTION_WORD) {
        *(const char **)spec->value = text;
        return EXIT_OK;
    }
    if (list->count == LIST_MAX)
        return complain(EXIT_USAGE, "--%s: given more than %d times: give fewer", spec->name,
                        LIST_MAX);
    list->items[list->count++] = text;
    return EXIT_OK;
}

static int take_value(const struct option_spec *spec, const char *text)
{
    switch (spec->kind) {
    case OPTION_UINT:
        return take_uint(spec, text);
    case OPTION_UINT_LIST:
        return take_uint_list(spec, text);
    default:
        return take_word(spec, text);
    }
}

/* One option, its value in the same word or the next. `*i` is moved past what was used. */
static int take_option(struct parsing *p, int argc, char **argv, int *i, bool *helped)
{
    const char *word = argv[*i], *name = word + (word[1] == '-' ? 2 : 1);
    size_t length = strcspn(name, "=");
    const char *value = name[length] == '=' ? name + length + 1 : NULL;
    const struct option_spec *spec = find(p, name, length);
    if (!spec || (spec->name[1] == '\0') != (word[1] != '-')) {
        char bare[64];
        snprintf(bare, sizeof(bare), "%.*s", (int)length, name);
        return refuse_unknown(p, word, bare);
    }
    if (spec == &help_spec) {
        options_help(p->command);
        *helped = true;
        return EXIT_OK;
    }
    bool *given = &p->given[spec - p->specs];
    if (*given && spec->kind != OPTION_WORDS)
        return complain(EXIT_USAGE, "%s%s is given twice: give it once", dashes(spec), spec->name);
    *given = true;
    if (spec->kind == OPTION_FLAG) {
        if (value)
            return complain(EXIT_USAGE, "--%s takes no value: leave '=%s' out", spec->name, value);
        *(bool *)spec->value = true;
        return EXIT_OK;
    }
    if (!value && *i + 1 == argc)
        return complain(EXIT_USAGE, "%s%s needs a value: %s%s %s", dashes(spec), spec->name,
                        dashes(spec), spec->name, spec->argument);
    return take_value(spec, value ? value : argv[++*i]);
}

static void write_usage(const struct command *c, char *text, size_t size)
{
    snprintf(text, size, "usage: hchanlab %s%s%s%s", c->name, c->options ? " [options]" : "",
             c->usage[0] ? " " : "", c->usage);
}

static int take_positional(struct parsing *p, const char *word)
{
    const struct command *c = p->command;
    char usage[128];
    if (p->positional == c->positional_max) {
        write_usage(c, usage, sizeof(usage));
        return complain(EXIT_USAGE, "%s does not take '%s': %s", c->name, word, usage);
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

void options_help(const struct command *command)
{
    char usage[128];
    write_usage(command, usage, sizeof(usage));
    printf("%s\n%s\n", usage, command->summary);
    for (const struct option_spec *s = command->options; s && s->name; s++) {
        char left[64];
        snprintf(left, sizeof(left), "%s%s%s%s", dashes(s), s->name, s->argument ? " " : "",
                 s->argument ? s->argument : "");
        printf("  %-22s %s\n", left, s->help);
    }
    printf("  %-22s %s\n", "--help", "show this");
}
