/* Talking to the user. Results go to standard output; progress and complaints go to standard
 * error, a complaint being one line `hchanlab: what was wrong: what would be right`. The exit
 * statuses tell a script which kind of thing went wrong. */
#ifndef HARNESS_BASE_SAY_H
#define HARNESS_BASE_SAY_H

#include <stddef.h>

enum exit_status {
    EXIT_OK = 0,
    EXIT_USAGE = 2,       /* the command line is wrong */
    EXIT_ENVIRONMENT = 3, /* the machine lacks something that the command needs */
    EXIT_IO = 4,          /* a file could not be read or written */
    EXIT_WRONG = 5,       /* a channel or the accounting misbehaved */
    EXIT_TIMEOUT = 6, /* no process of a variant in the plan, or not the one cell, was in time */
    EXIT_INTERRUPTED = 130, /* by the user; as shells have it */
};

/* Prints one complaint line, prefixed with "hchanlab: ", and returns `status` so that a caller can
 * end with `return complain(EXIT_USAGE, ...)`. The format carries no trailing newline. */
int complain(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Returns the entry of `names` (count of them) nearest to `word` by edit distance, or NULL where
 * none is near enough to be what the user meant. */
const char *nearest(const char *word, const char *const *names, size_t count);

/* Makes text of another program fit for a terminal: what does not print becomes '?'. */
void make_plain(char *text);

#endif
