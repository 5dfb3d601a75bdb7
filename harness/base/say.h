/* Messages for the user. Results go to standard output, progress and complaints to standard error.
 * A complaint is one line, `hchanlab: what was wrong: what would be right`; the exit status tells a
 * script what kind of thing went wrong. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_BASE_SAY_H
#define HARNESS_BASE_SAY_H

enum exit_status {
    EXIT_OK = 0,
    EXIT_USAGE = 2,         /* the command line is wrong */
    EXIT_ENVIRONMENT = 3,   /* the machine lacks something that the command needs */
    EXIT_IO = 4,            /* a file could not be read or written */
    EXIT_WRONG = 5,         /* a channel or the accounting misbehaved */
    EXIT_TIMEOUT = 6,       /* every process of the variants, or the one cell, timed out */
    EXIT_INSTALLATION = 7,  /* a part of hchanlab itself is missing, or of another version */
    EXIT_SLOWER = 8,        /* a comparison found a cell slower */
    EXIT_CANT_TELL = 9,     /* it found none, and can't tell of some */
    EXIT_INTERRUPTED = 130, /* by the user; the status that shells use */
};

/* Prints one complaint line that begins with "hchanlab: ", and returns `status`, so that a caller
 * can end with `return complain(EXIT_USAGE, ...)`. The format has no newline at its end. */
int complain(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Makes another program's text fit for a terminal: each byte that does not print becomes '?'. */
void make_plain(char *text);

#endif
