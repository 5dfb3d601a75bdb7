/* Judges programs under exploration (judge.h): runs a program's parties on the fibers and checks
 * each history. The state is the table of histories and results that were already seen. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/explore/judge.h"
#include "core/chan/layout.h"
#include "core/tests/check/lin.h"
#include "core/tests/explore/proc.h"

/* Histories that were right, and results that were seen, by their hashes: most schedules of a
 * program have the same few. Two histories with the same 64-bit hash would be taken for one. */
enum { SLOTS = 1 << 18, FULL = SLOTS / 2 };
static uint64_t slots[SLOTS];
static size_t slots_used;
static uint64_t salt; /* of this judge, so that entries of earlier ones need not be wiped */

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 32;
}

/* The slot that holds the hash, or the one to put it in. */
static uint64_t *slot(uint64_t hash)
{
    for (size_t i = hash % SLOTS;; i = (i + 1) % SLOTS)
        if (slots[i] == hash || slots[i] == 0)
            return &slots[i];
}

static bool add(uint64_t hash)
{
    uint64_t *at = slot(hash);
    if (*at == hash || slots_used >= FULL)
        return false;
    *at = hash;
    slots_used++;
    return true;
}

static void hash_history(const struct judge *j, uint64_t *results, uint64_t *history)
{
    *results = *history = salt;
    for (unsigned i = 0; i < j->program->nparties; i++) {
        for (unsigned k = 0; k < j->program->parties[i].nops; k++) {
            const struct op_result *r = &j->run.history.results[i][k];
            uint64_t result =
                (uint64_t)r->end << 24 | (uint64_t)r->chosen << 16 | (uint64_t)r->value << 8;
            *results = mix(*results, result | (r->invoked != UINT64_MAX));
            *history = mix(*history, result << 32 ^ r->invoked << 16 ^ (r->returned & 0xffff));
        }
    }
    *results = mix(*results, 1);
    *history = mix(*history, 2);
}

static void party(struct judge *j, unsigned i)
{
    if (j->gs[i])
        explore_fail("a party is run twice");
    j->gs[i] = getg();
    run_party(&j->run, i, explore_deadline);
    j->ended |= UINT32_C(1) << i;
}

/* A goroutine's party, with its judge. */
static struct judge *judging;

static void goroutine(void *arg)
{
    party(judging, (unsigned)(uintptr_t)arg);
}

static bool is_thread(const struct judge *j, unsigned i)
{
    return !j->procs || j->threads >> i & 1;
}

static void begin(void *arg)
{
    struct judge *j = judging = arg;
    j->ended = 0;
    memset(j->gs, 0, sizeof(j->gs));
    if (!run_make(&j->run, j->program, j->variant, explore_moment)) {
        perror("explore: makechan");
        abort();
    }
    j->run.ends = j->ends;
    if (j->procs)
        explore_sched_begin(j->procs);
    for (unsigned i = 0; i < j->program->nparties; i++)
        if (!is_thread(j, i) && newproc(goroutine, (void *)(uintptr_t)i))
            abort();
}

/* The bodies of the fibers: first the Ps, then the threads. */
static void body(void *arg, unsigned fiber)
{
    struct judge *j = arg;
    unsigned i = 0;
    if (fiber < j->procs) {
        explore_sched_p(fiber);
        return;
    }
    for (unsigned rest = fiber - j->procs;; i++)
        if (is_thread(j, i) && rest-- == 0)
            break;
    party(j, i);
}

static const char *still_there(const struct judge *j)
{
    for (unsigned i = 0; i < j->program->nparties; i++) {
        if (j->ended >> i & 1)
            continue;
        if (!j->gs[i])
            return "a goroutine never runs";
        /* Not an access of the schedule, which has ended. */
        if (explore_get(&j->gs[i]->wait.parks, sizeof(uint32_t)) % 2 == 0)
            return "a party waits for ever and is not parked";
    }
    return j->procs ? explore_sched_end() : NULL;
}

static const char *end(void *arg, uint32_t blocked)
{
    struct judge *j = arg;
    (void)blocked;
    const char *hangs = still_there(j);
    if (hangs)
        return hangs;
    if (j->ended == (UINT32_C(1) << j->program->nparties) - 1)
        run_free(&j->run); /* a traced instance checks for forgotten waiters */
    uint64_t results, history;
    hash_history(j, &results, &history);
    if (*slot(history) == history)
        return NULL;
    const char *wrong = lin_check(j->program, &j->run.history);
    if (wrong)
        return wrong;
    j->histories += add(history);
    j->outcomes += add(results);
    return NULL;
}

void judge_make(struct judge *j, const struct program *p, const struct hchan_variant *variant)
{
    judge_make_sched(j, p, variant, 0, 0);
}

static void name(struct judge *j)
{
    char text[PROGRAM_TEXT];
    program_print(j->program, text);
    int n = snprintf(j->name, sizeof(j->name), "--variant %s%s --program '%s'",
                     hchan_variant_name(j->variant), j->variant->traced ? ":traced" : "", text);
    if (j->procs)
        n += snprintf(j->name + n, sizeof(j->name) - (size_t)n, " --procs %u --threads %u",
                      j->procs, (unsigned)j->threads);
    if (j->ends)
        snprintf(j->name + n, sizeof(j->name) - (size_t)n, " --ends 1");
}

void judge_make_sched(struct judge *j, const struct program *p, const struct hchan_variant *variant,
                      unsigned procs, uint32_t threads)
{
    if (slots_used >= FULL / 2) {
        memset(slots, 0, sizeof(slots));
        slots_used = 0;
    }
    salt = mix(salt, 3);
    *j = (struct judge){.program = p, .variant = variant, .procs = procs, .threads = threads};
    name(j);
    unsigned fibers = procs;
    for (unsigned i = 0; i < p->nparties; i++)
        fibers += is_thread(j, i);
    j->what = (struct explore_case){
        .name = j->name, .fibers = fibers, .begin = begin, .body = body, .end = end, .arg = j};
}

void judge_for_ends(struct judge *j)
{
    j->ends = true;
    name(j);
}

const char *judge_blind(const struct hchan_variant *variant)
{
    return variant->lock_traits & LOCK_OPAQUE
               ? "its lock waits in code that is not ours, where no other party can run"
               : NULL;
}

void judge_print(const struct judge *j, FILE *to)
{
    static char text[8192];
    lin_print(j->program, &j->run.history, text, sizeof(text));
    fputs(text, to);
}
