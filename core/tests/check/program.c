/* The text form of programs (program.h), read and written, and random programs. No state: the state
 * of a random sequence is the caller's. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/check/program.h"
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The letter of a send or receive, by how it waits. */
static const char send_letter[] = {[OP_BLOCK] = 's', [OP_TRY] = 'S', [OP_TIMED] = 't'};
static const char recv_letter[] = {[OP_BLOCK] = 'r', [OP_TRY] = 'R', [OP_TIMED] = 'u'};

/* The rest of the text, and what was wrong with it. */
struct reader {
    const char *at;
    const struct program *program;
};

static void skip_blanks(struct reader *r)
{
    while (isspace((unsigned char)*r->at))
        r->at++;
}

/* Reads a number of at most two digits; -1 if there is none. */
static int read_number(struct reader *r)
{
    if (!isdigit((unsigned char)*r->at))
        return -1;
    int number = *r->at++ - '0';
    if (isdigit((unsigned char)*r->at))
        number = 10 * number + *r->at++ - '0';
    return isdigit((unsigned char)*r->at) ? -1 : number;
}

static const char *read_chan(struct reader *r, uint8_t *chan)
{
    int number = read_number(r);
    if (number < 0 || number >= r->program->nchans)
        return "no such channel: channels are numbered from 0";
    *chan = (uint8_t)number;
    return NULL;
}

/* Reads what follows the letter of a send or receive. */
static const char *read_case(struct reader *r, bool send, struct op_case *c)
{
    c->send = send;
    const char *wrong = read_chan(r, &c->chan);
    if (wrong || !send)
        return wrong;
    if (*r->at != '=')
        return "a send has a value: s0=7";
    r->at++;
    int value = read_number(r);
    if (value < 1 || value > PROGRAM_VALUE)
        return "a value is a number from 1 to 99";
    c->value = (uint8_t)value;
    return NULL;
}

/* Reads what follows the `[` of a select. */
static const char *read_select(struct reader *r, struct op *op)
{
    op->kind = OP_SELECT;
    for (const char *wrong; *r->at != ']'; r->at++) {
        char letter = *r->at;
        if (letter == '-' || letter == '~') {
            op->wait = letter == '-' ? OP_TRY : OP_TIMED;
            r->at++;
            if (*r->at != ']')
                return "a select's default or deadline is its last case: [r0,-]";
            break;
        }
        if (letter != 's' && letter != 'r')
            return "a select's case is s0=7, r0, - or ~";
        if (op->ncases == PROGRAM_CASES)
            return "too many cases: a select has at most 4";
        r->at++;
        wrong = read_case(r, letter == 's', &op->cases[op->ncases++]);
        if (wrong)
            return wrong;
        if (*r->at == ']')
            break;
        if (*r->at != ',')
            return "a select's cases are separated by commas, and it ends with ]";
        if (r->at[1] == ']')
            return "a select's comma is followed by a case";
    }
    r->at++;
    return NULL;
}

static const char *read_op(struct reader *r, struct op *op)
{
    char letter = *r->at++;
    if (letter == '[')
        return read_select(r, op);
    op->ncases = 1;
    if (letter == 'x') {
        op->kind = OP_CLOSE;
        return read_chan(r, &op->cases[0].chan);
    }
    for (op->wait = OP_BLOCK; op->wait <= OP_TIMED; op->wait++) {
        bool send = letter == send_letter[op->wait];
        if (!send && letter != recv_letter[op->wait])
            continue;
        op->kind = send ? OP_SEND : OP_RECV;
        return read_case(r, send, &op->cases[0]);
    }
    return "no such operation: there are s S t r R u x and [";
}

static bool ends_word(char c)
{
    return c == '\0' || c == '|' || isspace((unsigned char)c);
}

static const char *read_chans(struct reader *r, struct program *p)
{
    for (skip_blanks(r); *r->at && *r->at != '|'; skip_blanks(r)) {
        int capacity = PROGRAM_NIL;
        if (*r->at == 'n')
            r->at++;
        else if ((capacity = read_number(r)) < 0 || capacity > PROGRAM_CAPACITY)
            return "a channel is its capacity, from 0 to 8, or n";
        if (!ends_word(*r->at))
            return "a channel is its capacity, from 0 to 8, or n";
        if (p->nchans == PROGRAM_CHANNELS)
            return "too many channels: there are at most 4";
        p->capacity[p->nchans++] = capacity;
    }
    return p->nchans ? NULL : "no channel: a program begins with their capacities";
}

static const char *read_party(struct reader *r, struct party_ops *party)
{
    for (skip_blanks(r); *r->at && *r->at != '|'; skip_blanks(r)) {
        if (party->nops == PROGRAM_OPS)
            return "too many operations: a party has at most 8";
        const char *wrong = read_op(r, &party->ops[party->nops++]);
        if (wrong)
            return wrong;
        if (!ends_word(*r->at))
            return "operations are separated by blanks";
    }
    return NULL;
}

const char *program_parse(struct program *p, const char *text)
{
    struct reader r = {text, p};
    memset(p, 0, sizeof(*p));
    const char *wrong = read_chans(&r, p);
    while (!wrong && *r.at == '|') {
        r.at++;
        if (p->nparties == PROGRAM_PARTIES)
            return "too many parties: there are at most 4";
        wrong = read_party(&r, &p->parties[p->nparties++]);
    }
    if (!wrong && p->nparties == 0)
        return "no party: a program is CHANNELS | OPERATIONS | OPERATIONS";
    return wrong;
}

/* A text that is written piece by piece, and cut when it is full. */
struct writer {
    char *text;
    size_t size, length;
};

static void __attribute__((format(printf, 2, 3))) put(struct writer *w, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int length = vsnprintf(w->text + w->length, w->size - w->length, format, args);
    va_end(args);
    w->length += (size_t)length;
    if (w->length >= w->size)
        w->length = w->size - 1;
}

static void put_case(struct writer *w, const struct op_case *c, enum op_wait wait)
{
    if (c->send)
        put(w, "%c%u=%u", send_letter[wait], c->chan, c->value);
    else
        put(w, "%c%u", recv_letter[wait], c->chan);
}

static void put_op(struct writer *w, const struct op *op)
{
    if (op->kind == OP_CLOSE) {
        put(w, "x%u", op->cases[0].chan);
        return;
    }
    if (op->kind != OP_SELECT) {
        put_case(w, &op->cases[0], op->wait);
        return;
    }
    put(w, "[");
    for (unsigned i = 0; i < op->ncases; i++) {
        put(w, "%s", i ? "," : "");
        put_case(w, &op->cases[i], OP_BLOCK);
    }
    if (op->wait != OP_BLOCK)
        put(w, "%s%c", op->ncases ? "," : "", op->wait == OP_TRY ? '-' : '~');
    put(w, "]");
}

size_t program_print(const struct program *p, char text[static PROGRAM_TEXT])
{
    struct writer w = {text, PROGRAM_TEXT, 0};
    for (unsigned i = 0; i < p->nchans; i++) {
        put(&w, "%s", i ? " " : "");
        if (p->capacity[i] == PROGRAM_NIL)
            put(&w, "n");
        else
            put(&w, "%d", p->capacity[i]);
    }
    for (unsigned i = 0; i < p->nparties; i++) {
        put(&w, " |");
        for (unsigned k = 0; k < p->parties[i].nops; k++) {
            put(&w, " ");
            put_op(&w, &p->parties[i].ops[k]);
        }
    }
    return w.length;
}

size_t program_print_op(const struct op *op, char *text, size_t size)
{
    struct writer w = {text, size, 0};
    put_op(&w, op);
    return w.length;
}

size_t program_print_result(const struct op *op, const struct op_result *r, char *text, size_t size)
{
    struct writer w = {text, size, 0};
    bool happened = r->end == OP_DONE || r->end == OP_ZERO;
    bool receives = op->kind == OP_RECV;
    if (happened && op->kind == OP_SELECT && r->chosen < op->ncases) {
        put(&w, "[");
        put_case(&w, &op->cases[r->chosen], OP_BLOCK);
        put(&w, "]");
        receives = !op->cases[r->chosen].send;
    } else {
        put_op(&w, op);
    }
    switch (r->end) {
    case OP_PENDING:
        put(&w, "%s", r->invoked == UINT64_MAX ? " not begun" : " blocked");
        break;
    case OP_DONE:
        if (receives)
            put(&w, "=%u", r->value);
        break;
    case OP_ZERO:
        put(&w, "=closed");
        break;
    case OP_NOTHING:
        put(&w, op->kind == OP_RECV ? "=nothing" : " nothing");
        break;
    case OP_PANICKED:
        put(&w, " panic");
        break;
    case OP_EARLY:
        put(&w, " too early");
        break;
    }
    return w.length;
}

/* The next random number (splitmix64: any state is good). */
static uint64_t draw(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* A number from 0 to below - 1: the upper half of a 32-bit number times `below`, without a
 * division. */
static unsigned draw_below(uint64_t *state, unsigned below)
{
    return (unsigned)((draw(state) >> 32) * below >> 32);
}

/* An index, drawn by weights. */
static unsigned draw_weighted(uint64_t *state, const uint8_t *weights, unsigned count)
{
    unsigned sum = 0, i = 0;
    for (unsigned k = 0; k < count; k++)
        sum += weights[k];
    unsigned at = sum ? draw_below(state, sum) : 0;
    for (; sum && at >= weights[i]; i++)
        at -= weights[i];
    return i;
}

static void draw_case(struct op_case *c, bool send, unsigned nchans, uint8_t *value,
                      uint64_t *state)
{
    c->chan = (uint8_t)draw_below(state, nchans);
    c->send = send && *value < PROGRAM_VALUE;
    c->value = c->send ? ++*value : 0;
}

static void draw_op(struct op *op, const struct program_dice *d, unsigned nchans, uint8_t *value,
                    uint64_t *state)
{
    const uint8_t kinds[] = {
        [OP_SEND] = d->send, [OP_RECV] = d->recv, [OP_CLOSE] = d->close, [OP_SELECT] = d->select};
    const uint8_t waits[] = {[OP_BLOCK] = d->block, [OP_TRY] = d->try, [OP_TIMED] = d->timed};
    const uint8_t even[] = {1, 1}, *sides = d->send || d->recv ? kinds : even;
    op->kind = draw_weighted(state, kinds, 4);
    op->ncases = 1;
    if (op->kind == OP_CLOSE) {
        op->cases[0].chan = (uint8_t)draw_below(state, nchans);
        return;
    }
    op->wait = draw_weighted(state, waits, 3);
    if (op->kind == OP_SELECT) {
        op->ncases = (uint8_t)(1 + draw_below(state, PROGRAM_CASES));
        for (unsigned i = 0; i < op->ncases; i++)
            draw_case(&op->cases[i], draw_weighted(state, sides, 2) == OP_SEND, nchans, value,
                      state);
        return;
    }
    draw_case(&op->cases[0], op->kind == OP_SEND, nchans, value, state);
    op->kind = op->cases[0].send ? OP_SEND : OP_RECV;
}

void program_draw(struct program *p, const struct program_dice *d, uint64_t *state)
{
    uint8_t value = 0;
    memset(p, 0, sizeof(*p));
    p->nchans = (uint8_t)(1 + draw_below(state, d->chans));
    p->nparties = (uint8_t)(2 + draw_below(state, d->parties - 1u));
    for (unsigned i = 0; i < p->nchans; i++) {
        p->capacity[i] = (int)draw_below(state, (unsigned)d->capacity_max + 1);
        if (i > 0 && draw_below(state, 100) < d->nil_percent)
            p->capacity[i] = PROGRAM_NIL;
    }
    for (unsigned i = 0; i < p->nparties; i++) {
        struct party_ops *party = &p->parties[i];
        party->nops = (uint8_t)(1 + draw_below(state, d->ops));
        for (unsigned k = 0; k < party->nops; k++)
            draw_op(&party->ops[k], d, p->nchans, &value, state);
    }
}
