/* Draws the programs that C and Go are compared by:
 *
 *     oracle_draw COUNT SEED MOST PROGRAMS EXPECTED
 *
 * MOST 1: those whose outcome no schedule can change, which is seen by walking all schedules on the
 * sequential machine (spec.h). More: those with several outcomes, at most so many.
 *
 * Writes the programs to the file PROGRAMS, one a line; what may come of each to EXPECTED, in
 * interpret.go's lines, one outcome after the other; and what they are made of to stdout. */
#include "core/tests/check/spec.h"
#include "core/tests/oracle/write.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Each stresses something; drawn in turn. */
static const struct program_dice dice[] = {
    /* a bit of all */
    {.chans = 2,
     .parties = 3,
     .ops = 4,
     .capacity_max = 2,
     .nil_percent = 10,
     .block = 8,
     .try = 2,
     .send = 4,
     .recv = 4,
     .close = 2,
     .select = 2},
    /* one channel, long parties */
    {.chans = 1,
     .parties = 2,
     .ops = 8,
     .capacity_max = 3,
     .block = 9,
     .try = 1,
     .send = 5,
     .recv = 5,
     .close = 1,
     .select = 1},
    /* a chain of parties */
    {.chans = 4,
     .parties = 4,
     .ops = 3,
     .capacity_max = 1,
     .nil_percent = 5,
     .block = 1,
     .send = 4,
     .recv = 4,
     .close = 1},
    /* selects */
    {.chans = 3,
     .parties = 3,
     .ops = 4,
     .capacity_max = 2,
     .nil_percent = 15,
     .block = 3,
     .try = 1,
     .send = 2,
     .recv = 2,
     .close = 1,
     .select = 5},
    /* closes and panics */
    {.chans = 2,
     .parties = 3,
     .ops = 4,
     .capacity_max = 2,
     .nil_percent = 10,
     .block = 6,
     .try = 1,
     .send = 3,
     .recv = 3,
     .close = 3,
     .select = 1},
};
enum { DICE = sizeof(dice) / sizeof(*dice) };

/* What a program has, and in what words that is counted. Operations that never begin do not
 * count. */
#define TRAITS(X)                                   \
    X(communicate, "parties that communicate")      \
    X(often, "two values or more from another")     \
    X(long_run, "five operations that end")         \
    X(three, "three parties or more")               \
    X(select, "select")                             \
    X(wide_select, "select of three cases or more") \
    X(close, "close")                               \
    X(panic, "panic")                               \
    X(deadlock, "deadlock")                         \
    X(nil, "nil channel")                           \
    X(try, "non-blocking")                          \
    X(buffer, "buffer")

struct traits {
#define X(name, words) unsigned name;
    TRAITS(X)
#undef X
};

enum { OUTCOMES = 64 };

struct outcomes {
    unsigned count, most;
    struct history h[OUTCOMES];
};

static bool keep_outcome(const struct history *h, void *arg)
{
    struct outcomes *o = arg;
    if (o->count < o->most)
        o->h[o->count] = *h;
    return ++o->count <= o->most;
}

static const struct op_case *chosen(const struct op *op, const struct op_result *r)
{
    return &op->cases[op->kind == OP_SELECT ? r->chosen : 0];
}

/* Whether another party than `receiver` sent `value`: values sent are all different. */
static bool sent_by_another(const struct program *p, unsigned receiver, uint8_t value)
{
    for (unsigned i = 0; i < p->nparties; i++)
        for (unsigned j = 0; i != receiver && j < p->parties[i].nops; j++)
            for (unsigned k = 0; k < p->parties[i].ops[j].ncases; k++)
                if (p->parties[i].ops[j].cases[k].send &&
                    p->parties[i].ops[j].cases[k].value == value)
                    return true;
    return false;
}

static bool closed_by_another(const struct program *p, const struct history *h, unsigned party,
                              uint8_t chan)
{
    for (unsigned i = 0; i < p->nparties; i++)
        for (unsigned j = 0; i != party && j < p->parties[i].nops; j++)
            if (p->parties[i].ops[j].kind == OP_CLOSE && h->results[i][j].end == OP_DONE &&
                p->parties[i].ops[j].cases[0].chan == chan)
                return true;
    return false;
}

static struct traits traits_of(const struct program *p, const struct history *h)
{
    struct traits t = {.three = p->nparties > 2};
    unsigned values = 0, ended = 0;
    for (unsigned i = 0; i < p->nparties; i++)
        for (unsigned j = 0; j < p->parties[i].nops; j++) {
            const struct op *op = &p->parties[i].ops[j];
            const struct op_result *r = &h->results[i][j];
            const struct op_case *one = chosen(op, r);
            if (r->end == OP_PENDING) {
                t.deadlock = true;
                if (r->invoked == UINT64_MAX)
                    break;
            }
            ended += r->end != OP_PENDING;
            t.select |= op->kind == OP_SELECT;
            t.wide_select |= op->kind == OP_SELECT && op->ncases > 2;
            t.close |= op->kind == OP_CLOSE;
            t.try |= op->wait == OP_TRY;
            t.panic |= r->end == OP_PANICKED;
            for (unsigned k = 0; k < op->ncases; k++) {
                t.nil |= p->capacity[op->cases[k].chan] == PROGRAM_NIL;
                t.buffer |= p->capacity[op->cases[k].chan] > 0;
            }
            if (r->end == OP_DONE && op->kind != OP_CLOSE && !one->send)
                values += sent_by_another(p, i, r->value);
            if (r->end == OP_ZERO || (r->end == OP_PANICKED && op->kind != OP_CLOSE))
                t.communicate |= closed_by_another(p, h, i, one->chan);
        }
    t.communicate |= values > 0;
    t.often = values > 1;
    t.long_run = ended >= 5;
    return t;
}

/* Most random programs of one outcome are dull: too short, or without a word between the parties.
 * Of what is dull this share is kept, in hundredths. */
static bool too_many(bool is, unsigned so_far, unsigned kept, unsigned share)
{
    return is && so_far * 100 >= (kept + 1) * share;
}

static bool dull(const struct traits *t, const struct traits *sum, unsigned kept)
{
    return too_many(!t->communicate, kept - sum->communicate, kept, 10) ||
           too_many(!t->often, kept - sum->often, kept, 40) ||
           too_many(!t->long_run, kept - sum->long_run, kept, 30) ||
           too_many(!t->three, kept - sum->three, kept, 60) ||
           too_many(!t->select, kept - sum->select, kept, 50) ||
           too_many(!t->buffer, kept - sum->buffer, kept, 40) ||
           too_many(t->deadlock, sum->deadlock, kept, 40);
}

/* Programs that were kept, by a hash of their text, so that each is kept once. */
static uint64_t *seen;
static size_t seen_size;

static bool seen_before(const char *text)
{
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
    hash += hash == 0;
    size_t i = hash % seen_size;
    for (; seen[i]; i = (i + 1) % seen_size)
        if (seen[i] == hash)
            return true;
    seen[i] = hash;
    return false;
}

static FILE *open_for_writing(const char *path)
{
    FILE *f = fopen(path, "w");
    if (!f) {
        fprintf(stderr, "oracle_draw: %s: %s\n", path, strerror(errno));
        exit(3);
    }
    return f;
}

int main(int argc, char **argv)
{
    static struct outcomes outcomes;
    unsigned wanted = argc == 6 ? (unsigned)atol(argv[1]) : 0;
    outcomes.most = argc == 6 ? (unsigned)atol(argv[3]) : 0;
    if (wanted < 1 || outcomes.most < 1 || outcomes.most > OUTCOMES) {
        fputs("oracle_draw: give COUNT SEED MOST PROGRAMS EXPECTED, MOST from 1 to 64\n", stderr);
        return 3;
    }
    uint64_t state = strtoull(argv[2], NULL, 0);
    FILE *programs = open_for_writing(argv[4]), *expected = open_for_writing(argv[5]);
    seen_size = (size_t)wanted * 4;
    seen = calloc(seen_size, sizeof(*seen));
    if (!seen)
        return 3;

    struct traits sum = {0};
    unsigned kept = 0;
    unsigned long drawn = 0;
    for (; kept < wanted; drawn++) {
        struct program p;
        program_draw(&p, &dice[drawn % DICE], &state);
        outcomes.count = 0;
        spec_outcomes(&p, outcomes.most + 1, keep_outcome, &outcomes);
        if (outcomes.count > outcomes.most || (outcomes.most > 1) != (outcomes.count > 1))
            continue;
        struct traits t = traits_of(&p, &outcomes.h[0]);
        if (dull(&t, &sum, kept))
            continue;
        char text[PROGRAM_TEXT];
        program_print(&p, text);
        if (seen_before(text))
            continue;
        fprintf(programs, "%s\n", text);
        for (unsigned i = 0; i < outcomes.count; i++)
            write_history(expected, &p, &outcomes.h[i]);
        kept++;
#define X(name, words) sum.name += t.name;
        TRAITS(X)
#undef X
    }
    printf("%u programs of %s, of %lu drawn; with", kept,
           outcomes.most == 1 ? "one outcome" : "several outcomes", drawn);
    const char *comma = "";
#define X(name, words)                          \
    printf("%s %s %u", comma, words, sum.name); \
    comma = ",";
    TRAITS(X)
#undef X
    printf("\n");
    if (fclose(programs) || fclose(expected)) {
        perror("oracle_draw");
        return 3;
    }
    free(seen);
    return 0;
}
