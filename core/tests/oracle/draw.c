/* Draws the programs by which C and Go are compared:
 *
 *     oracle_draw COUNT SEED MOST PROGRAMS EXPECTED
 *
 * MOST 1: those whose outcome no schedule can change, as a walk over all schedules on the
 * sequential machine (spec.h) shows. More: those with several outcomes, but at most that many.
 *
 * Writes the programs to the file PROGRAMS, one a line; their possible outcomes to EXPECTED, in
 * interpret.go's format, one after the other; and statistics of them to stdout. Ends with 2 if the
 * call is wrong, which leaves both files as they are, and with 3 if they could not be written,
 * which leaves them empty. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/check/spec.h"
#include "core/tests/given.h"
#include "core/tests/oracle/write.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

/* Each stresses something; they are used in turn. */
static const struct program_dice dice[] = {
    /* a bit of everything */
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

/* The traits of a program, and their names in the statistics. Operations that never begin do not
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

/* Whether a party other than `receiver` sent `value`: values sent are all different. */
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

/* Most random programs of one outcome are dull: too short, or without communication between the
 * parties. Only this share of the dull ones, in hundredths, is kept. */
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

/* The programs that were kept, by a hash of their text, so that each is kept once. */
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

/* What the command line asks for. */
static struct {
    uint64_t wanted, seed, most;
    const char *paths[2];
    FILE *files[2]; /* the programs, and what is expected */
} call;

/* Opens both files, without changing them yet. */
static int open_files(void)
{
    struct stat s[2];
    for (int i = 0; i < 2; i++) {
        call.files[i] = fopen(call.paths[i], "a");
        if (!call.files[i])
            return given_wrong("oracle_draw", call.paths[i], strerror(errno));
        fstat(fileno(call.files[i]), &s[i]);
    }
    if (s[0].st_dev == s[1].st_dev && s[0].st_ino == s[1].st_ino && S_ISREG(s[0].st_mode))
        return given_wrong("oracle_draw", call.paths[1], "is PROGRAMS too: give two files");
    return 0;
}

/* Empties the files, unless they are devices. */
static void empty_files(void)
{
    for (int i = 0; i < 2; i++)
        if (ftruncate(fileno(call.files[i]), 0) && errno != EINVAL)
            perror(call.paths[i]);
}

static int read_call(int argc, char **argv)
{
    if (argc != 6)
        return given_wrong("oracle_draw", argc < 6 ? "too few words" : argv[6],
                           "give COUNT SEED MOST PROGRAMS EXPECTED");
    call.paths[0] = argv[4];
    call.paths[1] = argv[5];
    int status = given_number("oracle_draw: COUNT", argv[1], 1, 999999999, &call.wanted);
    if (!status)
        status = given_number("oracle_draw: SEED", argv[2], 0, UINT64_MAX, &call.seed);
    if (!status)
        status = given_number("oracle_draw: MOST", argv[3], 1, OUTCOMES, &call.most);
    if (!status && fcntl(STDOUT_FILENO, F_GETFD) < 0)
        status = given_wrong("oracle_draw", "standard output", "is closed: open it");
    return status ? status : open_files();
}

static void tell(unsigned kept, unsigned long drawn, const struct traits *sum)
{
    printf("%u programs of %s, of %lu drawn; with", kept,
           call.most == 1 ? "one outcome" : "several outcomes", drawn);
    const char *comma = "";
#define X(name, words)                           \
    printf("%s %s %u", comma, words, sum->name); \
    comma = ",";
    TRAITS(X)
#undef X
    printf("\n");
}

/* Writes out what is left; empties both files if one cannot hold it. */
static int flush_files(void)
{
    int status = 0;
    for (int i = 0; i < 2; i++)
        if (fflush(call.files[i]) || ferror(call.files[i])) {
            given_wrong("oracle_draw", call.paths[i], strerror(errno));
            status = 3;
        }
    if (status)
        empty_files();
    return status;
}

static int draw(void)
{
    static struct outcomes outcomes;
    struct traits sum = {0};
    unsigned kept = 0;
    unsigned long drawn = 0;
    uint64_t state = call.seed;
    outcomes.most = (unsigned)call.most;
    for (; kept < call.wanted; drawn++) {
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
        fprintf(call.files[0], "%s\n", text);
        for (unsigned i = 0; i < outcomes.count; i++)
            write_history(call.files[1], &p, &outcomes.h[i]);
        kept++;
#define X(name, words) sum.name += t.name;
        TRAITS(X)
#undef X
    }
    int status = flush_files();
    if (!status)
        tell(kept, drawn, &sum);
    return status;
}

int main(int argc, char **argv)
{
    signal(SIGXFSZ, SIG_IGN); /* a file that grows past its limit is an error to report */
    int status = read_call(argc, argv);
    if (status)
        return status;
    seen_size = (size_t)call.wanted * 4;
    seen = calloc(seen_size, sizeof(*seen));
    if (!seen) {
        given_wrong("oracle_draw: COUNT", argv[1], "no memory for so many: give fewer");
        return 3;
    }
    empty_files();
    status = draw();
    free(seen);
    return given_out("oracle_draw", status);
}
