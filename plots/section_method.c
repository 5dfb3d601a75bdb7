/* The method, the machine, and the command that repeats the run. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/warmup.h"
#include "plots/sections.h"
#include <math.h>
#include <string.h>

static const char *known(const char *fact)
{
    return fact[0] ? fact : "n/a";
}

/* The lowest coverage of the intervals, and how many cells have none: "97.8% or more; 2 of 90 cells
 * that ran have none". */
static struct words coverage(const struct model *m)
{
    double least = NAN;
    size_t ran = 0, without = 0;
    for (size_t i = 0; i < m->cell_count; i++) {
        const struct page_cell *c = &m->cells[i];
        ran += cell_is_ok(c);
        if (cell_has_interval(c))
            least = fmin(least, c->ci_level); /* fmin passes over NaN */
        else
            without += cell_is_ok(c);
    }
    struct words level = number_share(least);
    return words_format("%s%s; %zu of %zu cells that ran have none", level.text,
                        isfinite(least) ? " or more" : "", without, ran);
}

/* The kinds of windows with a warm-up, or those without: "timed windows and traced windows". */
static struct words windows_of(bool warm)
{
    struct words out = {""};
    for (int kind = 0; kind < WINDOW_KIND_COUNT; kind++)
        if (window_warms_up(kind) == warm)
            out = words_format("%s%s%s", out.text, out.text[0] ? " and " : "", window_name(kind));
    return out;
}

/* How costs and ratios come from samples. */
static void say_statistics(const struct page *p)
{
    doc_item(p->d,
             "A cost is the median of the processes' medians. Its interval lies between two order "
             "statistics and covers the true median with a probability of at least 95%% (here %s). "
             "It assumes nothing about the distribution. With fewer than six processes, it is "
             "computed from windows instead.",
             coverage(p->m).text);
    doc_item(
        p->d,
        "The cost of a cheapest variant has a wider interval, since it was chosen for its cost: "
        "its level is 5%% divided by the number of variants. Tied with it are all that signed "
        "ranks over rounds do not show to be slower than another, at 5%% for all of them "
        "together.");
    doc_item(p->d,
             "Ratios are paired: each process of one cell is divided by the process of the other "
             "cell in the same round. The page shows the median of these ratios and its interval.");
}

int section_method(const struct page *p)
{
    const struct tsv *run = &p->m->run;
    doc_list_begin(p->d, "");
    doc_item(p->d,
             "Every cell ran in %s processes of its own, each of which timed several windows.",
             model_processes(p->m).text);
    doc_item(p->d,
             "There is a warm-up before %s. There is none before %s, so these can include a cold "
             "start. Where all threads do the same, as in lock, they run for a while before any "
             "window. Scenarios that time themselves (" SELF_TIMED_SCENARIOS
             ") begin cold in every window.",
             windows_of(true).text, windows_of(false).text);
    doc_item(p->d,
             "In each round every cell ran once. The cells of a block, which differ in the variant "
             "only, ran side by side. Their order, and that of the blocks, was shuffled from the "
             "seed %s. So a drift of the machine affects all variants alike.",
             known(model_fact(run, "seed")));
    say_statistics(p);
    doc_item(
        p->d,
        "Purity is counted by a second, traced build of the channel; the measured build "
        "counts nothing. The purity of park-wake is the share of values for which a "
        "thread slept in the kernel or a goroutine left its stack for another: on an unbuffered "
        "channel one side of every value parks, but it may spin or yield until the other "
        "comes.");
    doc_item(p->d, "Floors are measured in the same rounds. Nothing is subtracted from any cost, "
                   "and no sample is dropped.");
    doc_item(p->d,
             "The scenarios seed-* are the lesson's own two programs, with as many operations as "
             "there, or as many as the time limit allows. They force no path.");
    doc_item(p->d,
             "Threads, and the Ps of goroutines, are bound to PUs. They run under the scheduling "
             "policy that the sweep was started with; the default policy lets a woken thread "
             "preempt its waker.");
    doc_list_end(p->d);
    return 0;
}

static const struct doc_column fact_columns[] = {{"fact", COLUMN_WORD}, {"value", COLUMN_TEXT}};
static const struct doc_column pair_columns[] = {
    {"PU", COLUMN_NUMBER}, {"and PU", COLUMN_NUMBER}, {"relation", COLUMN_WORD}};
static const struct doc_column finding_columns[] = {{"check", COLUMN_WORD},
                                                    {"severity", COLUMN_WORD},
                                                    {"seen", COLUMN_TEXT},
                                                    {"effect", COLUMN_TEXT},
                                                    {"remedy", COLUMN_TEXT}};

static void put_facts(const struct page *p, const struct tsv *t)
{
    for (size_t i = 0; i < t->rows; i++) {
        doc_row(p->d, "");
        doc_cell(p->d, tsv_text(t, i, "key"));
        doc_cell(p->d, known(tsv_text(t, i, "value")));
    }
}

static void put_findings(const struct page *p)
{
    const struct tsv *t = &p->m->doctor;
    doc_heading(p->d, 3, "doctor", "What the doctor found");
    if (t->rows == 0) {
        doc_text(p->d, "This run was exported without the doctor's findings: n/a.");
        return;
    }
    doc_table_begin(p->d, finding_columns, sizeof(finding_columns) / sizeof(finding_columns[0]));
    for (size_t i = 0; i < t->rows; i++) {
        const char *severity = tsv_text(t, i, "severity");
        bool bad = strcmp(severity, "bad") == 0, warn = strcmp(severity, "warn") == 0;
        doc_row(p->d, "");
        doc_cell(p->d, tsv_text(t, i, "check"));
        doc_mark(p->d, bad ? "bad" : warn ? "fair" : "none", severity);
        doc_cell(p->d, tsv_text(t, i, "seen"));
        doc_cell(p->d, tsv_text(t, i, "effect"));
        doc_cell(p->d, tsv_text(t, i, "remedy"));
    }
    doc_table_end(p->d);
}

static void put_pairs(const struct page *p)
{
    const struct tsv *t = &p->m->topology;
    doc_heading(p->d, 3, "topology", "How the PUs are related");
    if (t->rows == 0) {
        doc_text(p->d, "This run was exported without pairs of PUs. The topology is: %s.",
                 known(model_fact(&p->m->environment, "topology")));
        return;
    }
    doc_table_begin(p->d, pair_columns, sizeof(pair_columns) / sizeof(pair_columns[0]));
    for (size_t i = 0; i < t->rows; i++) {
        doc_row(p->d, "");
        doc_cell(p->d, tsv_text(t, i, "pu_a"));
        doc_cell(p->d, tsv_text(t, i, "pu_b"));
        doc_cell(p->d, tsv_text(t, i, "relation"));
    }
    doc_table_end(p->d);
}

int section_machine(const struct page *p)
{
    put_findings(p);
    put_pairs(p);
    doc_heading(p->d, 3, "environment", "The environment");
    doc_table_begin(p->d, fact_columns, 2);
    put_facts(p, &p->m->environment);
    doc_table_end(p->d);
    doc_heading(p->d, 3, "run", "The run");
    doc_table_begin(p->d, fact_columns, 2);
    put_facts(p, &p->m->run);
    doc_table_end(p->d);
    return 0;
}

int section_repeat(const struct page *p)
{
    const char *command = model_fact(&p->m->run, "command");
    if (!command[0]) {
        doc_text(p->d, "The run has no record of its command: n/a.");
        return 0;
    }
    doc_text(p->d, "It works in any folder of the machine that the run was made on. Elsewhere, the "
                   "program and the store have other places.");
    doc_code(p->d, command);
    return 0;
}
