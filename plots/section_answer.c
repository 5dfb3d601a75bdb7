/* The first screen: what was measured where, the answer in sentences computed from the cells, and
 * what a reader has to be warned of. Only usable cells are quoted. */
#include "plots/claims.h"
#include "plots/paired.h"
#include "plots/sections.h"
#include <math.h>
#include <string.h>

static const struct {
    const char *path, *words;
} paths[] = {
    {"handoff", "a direct handoff"},
    {"buffer", "a buffer hop"},
    {"park", "a park and wake"},
};

enum { PATHS = sizeof(paths) / sizeof(paths[0]) };

struct words cell_cost(const struct page_cell *c)
{
    return cell_is_ok(c) ? number_interval(c->median_ns, c->ci_low_ns, c->ci_high_ns)
                         : words_format("n/a");
}

/* Whether the cell's parks were mostly over before they slept: by spinning, or by giving the PU
 * away.
 */
static bool stays_awake(const struct model *m, const struct page_cell *c)
{
    return model_slept_share(m, c) < SLEPT_SHARE;
}

/* The cheapest usable cell of a path at a place; of those whose waiters sleep only, if asked. */
static const struct page_cell *best_of(const struct model *m, const char *path, const char *place,
                                       bool sleeping)
{
    const struct page_cell *best = NULL;
    for (size_t i = 0; i < m->headline_count; i++) {
        const struct page_cell *c = m->headline[i];
        if (strcmp(c->path, path) == 0 && strcmp(c->place, place) == 0 && cell_is_usable(c) &&
            !(sleeping && stays_awake(m, c)) && (!best || c->median_ns < best->median_ns))
            best = c;
    }
    return best;
}

/* Whether this run tells the cell from the cheapest one of its place. */
static bool is_told_apart(const struct model *m, const struct page_cell *c,
                          const struct page_cell *best)
{
    struct ratio r = ratio_paired(m, c, best);
    return r.low > 1;
}

/* "ticket (not told apart: spin-mutex)" */
static void add_names(const struct model *m, struct note *n, const struct page_cell *best,
                      bool sleeping)
{
    struct note names = {""};
    size_t alike = 0;
    note_add(n, "%s", best->variant);
    for (size_t i = 0; i < m->headline_count; i++) {
        const struct page_cell *c = m->headline[i];
        if (c == best || !cell_same_group(c, best) || !cell_is_usable(c) ||
            (sleeping && stays_awake(m, c)) || is_told_apart(m, c, best))
            continue;
        note_add(&names, "%s%s", alike++ ? ", " : "", c->variant);
    }
    if (alike > 3)
        note_add(n, " (not told apart: %zu others)", alike);
    else if (alike)
        note_add(n, " (not told apart: %s)", names.text);
}

/* The cheapest cell of a path at a place. Of park and wake it is one whose waiters sleep, if there
 * is one: who gets around sleeping is cheaper, and another thing. */
static const struct page_cell *answer_of(const struct model *m, size_t path, const char *place)
{
    bool park = strcmp(paths[path].path, "park") == 0;
    const struct page_cell *best = best_of(m, paths[path].path, place, park);
    return best ? best : best_of(m, paths[path].path, place, false);
}

static void say_path(const struct page *p, size_t path, const char *place)
{
    bool park = strcmp(paths[path].path, "park") == 0;
    const struct page_cell *best = answer_of(p->m, path, place);
    const struct page_cell *any = best_of(p->m, paths[path].path, place, false);
    struct note n = {""};
    if (!best)
        return;
    note_add(&n, "%s, per %s: ", paths[path].words, best->op);
    if (isfinite(best->floor_ratio))
        note_add(&n, "%s times %s; ", number_times(best->floor_ratio).text,
                 cell_floor_words(best).text);
    add_names(p->m, &n, best, park);
    if (stays_awake(p->m, best))
        note_add(&n, ", whose parks are mostly over before they sleep");
    if (any != best)
        note_add(&n, ". %s slept in only %s of its parks and needs %s", any->variant,
                 number_share(model_slept_share(p->m, any)).text, cell_cost(any).text);
    doc_fact(p->d, cell_cost(best).text, "%s", n.text);
}

/* The cheapest of each path at a place. Returns whether there was anything to say. */
static bool say_place(const struct page *p, const char *place, const char *lead)
{
    bool any = false;
    for (size_t i = 0; i < PATHS; i++)
        any = any || answer_of(p->m, i, place);
    if (!any)
        return false;
    doc_aside(p->d, "lead", "%s, the cheapest variant%s takes:", lead,
              place[0] ? " of each path" : "");
    doc_list_begin(p->d, "answer");
    for (size_t i = 0; i < PATHS; i++)
        say_path(p, i, place);
    doc_list_end(p->d);
    return true;
}

/* The places of the headline, nearest first; two PUs before one, and one thread alone last. */
static bool say_places(const struct page *p)
{
    bool said = false;
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
            said |= say_place(p, c->place,
                              words_format(same ? "With both threads on the %s" : "Between %s",
                                           cell_place(&where).text)
                                  .text);
        }
    return say_place(p, "", "In one thread alone") || said;
}

static int say_claims(const struct page *p)
{
    size_t holds = 0, partly = 0, not = 0, unknown = 0;
    for (size_t i = 0; i < claim_count; i++) {
        struct judgement j;
        int status = claim_judge(p->m, &claims[i], &j);
        if (status)
            return status;
        bool open = j.verdict == VERDICT_UNMEASURED || j.verdict == VERDICT_OPEN;
        holds += j.verdict == VERDICT_HOLDS;
        partly += j.verdict == VERDICT_PARTLY;
        unknown += open;
    }
    not = claim_count - holds - partly - unknown;
    doc_aside(p->d, "answer",
              "Of the source text's %zu claims about cost, %zu hold here, %zu hold in part, %zu do "
              "not, and of %zu this run cannot tell. The text speaks of goroutines; so are the "
              "parties here with a variant that has go among its parts. With the others they are "
              "threads, whose park is a system call.",
              claim_count, holds, partly, not, unknown);
    return 0;
}

static void say_subject(const struct page *p)
{
    const struct tsv *env = &p->m->environment, *run = &p->m->run;
    struct note n = {""};
    const char *cpu = model_fact(env, "cpu_model"), *kernel = model_fact(env, "kernel");
    const char *pus = model_fact(env, "cpus_allowed"), *hypervisor = model_fact(env, "hypervisor");
    note_add(&n, "%s, %s PUs", cpu[0] ? cpu : "CPU n/a", pus[0] ? pus : "n/a");
    if (hypervisor[0] && strcmp(hypervisor, "none") != 0)
        note_add(&n, " (%s guest)", hypervisor);
    note_add(&n, ", %s. ", kernel[0] ? kernel : "kernel n/a");
    const char *mode = model_fact(run, "mode"), *started = model_fact(run, "started");
    const char *grade = model_fact(run, "grade");
    note_add(&n, "A %s sweep of %.10s, %s processes a cell. ", mode[0] ? mode : "recorded",
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
                     number_share(c->overlap).text);
        }
    }
    if (failed_count)
        doc_aside(p->d, "warning", "%zu of %zu cells were not measured: %s.", failed_count,
                  p->m->cell_count, failed.text);
    if (impure_count)
        doc_aside(p->d, "warning",
                  "%zu of %zu cells are impure: fewer than 99%% of their operations took the path "
                  "that they are named after, and no figure quotes them: %s.",
                  impure_count, p->m->cell_count, impure.text);
    if (alone_count)
        doc_aside(p->d, "warning",
                  "%zu of %zu cells were not contended by all of their threads: fewer than 99%% of "
                  "them got on within the window, and no figure quotes them: %s.",
                  alone_count, p->m->cell_count, alone.text);
}

/* A floor with two modes makes every multiple of it a matter of luck. */
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
                  "A floor is not one number here (%s), so multiples of it say little; see the "
                  "windows under park and wake.",
                  n.text);
}

static bool has_counters(const struct model *m)
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
                  "This sweep was cut short: its cells have %s processes, and what it did "
                  "not get to is not here.",
                  model_processes(p->m).text);
}

static void warn(const struct page *p)
{
    const char *grade = model_fact(&p->m->run, "grade");
    const char *meaning = model_fact(&p->m->run, "grade_meaning");
    if (strcmp(grade, "D") == 0 || strcmp(grade, "F") == 0)
        doc_aside(p->d, "warning",
                  "The machine's grade is %s: %s. See the doctor's findings below.", grade,
                  meaning[0] ? meaning : "its figures are not to be quoted");
    warn_of_end(p);
    warn_of_cells(p);
    warn_of_floors(p);
    if (!has_counters(p->m))
        doc_aside(p->d, "warning",
                  "No hardware counter was read: what the caches did is not in this report.");
}

int section_answer(const struct page *p)
{
    say_subject(p);
    if (!say_places(p))
        doc_aside(
            p->d, "answer",
            "This run has no answer: of none of the three paths has it a cell that is pure and "
            "was measured often enough for an interval (six processes, or six windows).");
    int status = say_claims(p);
    warn(p);
    return status;
}
