/* Runs programs of the checkers' language over hchan, a thread for each party:
 *
 *     oracle_interpret --variant NAME [--traced] [--ends] < programs
 *     oracle_interpret --list       the options of every instance, one a line
 *
 * It reads and writes the same as interpret.go; see there. With --ends it sends and closes by
 * hchan_send() and its like, whose HCHAN_CLOSED is told as a panic. Ends with 2 if the call or a
 * program is wrong, before any program runs, and with 3 if one could not be run. `oracle_broken` is
 * the same with `--broken NAME`, which spoils the channel (broken.c), for the test that a
 * difference is seen. */
/* SPDX-License-Identifier: MIT */
#include "core/base/atomic.h"
#include "core/tests/check/run.h"
#include "core/tests/given.h"
#include "core/tests/oracle/broken.h"
#include "core/tests/oracle/write.h"
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Threads of a program that deadlocks stay where they are. So programs run in child processes, this
 * many in each, and end with the child. */
enum { PROGRAMS_PER_PROCESS = 200 };

/* The stack of a thread that only runs a party: many of them may be left asleep. Thread-local
 * variables lie in it, too, among them the table of core/tests/check/lin.c, some 200 kB. */
enum { STACK_SIZE = 512 * 1024 };

enum { PATIENCE_S = 300 };

static const struct hchan_variant *variant;
static bool ends;

static const char me[] = ORACLE_NAME;

static _Noreturn void fail(const char *what, const char *why)
{
    given_wrong(me, what, why);
    exit(3);
}

static _Noreturn void refuse(const char *what, const char *why)
{
    exit(given_wrong(me, what, why));
}

struct party {
    pthread_t thread;
    struct run *run;
    unsigned number;
    _Atomic uint32_t moments; /* 2 for each operation that ended, and 1 for one that began */
    uint32_t dice;
};

static _Thread_local struct party *self;

/* Whether the parties of this program may begin: all at once, so that they meet. */
static _Atomic uint32_t gate;

/* Lets others go first now and then, so that a program does not always take the same path. */
static void stir(void)
{
    self->dice = self->dice * 1664525 + 1013904223;
    switch (self->dice >> 29) {
    case 0:
        sched_yield();
        break;
    case 1:
        for (unsigned i = 0; i < 200; i++)
            cpu_relax();
        break;
    }
}

/* run_party() asks for a moment before and after each operation. So the count shows which operation
 * a party is in. Its release publishes the results to the acquire in all_parked(). */
static uint64_t moment(void)
{
    stir();
    uint32_t before = load_rlx(&self->moments); /* relaxed: its only writer */
    store_rel(&self->moments, before + 1);
    return before;
}

static int64_t no_deadline(void)
{
    return HCHAN_FOREVER; /* such programs are rejected */
}

static void *run(void *arg)
{
    self = arg;
    while (!load_acq(&gate)) /* pairs with store_rel in run_program() */
        sched_yield();
    run_party(self->run, self->number, no_deadline);
    return NULL;
}

/* How many sudogs the parties would have on channel `chan` if each were parked in the operation
 * that it was in at `moments`. */
static size_t wanted(const struct program *p, const uint32_t *moments, unsigned chan, bool send)
{
    size_t count = 0;
    for (unsigned i = 0; i < p->nparties; i++) {
        if (moments[i] == 2U * p->parties[i].nops)
            continue;
        const struct op *op = &p->parties[i].ops[moments[i] / 2];
        for (unsigned j = 0; j < op->ncases; j++)
            count += op->cases[j].chan == chan && op->cases[j].send == send;
    }
    return count;
}

/* Whether nothing more will happen: every party is done or parked. No clock is needed: each party
 * is seen in the same blocking operation before and after all of its sudogs were seen in their
 * queues. A party that could wake one of them would have to be in an operation that is not parked,
 * and there is none. */
static bool all_parked(struct run *r, struct party *parties)
{
    const struct program *p = r->program;
    uint32_t moments[PROGRAM_PARTIES];
    for (unsigned i = 0; i < p->nparties; i++) {
        moments[i] = load_acq(&parties[i].moments); /* pairs with store_rel in moment() */
        if (moments[i] == 2U * p->parties[i].nops)
            continue;
        const struct op *op = &p->parties[i].ops[moments[i] / 2];
        if (moments[i] % 2 == 0 || op->wait != OP_BLOCK || op->kind == OP_CLOSE)
            return false;
    }
    for (unsigned c = 0; c < p->nchans; c++)
        if (r->chans[c] && (chan_parked_receivers(r->chans[c]) != wanted(p, moments, c, false) ||
                            chan_parked_senders(r->chans[c]) != wanted(p, moments, c, true)))
            return false;
    for (unsigned i = 0; i < p->nparties; i++)
        if (load_acq(&parties[i].moments) != moments[i])
            return false;
    return true;
}

/* Waits until nothing more will happen. A broken channel may lose a wake, so that a party is
 * neither parked nor running: false after PATIENCE_S. */
static bool until_all_parked(struct run *r, struct party *parties)
{
    time_t began = time(NULL);
    for (unsigned turn = 1; !all_parked(r, parties); turn++) {
        sched_yield();
        if (turn % 4096 == 0 && time(NULL) - began > PATIENCE_S)
            return false;
    }
    return true;
}

/* Joins the party if it is done; false if it is blocked. */
static bool join_if_done(struct party *party)
{
    if (load_acq(&party->moments) != 2U * party->run->program->parties[party->number].nops)
        return false; /* acquire as in all_parked() */
    pthread_join(party->thread, NULL);
    return true;
}

static void write_results(const struct run *r, struct party *parties)
{
    struct history h = r->history;
    /* A thread that waits on a nil channel has not published that it wrote `invoked`. */
    for (unsigned i = 0; i < r->program->nparties; i++) {
        uint32_t moments = load_acq(&parties[i].moments); /* as in all_parked() */
        if (moments < 2U * r->program->parties[i].nops)
            h.results[i][moments / 2].invoked = 0;
    }
    write_history(stdout, r->program, &h);
}

static void run_program(const char *text)
{
    /* Not freed if it deadlocks: the threads are still in it. */
    struct program *p = calloc(1, sizeof(*p));
    struct run *r = calloc(1, sizeof(*r));
    struct party *parties = calloc(PROGRAM_PARTIES, sizeof(*parties));
    if (!p || !r || !parties)
        fail(text, "no memory");
    program_parse(p, text); /* cannot fail: check_program() has read it */
    if (!run_make(r, p, variant, moment))
        fail(text, strerror(errno));
    r->ends = ends;
    static uint32_t dice;
    store_rlx(&gate, 0); /* relaxed: no thread reads it now */
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_SIZE);
    for (unsigned i = 0; i < p->nparties; i++) {
        parties[i].run = r;
        parties[i].number = i;
        parties[i].dice = dice = dice * 69069 + 1;
        if (pthread_create(&parties[i].thread, &attr, run, &parties[i]))
            fail(text, "no thread");
    }
    pthread_attr_destroy(&attr);
    store_rel(&gate, 1); /* pairs with load_acq in run() */
    bool hung = !until_all_parked(r, parties), deadlock = false;
    for (unsigned i = 0; i < p->nparties; i++)
        deadlock |= !join_if_done(&parties[i]);
    write_results(r, parties);
    if (hung) {
        fflush(stdout);
        fail(text, "a party is neither done nor parked");
    }
    if (deadlock)
        return;
    run_free(r);
    free(parties);
    free(r);
    free(p);
}

/* Runs programs in a child. Their output is in order, since the next child is made after this
 * one. */
static void run_some(char **programs, size_t count)
{
    size_t *at = mmap(NULL, sizeof(*at), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED)
        fail("a child process", strerror(errno));
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        for (; *at < count; ++*at)
            run_program(programs[*at]);
        _exit(given_out(me, 0)); /* the parked threads end here */
    }
    int status;
    if (child < 0 || waitpid(child, &status, 0) != child)
        fail("a child process", strerror(errno));
    if (WIFEXITED(status) && WEXITSTATUS(status))
        exit(WEXITSTATUS(status)); /* it has reported why */
    if (status)
        fail(programs[*at], "a signal ended its process");
    munmap(at, sizeof(*at));
}

/* Rejects a text that is not a program, or that is not run here. */
static void check_program(const char *text, size_t length)
{
    struct program p;
    const char *why =
        strlen(text) == length ? program_parse(&p, text) : "has a zero byte: give text";
    if (why)
        refuse(text, why);
    for (unsigned i = 0; i < p.nparties; i++)
        for (unsigned j = 0; j < p.parties[i].nops; j++)
            if (p.parties[i].ops[j].wait == OP_TIMED)
                refuse(text, "what comes of a deadline is time's: not run here");
}

/* Reads all programs from standard input; returns how many. */
static size_t read_programs(char ***programs)
{
    size_t count = 0, room = 0, size = 0;
    char *line = NULL;
    *programs = NULL;
    for (ssize_t length; (length = getline(&line, &size, stdin)) > 0;) {
        if (line[length - 1] == '\n')
            line[--length] = '\0';
        check_program(line, (size_t)length);
        if (count == room)
            *programs = realloc(*programs, (room = 2 * room + 64) * sizeof(**programs));
        if (!*programs || !((*programs)[count++] = strdup(line)))
            fail("programs", "no memory");
    }
    if (ferror(stdin))
        refuse("standard input", strerror(errno));
    if (!count)
        refuse("standard input", "is empty: give programs, one a line");
    free(line);
    return count;
}

/* Lists every instance, or those of the variant that HCHANLAB_VARIANT names, as in the other
 * tests. */
static int list(void)
{
    const char *only = getenv("HCHANLAB_VARIANT");
    if (only && !given_variant("HCHANLAB_VARIANT", only))
        return 2;
    for (const struct hchan_variant *v = NULL; (v = hchan_variant_next(v));) {
        const char *name = hchan_variant_name(v);
        if (!only || strcmp(only, name) == 0)
            printf("--variant %s\n--variant %s --traced\n", name, name);
    }
    return given_out(me, 0);
}

/* Sets the variant that the command line names. */
static void read_call(int argc, char **argv)
{
    const char *name = NULL, *broken = NULL;
    bool traced = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--traced") == 0)
            traced = true;
        else if (strcmp(argv[i], "--ends") == 0)
            ends = true;
        else if (!name && strcmp(argv[i], "--variant") == 0 && i + 1 < argc)
            name = argv[++i];
        else if (BROKEN && !broken && strcmp(argv[i], "--broken") == 0 && i + 1 < argc)
            broken = argv[++i];
        else
            refuse(argv[i], "give --list alone, or --variant NAME once" BROKEN_USAGE
                            ", and --traced, --ends");
    }
    if (!name)
        refuse("--variant", "give a variant's name: --list has them");
    variant = given_variant(me, name);
    if (!variant)
        exit(2);
    if (traced)
        variant = hchan_traced(variant);
    if (broken && !(variant = broken_variant(variant, broken)))
        refuse(broken, "no such way to break a channel: broken.c has them");
}

int main(int argc, char **argv)
{
    char **programs;
    if (argc == 2 && strcmp(argv[1], "--list") == 0)
        return list();
    read_call(argc, argv);
    size_t count = read_programs(&programs), some;
    for (size_t i = 0; i < count; i += some) {
        some = count - i < PROGRAMS_PER_PROCESS ? count - i : PROGRAMS_PER_PROCESS;
        run_some(programs + i, some);
    }
    for (size_t i = 0; i < count; i++)
        free(programs[i]);
    free(programs);
    return 0;
}
