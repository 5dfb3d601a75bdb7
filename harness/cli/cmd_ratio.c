/* `hchanlab ratio`: for scripts that measure things in turns, the paired ratios and their intervals
 * that the report has (harness/base/stats.h). It owns the lines that it has read, until it ends. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/say.h"
#include "harness/base/stats.h"
#include "harness/cli/commands.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One line of input: a turn of the thing that has this name. */
struct turn {
    char *name; /* malloc'd */
    double ratio;
};

struct turns {
    struct turn *items;
    size_t count, room;
};

/* A number above zero, with nothing behind it. */
static bool parse_cost(const char *text, double *value)
{
    char *end;
    *value = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(*value) && *value > 0;
}

/* Splits "NAME OLD NEW"; the turn has the name's place in the line. */
static bool parse_turn(char *line, struct turn *turn)
{
    static const char blanks[] = " \t\r\n";
    char *rest, *name = strtok_r(line, blanks, &rest), *old = strtok_r(NULL, blanks, &rest);
    char *new = strtok_r(NULL, blanks, &rest);
    double before, after;
    if (!new || strtok_r(NULL, blanks, &rest) || !parse_cost(old, &before) ||
        !parse_cost(new, &after))
        return false;
    *turn = (struct turn){name, after / before};
    return true;
}

static int add_turn(struct turns *turns, const struct turn *turn)
{
    if (turns->count == turns->room) {
        size_t room = turns->room ? 2 * turns->room : 256;
        struct turn *items = realloc(turns->items, room * sizeof(*items));
        if (!items)
            return -ENOMEM;
        turns->items = items;
        turns->room = room;
    }
    char *name = strdup(turn->name);
    if (!name)
        return -ENOMEM;
    turns->items[turns->count++] = (struct turn){name, turn->ratio};
    return 0;
}

static int read_turns(struct turns *turns)
{
    char *line = NULL;
    size_t size = 0;
    int status = EXIT_OK;
    for (unsigned long number = 1; status == EXIT_OK && getline(&line, &size, stdin) > 0;
         number++) {
        struct turn turn;
        if (!parse_turn(line, &turn))
            status = complain(
                EXIT_USAGE, "ratio: line %lu: give a name and two numbers above zero: NAME OLD NEW",
                number);
        else if (add_turn(turns, &turn))
            status = complain(EXIT_ENVIRONMENT, "out of memory: give fewer lines");
    }
    free(line);
    if (status == EXIT_OK && ferror(stdin))
        status = complain(EXIT_IO, "ratio: standard input can't be read: give a file or a pipe");
    if (status == EXIT_OK && turns->count == 0)
        status = complain(EXIT_USAGE, "ratio: standard input is empty: give lines NAME OLD NEW");
    return status;
}

static int compare_names(const void *a, const void *b)
{
    const struct turn *x = a, *y = b;
    return strcmp(x->name, y->name);
}

static void print_number(double value)
{
    if (isfinite(value))
        printf("\t%.9g", value);
    else
        printf("\tn/a");
}

/* Prints a line for each name. `values` has room for all turns. */
static void print_ratios(struct turns *turns, double *values)
{
    qsort(turns->items, turns->count, sizeof(*turns->items), compare_names);
    printf("name\tturns\tratio\tlow\thigh\n");
    for (size_t i = 0, n; i < turns->count; i += n) {
        const char *name = turns->items[i].name;
        for (n = 0; i + n < turns->count && strcmp(turns->items[i + n].name, name) == 0; n++)
            values[n] = turns->items[i + n].ratio;
        struct interval in;
        stats_interval(values, n, &in);
        printf("%s\t%zu", name, in.count);
        print_number(in.median);
        print_number(in.low);
        print_number(in.high);
        putchar('\n');
    }
}

static int cmd_ratio_run(void)
{
    struct turns turns = {0};
    int status = read_turns(&turns);
    double *values = status == EXIT_OK ? malloc(turns.count * sizeof(*values)) : NULL;
    if (values)
        print_ratios(&turns, values);
    else if (status == EXIT_OK)
        status = complain(EXIT_ENVIRONMENT, "out of memory: give fewer lines");
    for (size_t i = 0; i < turns.count; i++)
        free(turns.items[i].name);
    free(turns.items);
    free(values);
    return status;
}

const struct command cmd_ratio = {
    .name = "ratio",
    .summary = "read lines NAME OLD NEW; print each name's median NEW / OLD and its interval",
    .usage = "<FILE",
    .about =
        "For scripts that measure two things in turns. Each line of standard input is a turn: a "
        "name, the old cost and the new one. For each name it prints the median of the ratios "
        "new / old, the interval that covers the true median with 95% or more, and how many "
        "turns there were.",
    .examples = "printf 'send 10 11\\nsend 10 12\\n' | hchanlab ratio",
    .run = cmd_ratio_run,
};
