/* The channel as a sequential machine: what operations may do to a few channels, one at a time. It
 * is the checkers' only definition of what is right. A state is a small value, which is copied
 * freely.
 *
 * On an unbuffered channel a send and a receive take effect together, as one step of two parties.
 * What a sequential machine cannot see is left open:
 *   - whether a party is parked already, so a non-blocking operation on an unbuffered channel may
 *     fail whenever the channel is open;
 *   - how much time passes, so an operation with a deadline may end with nothing at any moment at
 *     which a non-blocking one may.
 * At other moments it may not end so: ready cases are checked first, and that first check is the
 * moment at which a timed out operation takes its place. The code that runs the operation detects
 * one that gives up before the deadline (OP_EARLY). When two parties meet, one of them waits, so
 * two non-blocking operations never meet. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_TESTS_CHECK_SPEC_H
#define CORE_TESTS_CHECK_SPEC_H

#include "core/tests/check/program.h"

enum { SPEC_BUFFER = PROGRAM_CAPACITY };

struct spec_chan {
    int8_t capacity; /* PROGRAM_NIL for nil */
    uint8_t count, closed;
    uint8_t values[SPEC_BUFFER]; /* values[0] is the head; 0 from values[count] on */
};

/* Equal states are equal bytes. */
struct spec_state {
    struct spec_chan chans[PROGRAM_CHANNELS];
};

void spec_init(struct spec_state *s, const struct program *p);

/* Whether `op` may end in this way, by itself, in state s. If it may, s is advanced; otherwise it
 * is unchanged. */
bool spec_step(struct spec_state *s, const struct op *op, const struct op_result *r);

/* Whether the two operations may end in this way together: one sends and the other receives what
 * was sent, on an unbuffered open channel. The state does not change. The two may be in either
 * order. */
bool spec_meet(const struct spec_state *s, const struct op *a, const struct op_result *ra,
               const struct op *b, const struct op_result *rb);

/* Whether `op` waits for ever in state s if no other party moves. False if it could end by itself;
 * an operation that does not block never waits. */
bool spec_blocks(const struct spec_state *s, const struct op *op);

/* Whether two blocked operations could meet: then they must not both be blocked for ever. */
bool spec_could_meet(const struct spec_state *s, const struct op *a, const struct op *b);

/* Every way in which `op` may end by itself in state s, without moments. Writes at most SPEC_ENDS,
 * returns how many. */
enum { SPEC_ENDS = PROGRAM_CASES + 1 };
unsigned spec_ends(const struct spec_state *s, const struct op *op,
                   struct op_result ends[static SPEC_ENDS]);

/* Every way in which two operations may meet in state s: ra[i] with rb[i]. Writes at most
 * SPEC_MEETS, returns how many. */
enum { SPEC_MEETS = PROGRAM_CASES * PROGRAM_CASES };
unsigned spec_meets(const struct spec_state *s, const struct op *a, const struct op *b,
                    struct op_result ra[static SPEC_MEETS], struct op_result rb[static SPEC_MEETS]);

/* Walks every execution of the program on the machine and collects its outcomes: histories in which
 * everything overlaps (0 to UINT64_MAX), in which blocked operations are OP_PENDING, and those
 * after them never began. Calls `outcome` for each different outcome; if it returns false the walk
 * ends. Returns the number of different outcomes seen; the walk ends at `limit`. */
unsigned spec_outcomes(const struct program *p, unsigned limit,
                       bool (*outcome)(const struct history *h, void *arg), void *arg);

#endif
