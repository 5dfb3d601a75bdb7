/* Command lines as data. A command lists its options in one table, which is used to parse them, to
 * check their bounds, to print the help, and to make the manual (manual.h) and the shells'
 * completion (completion.h), so that none of these can drift from the parser.
 *
 *     static const struct option_spec specs[] = {
 *         {.name = "reps", .kind = OPTION_UINT, .value = &reps, .min = 1, .max = 1000,
 *          .argument = "N", .help = "processes per cell"},
 *         {0}};
 */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_CLI_OPTIONS_H
#define HARNESS_CLI_OPTIONS_H

#include "harness/base/lists.h"
#include "harness/base/numbers.h"

enum option_kind {
    OPTION_FLAG,      /* value: bool */
    OPTION_WORD,      /* value: const char * */
    OPTION_WORDS,     /* value: struct word_list, comma separated; the option may be repeated */
    OPTION_SECONDS,   /* value: double, a decimal number; min..max in milliseconds */
    OPTION_PERCENT,   /* value: double, with or without a %; min..max */
    OPTION_UINT,      /* value: uint64_t, min..max */
    OPTION_UINT_LIST, /* value: struct uint_list, comma separated, each min..max */
    OPTION_TIME,      /* value: uint64_t, nanoseconds, min..max; read as in duration.h */
    OPTION_TIME_LIST, /* value: struct uint_list of such */
};

/* What a shell may offer for a value or a word. */
struct offer {
    const char *words; /* values, with spaces between */
    const char *ask;   /* a command of hchanlab that prints more of them, a line each */
    enum { NO_PATH, FILE_PATH, FOLDER_PATH } path;
};

struct option_spec {
    const char *name; /* without the dashes; "o" is given as -o, longer ones as --name */
    enum option_kind kind;
    void *value;
    uint64_t min, max;
    uint64_t unit_ns;     /* of a time without a unit */
    const char *argument; /* what the help calls the argument */
    const char *help;
    struct offer offer;
};

/* One command of the program. `run` is called when its options have been parsed, and returns the
 * exit status. */
struct command {
    const char *name;
    const char *summary;
    const char *usage; /* the positional part, e.g. "[RUN]"; may be NULL */
    /* For the manual: what it does, in paragraphs with an empty line between; and commands to show,
     * a line each. A page has no section for what is NULL. */
    const char *about;
    const char *examples;
    struct offer offer; /* for its words */
    const struct option_spec *options;
    const char **positional; /* filled by options_parse(); NULL if the command takes none */
    size_t positional_max;
    int (*run)(void);
};

/* Parses argv into the command's options and positional words. Returns EXIT_OK, or EXIT_USAGE after
 * one complaint line that names the nearest option or the right range.
 * `--help` or `-h` prints the command's help on standard output and sets *helped. */
int options_parse(const struct command *command, int argc, char **argv, bool *helped);

/* The first option of the table that has a value, be it given or set before, and is not among these
 * names, which end in NULL; or NULL. No value is false, 0, NaN, NULL or an empty list. */
const struct option_spec *options_first_set(const struct option_spec *specs,
                                            const char *const *but);

/* Prints the command's help, made from its table, to standard output. */
void options_help(const struct command *command);

/* The dashes before the option's name: "-" or "--". */
const char *options_dashes(const struct option_spec *spec);

/* The range of an option whose value is a number or a time: "from 1 to 1000". */
struct words options_range(const struct option_spec *spec);

/* Writes "hchanlab NAME [options] WORDS". */
void options_usage(const struct command *command, char *text, size_t size);

#endif
