/* Prints manual pages (manual.h). The words that belong to no command are in tables here; no other
 * state. */
/* SPDX-License-Identifier: MIT */
#include "harness/cli/manual.h"
#include "harness/cli/commands.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* What the environment and files mean to the program, and how it ends. */
static const struct entry {
    const char *term, *words;
} variables[] =
    {
        {"HCHANLAB_DATA",
         "The folder of the report's style and of gnuplot's scripts, in place of the one "
         "that was installed with the program."},
        {"HCHANLAB_PEERS",
         "The folder of peers, in place of the one that was installed with the program. "
         "Only programs are run whose names are known, or in the file peers.txt there."},
        {"XDG_DATA_HOME, HOME", "Where the store is if --db does not name one: hchanlab/lab.db in "
                                "$XDG_DATA_HOME, or in ~/.local/share."},
        {"HCHANLAB_LOCK",
         "What a sweep locks in place of the machine, so that two may run in two parts of "
         "it; if it is empty, nothing."},
        {"HCHANLAB_PAUSE",
         "For how many seconds in all a sweep waits while other programs use the machine, in place "
         "of 600; 0: never."},
        {"PATH", "Where gnuplot is looked for."},
        {"TERM, COLUMNS", "How progress is shown on a terminal: one line that changes, cut to "
                          "COLUMNS if the terminal does not know its width; or, if TERM is unset "
                          "or dumb, plain lines."},
        {"SQLITE_TMPDIR, TMPDIR", "Where SQLite puts files that it needs for a moment."},
},
  statuses[] = {
      {"0", "Done."},
      {"2", "The command line is wrong."},
      {"3", "The machine lacks something that the command needs."},
      {"4", "A file could not be read or written."},
      {"5", "A channel or the accounting misbehaved."},
      {"6", "No process of any variant ended in time."},
      {"7", "A part of hchanlab itself is missing, or of another version."},
      {"8", "Slower: hchanlab-compare(1) found a cell that is."},
      {"9", "Can't tell: hchanlab-compare(1) found no cell slower, and some that it can't decide."},
      {"130", "Interrupted; what was measured is kept."},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Prints characters that roff leaves as they are. A hyphen is written as the minus that may be
 * copied into a shell. */
static void put_plain(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (text[i] == '\\')
            fputs("\\e", stdout);
        else if (text[i] == '-')
            fputs("\\-", stdout);
        else if (text[i] == '\'')
            fputs("\\(aq", stdout);
        else
            putchar(text[i]);
}

/* Prints a paragraph as one line; what is `in backquotes` is bold. */
static void put_paragraph(const char *text, size_t length)
{
    bool bold = false;
    if (length > 0 && text[0] == '.')
        fputs("\\&", stdout);
    for (size_t i = 0; i < length; i++)
        if (text[i] == '`') {
            bold = !bold;
            fputs(bold ? "\\fB" : "\\fR", stdout);
        } else {
            put_plain(text + i, 1);
        }
    putchar('\n');
}

static void put_text(const char *text)
{
    put_paragraph(text, strlen(text));
}

static void put_section(const char *name)
{
    printf(".SH %s\n", name);
}

static void put_description(const char *text)
{
    put_section("DESCRIPTION");
    for (const char *end; (end = strstr(text, "\n\n")) != NULL; text = end + 2) {
        put_paragraph(text, (size_t)(end - text));
        puts(".PP");
    }
    put_text(text);
}

static void put_entries(const char *heading, const struct entry *entries, size_t count)
{
    put_section(heading);
    for (size_t i = 0; i < count; i++) {
        printf(".TP\n.B ");
        put_plain(entries[i].term, strlen(entries[i].term));
        putchar('\n');
        put_text(entries[i].words);
    }
}

/* The first lines of a page, whose name has no spaces. */
static void put_head(const char *name, const char *summary)
{
    printf(".TH ");
    for (const char *c = name; *c; c++)
        if (*c == '-')
            fputs("\\-", stdout);
        else
            putchar(toupper((unsigned char)*c));
    printf(" 1 \"%s\" \"hchanlab %s\" \"User Commands\"\n", HCHANLAB_DATE, HCHANLAB_VERSION);
    put_section("NAME");
    put_plain(name, strlen(name));
    fputs(" \\- ", stdout);
    put_text(summary);
}

static void put_option(const struct option_spec *s)
{
    const char *dashes = options_dashes(s);
    fputs(".TP\n\\fB", stdout);
    put_plain(dashes, strlen(dashes));
    put_plain(s->name, strlen(s->name));
    fputs("\\fR", stdout);
    if (s->argument) {
        fputs(" \\fI", stdout);
        put_plain(s->argument, strlen(s->argument));
        fputs("\\fR", stdout);
    }
    putchar('\n');
    put_text(s->help);
    if (s->kind == OPTION_UINT || s->kind == OPTION_UINT_LIST || s->kind == OPTION_TIME ||
        s->kind == OPTION_TIME_LIST)
        printf("(%s)\n", options_range(s).text);
    if (s->kind == OPTION_PERCENT)
        printf("(from %llu%% to %llu%%)\n", (unsigned long long)s->min, (unsigned long long)s->max);
    if (s->kind == OPTION_SECONDS)
        printf("(from %g to %g)\n", (double)s->min / 1000, (double)s->max / 1000);
}

static void put_examples(const char *lines)
{
    put_section("EXAMPLES");
    puts(".EX");
    for (size_t length; *lines; lines += length + (lines[length] == '\n')) {
        length = strcspn(lines, "\n");
        put_plain(lines, length);
        putchar('\n');
    }
    puts(".EE");
}

static void print_command(const struct command *c)
{
    char name[64], usage[128];
    snprintf(name, sizeof(name), "hchanlab-%s", c->name);
    put_head(name, c->summary);
    put_section("SYNOPSIS");
    options_usage(c, usage, sizeof(usage));
    fputs(".B ", stdout);
    put_text(usage);
    if (c->about)
        put_description(c->about);
    put_section("OPTIONS");
    puts("The value of an option follows it, or is joined to it as in \\fB\\-\\-name=value\\fR.");
    for (const struct option_spec *s = c->options; s && s->name; s++)
        put_option(s);
    puts(".TP\n\\fB\\-h\\fR, \\fB\\-\\-help\\fR\nShow the options.");
    if (c->examples)
        put_examples(c->examples);
    put_section("SEE ALSO");
    puts(".BR hchanlab (1),\nwhich has the environment and the exit statuses.");
}

static void print_program(void)
{
    put_head("hchanlab", "a performance laboratory for Go-style channels");
    put_section("SYNOPSIS");
    puts(".B hchanlab\n.I command\n.RI [ options ]");
    put_section("DESCRIPTION");
    put_text(
        "Measures what a send and a receive on a channel cost, in a channel written in C after "
        "Go's, and how the lock, the way to wait and the buffer change that. A sweep measures "
        "cells into a store, a report shows a run of it.");
    puts(".PP\nResults go to standard output, progress and complaints to standard error.");
    put_section("COMMANDS");
    for (const struct command *const *c = commands; *c; c++) {
        printf(".TP\n.BR hchanlab\\-%s (1)\n", (*c)->name);
        put_text((*c)->summary);
    }
    puts(".TP\n.B hchanlab help \\fR[\\fIcommand\\fR]\nShow the commands, or the options of one.");
    puts(".TP\n.B hchanlab \\-\\-version\nShow the version.");
    put_entries("ENVIRONMENT", variables, COUNT(variables));
    put_entries("EXIT STATUS", statuses, COUNT(statuses));
    put_examples("hchanlab doctor\n"
                 "hchanlab sweep\n"
                 "hchanlab report");
    put_section("SEE ALSO");
    puts(".BR hchan (3)");
}

void manual_print(const struct command *command)
{
    if (command)
        print_command(command);
    else
        print_program();
}
