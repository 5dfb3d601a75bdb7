/* The lesson's claims about cost as a table, and how a run's cells become observations of a claim.
 * The claimed ranges stand only here; the headline's bands come from them. */
/* SPDX-License-Identifier: MIT */
#include "plots/claims.h"
#include "plots/paired.h"
#include <math.h>
#include <string.h>

/* The ranges that the lesson claims, in ns. Its "~" is read as within a factor of two. */
#define HANDOFF_NS 40, 100
#define SEND_NS    30, 60
#define PARK_NS    200, INFINITY
#define ABOUT(ns)  (ns) / 2.0, (ns)*2.0

#define BAND(...)                                      \
    {                                                  \
        __VA_ARGS__, false, "lower", "holds", "higher" \
    }
#define AT_LEAST(low, no, yes)           \
    {                                    \
        low, INFINITY, true, no, yes, "" \
    }
#define AT_MOST(high, yes, no)             \
    {                                      \
        -INFINITY, high, true, "", yes, no \
    }
#define WITHIN_TWICE(words)                              \
    {                                                    \
        0.5, 2, true, "cheaper", words, "more expensive" \
    }

const struct claim claims[] = {
    {.quote = "Unbuffered with a direct handoff: ~40–100 ns per send/receive pair",
     .rule = "handoff, ns per pair. The receiver waits in the queue before each send; queueing "
             "again is part of the pair",
     .source = FROM_COST,
     .over = "handoff",
     .claimed = BAND(HANDOFF_NS)},
    {.quote = "A direct handoff is ~50 ns on a modern CPU",
     .rule = "The same, with ~ read as within a factor of two",
     .source = FROM_COST,
     .over = "handoff",
     .claimed = BAND(ABOUT(50))},
    {.quote = "comparable to a mutex Lock/Unlock pair",
     .rule = "A handoff pair as a multiple of the same variant's uncontended lock and unlock. "
             "“Comparable” is read as within a factor of two",
     .source = FROM_RATIO,
     .over = "handoff",
     .under = "mutex",
     .partner = PARTNER_ALONE,
     .claimed = WITHIN_TWICE("comparable")},
    {.quote = "Buffered with room: ~30–60 ns per send",
     .rule = "buffer-hop, half of a send and receive pair",
     .source = FROM_COST,
     .over = "buffer-hop",
     .per = 0.5,
     .claimed = BAND(SEND_NS)},
    {.quote = "b/2_000_000",
     .rule = "seed-buffer-hop, the lesson's benchBufferHop: ns per send or receive, compared with "
             "the same range",
     .source = FROM_COST,
     .over = "seed-buffer-hop",
     .claimed = BAND(SEND_NS)},
    {.quote = "no scheduler involvement",
     .rule =
         "A buffered send with room: context switches per buffer-hop pair. With both sides on one "
         "PU the scenario itself switches about twice per full buffer, since one side fills it "
         "before the other empties it. “No” is read as at most 2.5 in as many pairs as the buffer "
         "has slots",
     .source = FROM_SWITCHES,
     .over = "buffer-hop",
     .claimed = AT_MOST(2.5, "none of the send's own", "the scheduler takes part"),
     .per_buffer = true},
    {.quote = "Park-and-wake: ~200+ ns plus a scheduler round-trip",
     .rule = "park-wake, ns per value one way. A thread parks by a system call, a goroutine by a "
             "switch of stacks. A variant that spins or yields first may never sleep: see “Which "
             "path the operations took”",
     .source = FROM_COST,
     .over = "park-wake",
     .claimed = {PARK_NS, false, "lower", "that much or more", ""}},
    {.quote = "The slowest path — park and wake — costs hundreds of nanoseconds",
     .rule = "The same, with “hundreds” read as 100 to 1000",
     .source = FROM_COST,
     .over = "park-wake",
     .claimed = BAND(100, 1000)},
    {.quote = "The slowest path — park and wake",
     .rule = "park-wake, one value, as a multiple of the same variant's handoff pair, in which a "
             "receiver also queues itself each time",
     .source = FROM_RATIO,
     .over = "park-wake",
     .under = "handoff",
     .claimed = AT_LEAST(1, "park and wake is cheaper", "park and wake is slower")},
    {.quote = "A mutex Lock/Unlock pair: ~30–50 ns",
     .rule = "mutex, one thread: the variant's lock, uncontended",
     .source = FROM_COST,
     .over = "mutex",
     .threads = 1,
     .claimed = BAND(30, 50)},
    {.quote = "Comparable to a buffered channel send",
     .rule = "The lock and unlock pair as a multiple of half of a buffer-hop pair of the same "
             "variant, one thread. “Comparable” is read as within a factor of two",
     .source = FROM_RATIO,
     .over = "mutex",
     .under = "buffer-hop",
     .threads = 1,
     .partner = PARTNER_ALONE,
     .per = 2,
     .claimed = WITHIN_TWICE("comparable")},
    {.quote = "No park, no sudog, ~30 ns",
     .rule = "recv-closed, a receive on a closed channel, with ~ read as within a factor of two",
     .source = FROM_COST,
     .over = "recv-closed",
     .claimed = BAND(ABOUT(30))},
    {.quote = "The fastest path is the direct handoff",
     .rule =
         "A handoff pair as a multiple of the same variant's buffer-hop pair at the same place. "
         "The next claim says the opposite, so at one place at most one of the two holds",
     .source = FROM_RATIO,
     .over = "handoff",
     .under = "buffer-hop",
     .claimed = AT_MOST(1, "the handoff is faster", "the handoff is slower")},
    {.quote = "The buffer hop wins per-op because there is no scheduler round-trip",
     .rule = "The same ratio, which must be above 1. This contradicts the claim before",
     .source = FROM_RATIO,
     .over = "handoff",
     .under = "buffer-hop",
     .claimed = AT_LEAST(1, "the buffer hop is slower", "the buffer hop is faster")},
    {.quote = "it skips the buffer copy entirely",
     .rule = "Values that went into the buffer or came out of it, per handoff pair, counted by the "
             "traced build",
     .source = FROM_OUTCOME,
     .over = "handoff",
     .outcome = "send_buffer",
     .also = "recv_buffer",
     .claimed = AT_MOST(0, "no copy by the buffer", "copies by the buffer")},
    {.quote = "Direct handoff loses on per-op",
     .rule = "The lesson's two programs: a pair of seed-direct-handoff as a multiple of two "
             "operations of seed-buffer-hop",
     .source = FROM_RATIO,
     .over = "seed-direct-handoff",
     .under = "seed-buffer-hop",
     .partner = PARTNER_ALONE,
     .per = 0.5,
     .claimed = AT_LEAST(1, "it wins", "it loses")},
    {.quote = "an unbuffered channel runs the direct-handoff path almost every time",
     .rule = "seed-direct-handoff, both sides in a loop: the share of sends that found a parked "
             "receiver; all other sends parked. “Almost every time” is read as 95%",
     .source = FROM_SHARE,
     .over = "seed-direct-handoff",
     .outcome = "send_handoff",
     .claimed = AT_LEAST(0.95, "less often", "almost every time")},
    {.quote = "Highest throughput",
     .rule = "An unbuffered channel: a pair of seed-direct-handoff as a multiple of a buffer-hop "
             "pair at the same place",
     .source = FROM_RATIO,
     .over = "seed-direct-handoff",
     .under = "buffer-hop",
     .claimed = AT_MOST(1, "higher than buffered", "lower than buffered")},
    {.quote = "a million send/receive pairs in a tight loop, you are probably scheduler-bound",
     .rule =
         "Context switches per pair of seed-direct-handoff. “Scheduler-bound” is read as one or "
         "more in two pairs",
     .source = FROM_SWITCHES,
     .over = "seed-direct-handoff",
     .claimed = AT_LEAST(0.5, "not scheduler-bound", "scheduler-bound")},
    {.quote = "Lock contention scales poorly",
     .rule =
         "lock, ns per pair with several threads as a multiple of one thread's: with no contention "
         "it falls. “Poorly” is read as more than 2×. Cells in which the lock hardly changed hands "
         "are left out. The lesson speaks of hundreds of goroutines; this run had the numbers "
         "of threads shown",
     .source = FROM_RATIO,
     .over = "lock",
     .under = "lock",
     .partner = PARTNER_ALONE,
     .claimed = AT_LEAST(2, "scales", "scales poorly")},
    {.quote = "the lock is held for a few hundred nanoseconds",
     .rule = "Half of a buffer-hop pair, one thread, is a whole call, so the lock is held for less "
             "than that. The lesson's own 30–60 ns per buffered send also contradict it",
     .source = FROM_COST,
     .over = "buffer-hop",
     .threads = 1,
     .per = 0.5,
     .claimed = {200, 1000, false, "held for less", "possible", "not refuted"}},
    {.quote = "the goroutine is woken (goready) only after the lock is released",
     .rule = "The lesson's diagrams show goready before unlock. futex+early+none wakes first and "
             "futex-park unlocks first; they are otherwise the same. The ratio of the two in "
             "handoff: the claim holds if unlocking first is cheaper",
     .source = FROM_RATIO,
     .over = "handoff",
     .under = "handoff",
     .over_variant = "futex+early+none",
     .under_variant = "futex-park",
     .claimed = AT_LEAST(1, "waking first is cheaper", "unlocking first is cheaper")},
    {.quote = "woken (goready) only after the lock is released",
     .rule = "The same ratio in park-wake",
     .source = FROM_RATIO,
     .over = "park-wake",
     .under = "park-wake",
     .over_variant = "futex+early+none",
     .under_variant = "futex-park",
     .claimed = AT_LEAST(1, "waking first is cheaper", "unlocking first is cheaper")},
    {.quote = "Fast-path check (lock-free)",
     .rule = "Lock acquisitions per failing non-blocking send of the variant with the check",
     .source = FROM_OUTCOME,
     .over = "nb-send-full",
     .over_variant = "fastpath",
     .outcome = "lock_acquired",
     .claimed = AT_MOST(0.001, "no lock", "takes the lock")},
    {.quote = "Fast-path check",
     .rule = "Its saving: a failing non-blocking receive with the check as a multiple of one "
             "without it and with the same lock (futex-park)",
     .source = FROM_RATIO,
     .over = "nb-recv-empty",
     .under = "nb-recv-empty",
     .over_variant = "fastpath",
     .under_variant = "futex-park",
     .claimed = AT_MOST(1, "saves time", "saves no time")},
    {.quote = "the actual send/receive sequence always takes the lock",
     .rule = "Lock acquisitions per send and receive pair in buffer-hop: two",
     .source = FROM_OUTCOME,
     .over = "buffer-hop",
     .outcome = "lock_acquired",
     .claimed = AT_LEAST(1.999, "not always", "always")},
    {.quote = "becomes a free, allocation-free \"wake all readers\" broadcast",
     .rule =
         "close-wake, per receiver woken, as a multiple of the same variant's park-wake, per value "
         "at the same place. “Free” is read as at most 1: closing adds nothing to the wakes. "
         "Whether it allocates is not measured",
     .source = FROM_RATIO,
     .over = "close-wake",
     .under = "park-wake",
     .claimed = AT_MOST(1, "free", "not free")},
    {.quote = "The receive returns immediately with the zero value",
     .rule =
         "recv-closed, on a closed channel, as a multiple of a receive that finds a value (half of "
         "a buffer-hop pair of the same variant, one thread). “Immediately” is read as at most 2×",
     .source = FROM_RATIO,
     .over = "recv-closed",
     .under = "buffer-hop",
     .partner = PARTNER_ALONE,
     .per = 2,
     .claimed = AT_MOST(2, "at once", "not at once")},
};

const size_t claim_count = sizeof(claims) / sizeof(claims[0]);

static const struct page_cell *partner_of(const struct model *m, const struct claim *claim,
                                          const struct page_cell *over)
{
    const char *variant = claim->under_variant ? claim->under_variant : over->variant;
    const struct page_cell *under;
    if (claim->partner == PARTNER_SAME_PLACE)
        return model_cell(m, claim->under, variant, NAN, over->place);
    under = model_cell(m, claim->under, variant, 1, "");
    return under ? under : model_cell(m, claim->under, variant, NAN, "");
}

/* Whether a cell may be quoted for a claim. The lesson's own programs force no path, so their
 * purity does not matter. */
static bool fits(const struct page_cell *c)
{
    return cell_is_usable(c) || (cell_is_as_written(c) && cell_is_ok(c) && cell_has_interval(c));
}

static int observe_cell(const struct model *m, const struct claim *claim, const struct page_cell *c,
                        struct observations *o)
{
    double per = claim->per > 0 ? claim->per : 1, value = c->switches;
    struct words place = cell_place(c);
    const struct page_cell *under;
    struct ratio r;
    switch (claim->source) {
    case FROM_COST:
        return observe(o, c->variant, place, per * c->median_ns, per * c->ci_low_ns,
                       per * c->ci_high_ns);
    case FROM_RATIO:
        under = partner_of(m, claim, c);
        if (!under || under == c || !fits(under))
            return 0;
        r = ratio_paired(m, c, under);
        return observe(o, c->variant, place, per * r.median, per * r.low, per * r.high);
    case FROM_OUTCOME:
    case FROM_SHARE:
        value = model_outcome(m, c, claim->outcome);
        value += claim->also ? model_outcome(m, c, claim->also) : 0;
        break;
    case FROM_SWITCHES:
        break;
    }
    return observe(o, c->variant, place, value, value, value);
}

/* The range that is claimed for cells with this capacity. */
static struct claimed claimed_at(const struct claim *claim, double capacity)
{
    struct claimed claimed = claim->claimed;
    if (claim->per_buffer) {
        claimed.low /= capacity;
        claimed.high /= capacity;
    }
    return claimed;
}

static bool speaks_to(const struct model *m, const struct claim *claim, const struct page_cell *c)
{
    return strcmp(c->scenario, claim->over) == 0 && cell_is_usual(m, c) &&
           (!claim->over_variant || strcmp(c->variant, claim->over_variant) == 0) &&
           !(claim->threads > 0 && c->threads != claim->threads);
}

/* Whose cells decide a claim that names no variant: the goroutines that are closest to Go's, or
 * else threads with the same lock that sleep in the kernel. If a run has neither for the claim, all
 * of its variants do. So another variant in a run changes no verdict. */
static const char *const speakers[] = {"futex+go+check", "futex-park"};

static const char *speaker_of(const struct model *m, const struct claim *claim)
{
    for (size_t k = 0; k < sizeof(speakers) / sizeof(speakers[0]) && !claim->over_variant; k++)
        for (size_t i = 0; i < m->sorted_count; i++)
            if (strcmp(m->sorted[i]->variant, speakers[k]) == 0 &&
                speaks_to(m, claim, m->sorted[i]) && fits(m->sorted[i]))
                return speakers[k];
    return NULL;
}

int claim_judge(const struct model *m, const struct claim *claim, struct judgement *j)
{
    static const enum unit units[] = {
        [FROM_COST] = UNIT_NS,     [FROM_RATIO] = UNIT_TIMES,    [FROM_OUTCOME] = UNIT_COUNT,
        [FROM_SHARE] = UNIT_SHARE, [FROM_SWITCHES] = UNIT_COUNT,
    };
    struct observations o = {.unit = units[claim->source]}, beside = o;
    const char *speaker = speaker_of(m, claim);
    double capacity = NAN; /* the same for all usual cells */
    int status = 0;
    memset(j, 0, sizeof(*j));
    for (size_t i = 0; i < m->sorted_count && !status; i++) {
        const struct page_cell *c = m->sorted[i];
        if (!speaks_to(m, claim, c))
            continue;
        bool decides = !speaker || strcmp(c->variant, speaker) == 0;
        capacity = c->capacity;
        if (fits(c))
            status = observe_cell(m, claim, c, decides ? &o : &beside);
        else
            o.left_out++;
    }
    struct claimed claimed = claimed_at(claim, capacity);
    if (!status) {
        judge(&o, &claimed, j);
        judge_beside(&beside, &claimed, j);
    }
    observations_free(&o);
    observations_free(&beside);
    return status;
}

struct words claim_range(double low, double high)
{
    return isfinite(high) ? words_format("%g to %g ns", low, high)
                          : words_format("%g ns or more", low);
}

void claim_rule(const struct claim *claim, struct note *n)
{
    note_add(n, "%s", claim->rule);
    if (!claim->claimed.comparison)
        note_add(n, ". Claimed: %s", claim_range(claim->claimed.low, claim->claimed.high).text);
    note_add(n, ".");
}

static const struct {
    const char *path;
    double low, high;
    double operations; /* of the channel, in one operation of the headline's cells */
} bands[] = {
    {"handoff", HANDOFF_NS, 1},
    {"buffer", SEND_NS, 2},
    {"park", PARK_NS, 1},
};

bool claim_band(const char *path, double *low, double *high)
{
    for (size_t i = 0; i < sizeof(bands) / sizeof(bands[0]); i++)
        if (strcmp(bands[i].path, path) == 0) {
            *low = bands[i].operations * bands[i].low;
            *high = bands[i].operations * bands[i].high;
            return true;
        }
    return false;
}
