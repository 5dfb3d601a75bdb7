/* The first screen: what was measured where, the findings in sentences computed from the cells, and
 * warnings. Only usable cells are quoted. */
/* SPDX-License-Identifier: MIT */
#include "plots/claims.h"
#include "plots/glossary.h"
#include "plots/paired.h"
#include "plots/sections.h"
#include <math.h>
#include <string.h>

static const struct {
    const char *path, *words;
} paths[] = {
    {"handoff", "Handoff"},
    {"buffer", "Hop"},
    {"park", "Park and wake"},
};

enum { PATHS = sizeof(paths) / sizeof(paths[0]) };

struct words cell_cost(const struct page_cell *c)
{
    return cell_is_ok(c) ? number_interval(c->median_ns, c->ci_low_ns, c->ci_high_ns)
                         : words_format("n/a");
}

/* Whether many of the cell's parks ended before the waiter left its PU. */
static bool stays(const struct model *m, const struct page_cell *c)
{
    return model_parks(m, c).left < LEFT_SHARE;
}

/* Whether the cell may be quoted for a path at a place; if `leaving`, only if its waiters leave
 * their PU. */
static bool may_answer(const struct model *m, const struct page_cell *c, const char *path,
                       const char *place, bool leaving)
{
    return strcmp(c->path, path) == 0 && strcmp(c->place, place) == 0 && cell_is_usable(c) &&
           !(leaving && stays(m, c));
}

/* How many cells that may be quoted differ from this one in nothing but the variant. */
static size_t rivals_of(const struct model *m, const struct page_cell *like, bool leaving)
{
    size_t count = 0;
    for (size_t i = 0; i < m->headline_count; i++)
        count += cell_same_group(m->headline[i], like) &&
                 may_answer(m, m->headline[i], like->path, like->place, leaving);
    return count;
}

/* The cheapest of those cells in the group that most variants ran through, or NULL: what others
 * lack is not compared with them. */
static const struct page_cell *best_of(const struct model *m, const char *path, const char *place,
                                       bool leaving)
{
    const struct page_cell *best = NULL;
    size_t most = 0;
    for (size_t i = 0; i < m->headline_count; i++) {
        const struct page_cell *c = m->headline[i];
        if (!may_answer(m, c, path, place, leaving))
            continue;
        size_t rivals = rivals_of(m, c, leaving);
        if (rivals > most || (rivals == most && c->median_ns < best->median_ns)) {
            best = c;
            most = rivals;
        }
    }
    return best;
}

/* The cells that may be quoted for the path of `best`, in its group. */
enum { RIVALS_MAX = 256 };

struct rivals {
    const struct page_cell *cells[RIVALS_MAX];
    bool best[RIVALS_MAX]; /* not shown slower than any other */
    size_t count;
};

static int find_rivals(const struct model *m, const struct page_cell *best, bool leaving,
                       struct rivals *r)
{
    r->count = 0;
    for (size_t i = 0; i < m->headline_count && r->count < RIVALS_MAX; i++) {
        const struct page_cell *c = m->headline[i];
        if (cell_same_group(c, best) && may_answer(m, c, best->path, best->place, leaving))
            r->cells[r->count++] = c;
    }
    return paired_best(m, r->cells, r->count, r->best);
}

/* "ticket (tied with spin-mutex)": those that this run does not show to be slower than another. */
static void add_names(struct note *n, const struct page_cell *best, const struct rivals *r)
{
    struct note names = {""};
    size_t alike = 0;
    note_add(n, "%s", best->variant);
    for (size_t i = 0; i < r->count; i++)
        if (r->best[i] && r->cells[i] != best)
            note_add(&names, "%s%s", alike++ ? ", " : "", r->cells[i]->variant);
    if (alike > 3)
        note_add(n, " (tied with %zu others)", alike);
    else if (alike)
        note_add(n, " (tied with %s)", names.text);
}

/* The cheapest cell of a path at a place. For park and wake, one whose waiters leave their PU is
 * preferred: without that it is cheaper, but not the same thing. */
static const struct page_cell *answer_of(const struct model *m, size_t path, const char *place)
{
    bool park = strcmp(paths[path].path, "park") == 0;
    const struct page_cell *best = best_of(m, paths[path].path, place, park);
    return best ? best : best_of(m, paths[path].path, place, false);
}

/* How many of the run's variants are channels of the lab: all but the peers. */
static size_t variants_of(const struct model *m)
{
    size_t count = 0;
    for (size_t i = 0; i < m->variant_count; i++)
        count += !model_fact(&m->environment, words_format("peer_%s", m->variants[i]).text)[0];
    return count;
}

static int say_path(const struct page *p, size_t path, const char *place)
{
    const struct page_cell *best = answer_of(p->m, path, place);
    const struct page_cell *any = best_of(p->m, paths[path].path, place, false);
    struct note n = {""};
    struct rivals r;
    if (!best)
        return 0;
    bool stay = stays(p->m, best);
    bool leaving = strcmp(paths[path].path, "park") == 0 && !stay;
    int status = find_rivals(p->m, best, leaving, &r);
    if (status)
        return status;
    bool all = leaving || r.count >= variants_of(p->m);
    note_add(&n, "%s, per %s: ", paths[path].words, best->op);
    add_names(&n, best, &r);
    if (r.count > 1)
        note_add(&n, ", cheapest of %s%zu %s%s", all ? "" : "the ", r.count,
                 all ? "variants" : "measured", leaving ? " whose waiters leave their PU" : "");
    if (isfinite(best->floor_ratio))
        note_add(&n, "; %s× the cost of %s", number_times(best->floor_ratio).text,
                 cell_floor_words(best).text);
    if (stay)
        note_add(&n, "; many of its parks end before the waiter leaves its PU");
    if (any != best)
        note_add(&n, ". %s costs %s, but its waiter left the PU in only %s of its parks",
                 any->variant, cell_cost(any).text, number_share(model_parks(p->m, any).left).text);
    doc_fact(p->d, paired_cost_of_best(p->m, best, r.count).text, "%s.", n.text);
    return 0;
}

/* The cheapest cell of each path at a place. Returns whether there is any, or a negative errno. */
static int say_place(const struct page *p, const char *place, const char *lead)
{
    bool any = false;
    int status = 0;
    for (size_t i = 0; i < PATHS; i++)
        any = any || answer_of(p->m, i, place);
    if (!any)
        return 0;
    doc_aside(p->d, "lead", "%s:", lead);
    doc_list_begin(p->d, "answer");
    for (size_t i = 0; i < PATHS && !status; i++)
        status = say_path(p, i, place);
    doc_list_end(p->d);
    return status ? status : 1;
}

/* The places of the headline, nearest first: two PUs before one, and a single thread last. Returns
 * whether there is any, or a negative errno. */
static int say_places(const struct page *p)
{
    int said = 0, status;
    const char *last = NULL;
    for (int same = 0; same < 2; same++)
        for (size_t i = 0; i < p->m->headline_count; i++) {
            const struct page_cell *c = p->m->headline[i];
            bool is_same = strcmp(c->place, "same-pu") == 0;
            if (c->place[0] == '\0' || is_same != same || (last && strcmp(last, c->place) == 0) ||
                strcmp(c->path, p->m->headline[0]->path) != 0)
                continue;
            last = c->place;
            struct page_cell where = *c;
            where.threads = NAN;
            status = say_place(p, c->place,
                               words_format(same ? "Lowest costs with both sides on the %s"
                                                 : "Lowest costs between %s",
                                            cell_place(&where).text)
                                   .text);
            if (status < 0)
                return status;
            said |= status;
        }
    status = say_place(p, "", "Lowest costs in a single thread");
    return status < 0 ? status : status | said;
}

static int say_claims(const struct page *p)
{
    size_t holds = 0, partly = 0, fails = 0, unmeasured = 0, open = 0;
    for (size_t i = 0; i < claim_count; i++) {
        struct judgement j;
        int status = claim_judge(p->m, &claims[i], &j);
        if (status)
            return status;
        holds += j.verdict == VERDICT_HOLDS;
        partly += j.verdict == VERDICT_PARTLY;
        open += j.verdict == VERDICT_OPEN;
        unmeasured += j.verdict == VERDICT_UNMEASURED;
    }
    fails = claim_count - holds - partly - open - unmeasured;
    doc_aside(p->d, "answer",
              "The lab checks %zu claims about cost that are made by " LESSON
              ". Verdicts of this run: holds %zu, partly %zu, does not hold %zu, cannot tell %zu, "
              "not measured %zu. The lesson is about goroutines. Only the variants that park "
              "with " DOC_CODE("go") " have them; all others have threads, which park by a system "
                                     "call.",
              claim_count, holds, partly, fails, open, unmeasured);
    return 0;
}

/* The terms that the findings need; the section of terms explains all. */
static void say_terms(const struct page *p)
{
    doc_text(p->d,
             "A channel passes a value on one of three paths: a handoff straight to a waiting "
             "receiver, a hop through the buffer, or a park, in which one side waits and the other "
             "wakes it. A variant is one build of the channel, with its own lock, way to park and "
             "fast path. A PU is what the operating system calls a CPU. The section Terms explains "
             "all terms.");
}

static void say_subject(const struct page *p)
{
    const struct tsv *env = &p->m->environment, *run = &p->m->run;
    struct note n = {""};
    const char *cpu = model_fact(env, "cpu_model"), *kernel = model_fact(env, "kernel");
    const char *pus = model_fact(env, "cpus_allowed"), *hypervisor = model_fact(env, "hypervisor");
    note_add(&n, "%s, %s CPUs", cpu[0] ? cpu : "CPU n/a", pus[0] ? pus : "n/a");
    if (hypervisor[0] && strcmp(hypervisor, "none") != 0)
        note_add(&n, " (%s guest)", hypervisor);
    note_add(&n, ", %s. ", kernel[0] ? kernel : "kernel n/a");
    const char *mode = model_fact(run, "mode"), *started = model_fact(run, "started");
    const char *grade = model_fact(run, "grade");
    note_add(&n, "A %s sweep of %.10s, %s processes per cell. ", mode[0] ? mode : "recorded",
             started[0] ? started : "n/a", model_processes(p->m).text);
    const char *meaning = model_fact(run, "grade_meaning");
    note_add(&n, "Machine grade: %s%s%s.", grade[0] ? grade : "n/a", meaning[0] ? ", " : "",
             meaning);
    doc_aside(p->d, "subject", "%s", n.text);
}

static void warn_of_cells(const struct page *p)
{
    struct note impure = {""}, failed = {""}, alone = {""};
    size_t impure_count = 0, failed_count = 0, alone_count = 0;
    for (size_t i = 0; i < p->m->cell_count; i++) {
        const struct page_cell *c = &p->m->cells[i];
        if (!cell_is_ok(c) && !cell_is_lacking(c)) {
            note_add(&failed, "%s%s (%s)", failed_count++ ? "; " : "", c->name,
                     c->reason[0] ? c->reason : c->status);
        } else if (cell_is_impure(c) && !cell_is_as_written(c)) {
            note_add(&impure, "%s%s (%s)", impure_count++ ? "; " : "", c->name,
                     number_share(c->purity).text);
        } else if (cell_is_uncontended(c)) {
            note_add(&alone, "%s%s (%s)", alone_count++ ? "; " : "", c->name,
                     c->handovers < CONTENDED_SHARE
                         ? words_format("changed hands in %s", number_share(c->handovers).text).text
                         : number_share(c->overlap).text);
        }
    }
    if (failed_count)
        doc_aside(p->d, "warning", "%zu of %zu cells could not be measured: %s.", failed_count,
                  p->m->cell_count, failed.text);
    if (impure_count)
        doc_aside(p->d, "warning",
                  "In %zu of %zu cells fewer than 99%% of the operations took the path that the "
                  "cell is named after. They are impure and not quoted: %s.",
                  impure_count, p->m->cell_count, impure.text);
    if (alone_count)
        doc_aside(
            p->d, "warning",
            "%zu of %zu cells were not contended. They are left out of charts and findings (in "
            "brackets: the share of threads that made progress within a window, or of "
            "acquisitions that changed hands): %s.",
            alone_count, p->m->cell_count, alone.text);
}

/* If a floor has two modes, multiples of it depend on luck. */
static void warn_of_floors(const struct page *p)
{
    struct note n = {""};
    size_t count = 0;
    for (size_t i = 0; i < p->m->cell_count; i++) {
        const struct page_cell *c = &p->m->cells[i];
        if (cell_is_floor(c) && cell_is_ok(c) && c->ci_high_ns > 2 * c->ci_low_ns)
            note_add(&n, "%s%s: %s", count++ ? "; " : "", c->name, cell_cost(c).text);
    }
    if (count)
        doc_aside(p->d, "warning",
                  "Do not trust multiples of these floors, whose intervals span more than a factor "
                  "of two: %s.",
                  n.text);
}

static bool has_counts(const struct model *m)
{
    for (size_t i = 0; i < m->counters.rows; i++)
        if (isfinite(tsv_number(&m->counters, i, "per_op")))
            return true;
    return false;
}

static void warn_of_end(const struct page *p)
{
    if (model_is_cut_short(p->m))
        doc_aside(p->d, "warning",
                  "This sweep was cut short: its cells have %s processes, and cells that it did "
                  "not reach are missing.",
                  model_processes(p->m).text);
}

static void warn(const struct page *p)
{
    const char *grade = model_fact(&p->m->run, "grade");
    const char *meaning = model_fact(&p->m->run, "grade_meaning");
    if (strcmp(grade, "D") == 0 || strcmp(grade, "F") == 0)
        doc_aside(p->d, "warning", "The machine's grade is %s: %s. See “What the doctor found”.",
                  grade, meaning[0] ? meaning : "do not quote its figures");
    warn_of_end(p);
    warn_of_cells(p);
    warn_of_floors(p);
    if (!has_counts(p->m))
        doc_aside(p->d, "warning",
                  "No hardware counter could be read, so this report has nothing on caches.");
}

int section_answer(const struct page *p)
{
    say_subject(p);
    say_terms(p);
    int said = say_places(p);
    if (said < 0)
        return said;
    if (!said)
        doc_aside(p->d, "answer",
                  "This run measured none of the three paths well enough: a cell has to be pure "
                  "and to have an interval, which takes six processes or six windows.");
    int status = say_claims(p);
    warn(p);
    return status;
}
