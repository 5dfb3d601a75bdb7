#include "core/tests/explore/judge.h"
#include "core/layout.h"
#include "core/tests/check/lin.h"

/* Histories that were right, and results that were seen, by their hashes: most schedules of a
 * program have the same few. Two of the same hash, of 64 bits, would be taken for one. */
enum { SLOTS = 1 << 18, FULL = SLOTS / 2 };
static uint64_t slots[SLOTS];
static size_t slots_used;
static uint64_t salt; /* of this judge: those before it need not be wiped */

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 32;
}

/* Where the hash stands, or is to be put. */
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

static void begin(void *arg)
{
    struct judge *j = arg;
    if (!run_make(&j->run, j->program, j->variant, explore_moment)) {
        perror("explore: makechan");
        abort();
    }
}

static void body(void *arg, unsigned fiber)
{
    struct judge *j = arg;
    run_party(&j->run, fiber, explore_deadline);
}

static const char *end(void *arg, uint32_t blocked)
{
    struct judge *j = arg;
    for (unsigned f = 0; f < j->program->nparties; f++)
        if (blocked >> f & 1 && !explore_parked(f))
            return "somebody waits for ever who is not parked";
    if (!blocked)
        run_free(&j->run); /* a traced instance looks for forgotten waiters */
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
    if (slots_used >= FULL / 2) {
        memset(slots, 0, sizeof(slots));
        slots_used = 0;
    }
    salt = mix(salt, 3);
    *j = (struct judge){.program = p, .variant = variant};
    char text[PROGRAM_TEXT];
    program_print(p, text);
    snprintf(j->name, sizeof(j->name), "--variant %s%s --program '%s'", hchan_variant_name(variant),
             variant->traced ? ":traced" : "", text);
    j->what = (struct explore_case){
        .name = j->name, .fibers = p->nparties, .begin = begin, .body = body, .end = end, .arg = j};
}

void judge_print(const struct judge *j, FILE *to)
{
    static char text[8192];
    lin_print(j->program, &j->run.history, text, sizeof(text));
    fputs(text, to);
}
