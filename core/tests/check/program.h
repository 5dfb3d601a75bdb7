/* The small programs that every checker runs: a few channels, a few parties, each a list of channel
 * operations. This is the one language for schedule exploration, recorded histories, and Go as the
 * oracle. A program's text form is its name, so that a failing one can be run again:
 *
 *     0 2 n | s0=1 r1 | R0 x1 [s0=2,r1,-] [r0,~]
 *
 * First the channels 0, 1, 2, ... by their capacities; `n` is a nil channel. Then the parties.
 *
 *     s0=7   send 7 on channel 0, blocking          r0   receive from it, blocking
 *     S0=7   the same, non-blocking                 R0   the same, non-blocking
 *     t0=7   the same, with a deadline              u0   the same, with a deadline
 *     x0     close
 *     [s0=7,r1]     select, blocking;  with `-` as its last case: with default; with `~`: with a
 *                   deadline; `[]`, which blocks for ever, and `[-]` are programs too
 *
 * A party may be empty: `0 | | r0`. Values are 1 to 99; 0 is what a closed channel returns. After a
 * panic, a party goes on with its next operation. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_TESTS_CHECK_PROGRAM_H
#define CORE_TESTS_CHECK_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PROGRAM_CHANNELS = 4,
    PROGRAM_PARTIES = 4,
    PROGRAM_OPS = 8,   /* of one party */
    PROGRAM_CASES = 4, /* of one select */
    PROGRAM_TEXT = 1024,
    PROGRAM_CAPACITY = 8, /* the largest */
    PROGRAM_NIL = -1,     /* the capacity of a nil channel */
    PROGRAM_VALUE = 99,   /* the largest */
};

/* How an operation waits. */
enum op_wait { OP_BLOCK, OP_TRY, OP_TIMED };

struct op_case {
    bool send;
    uint8_t chan;
    uint8_t value; /* of a send */
};

/* A send or receive is a select of one case; they are distinguished because different functions of
 * the channel run them. */
struct op {
    enum { OP_SEND, OP_RECV, OP_CLOSE, OP_SELECT } kind;
    enum op_wait wait;
    uint8_t ncases; /* 1 for a send, a receive or a close */
    struct op_case cases[PROGRAM_CASES];
};

struct party_ops {
    uint8_t nops;
    struct op ops[PROGRAM_OPS];
};

struct program {
    uint8_t nchans, nparties;
    int capacity[PROGRAM_CHANNELS]; /* PROGRAM_NIL for nil */
    struct party_ops parties[PROGRAM_PARTIES];
};

/* How an operation ended. */
enum op_end {
    OP_PENDING,  /* it did not end: not begun, or blocked */
    OP_DONE,     /* sent; received a value; closed */
    OP_ZERO,     /* received the zero of a closed channel */
    OP_NOTHING,  /* default; would have blocked; or the deadline passed */
    OP_PANICKED, /* send on closed channel, close of closed channel, close of nil channel */
    OP_EARLY,    /* nothing, although the deadline had not passed: never right */
};

struct op_result {
    enum op_end end;
    uint8_t chosen;             /* the case of a select that happened; 0 for others */
    uint8_t value;              /* the value that was received */
    uint64_t invoked, returned; /* moments, for the linearizability checker; returned is
                                   UINT64_MAX while pending, both are UINT64_MAX before it begins */
};

/* The result of a program: results[party][op]. */
struct history {
    struct op_result results[PROGRAM_PARTIES][PROGRAM_OPS];
};

/* Reads a program's text. Returns NULL, or a static message that says what is wrong with it; then
 * *p is not a program. Programs with the same text are the same bytes. */
const char *program_parse(struct program *p, const char *text);

/* Writes a program's text, in the form above; returns its length. */
size_t program_print(const struct program *p, char text[static PROGRAM_TEXT]);

/* Writes one operation, e.g. "[s0=7,r1,-]", and its result, e.g. "s0=7", "r0=7", "r0=closed",
 * "R0=nothing", "S0=7 nothing", "s0=7 panic", "[r1]=7", "[s0=7,r1,-] nothing", "u0 too early",
 * "s0=7 blocked", "x0 not begun". At most 64 bytes each, with the 0; returns the length. */
size_t program_print_op(const struct op *op, char *text, size_t size);
size_t program_print_result(const struct op *op, const struct op_result *r, char *text,
                            size_t size);

/* What drawn programs may contain, and how often. */
struct program_dice {
    uint8_t chans, parties, ops;       /* maxima, at least 1, 2 and 1 */
    int capacity_max;                  /* capacities are 0 to this */
    uint8_t nil_percent;               /* of the channels, which are nil (never channel 0) */
    uint8_t block, try, timed;         /* weights of the ways to wait */
    uint8_t send, recv, close, select; /* weights of the operations */
};

/* Draws a random program: always the same for the same state, which may be any number. *state is
 * advanced. The values that are sent are all different, 1, 2, ..., in the order of parties and
 * operations; when there are no more, sends become receives. If all weights of a kind are 0, the
 * first one counts as 1. The cases of a select are sends and receives by their weights; if both are
 * 0, half and half. */
void program_draw(struct program *p, const struct program_dice *dice, uint64_t *state);

#endif
