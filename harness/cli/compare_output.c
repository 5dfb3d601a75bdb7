/* Prints verdicts (compare_output.h). No state. */
/* SPDX-License-Identifier: MIT */
#include "harness/cli/compare_output.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOTES_MAX = 5 };

bool compare_fails(const struct compare_choice *choice, const struct compared *c)
{
    return !isnan(choice->fail_above) && compared_beyond(c, choice->fail_above / 100);
}

static size_t count_failing(const struct compare_choice *choice, const struct table *t)
{
    size_t count = 0;
    for (size_t i = 0; i < t->count; i++)
        count += compare_fails(choice, &t->items[i]);
    return count;
}

static struct words verdict_of(const struct compared *c)
{
    if (c->verdict.rounds == 0)
        return words_format("can't tell: no round has both");
    return c->speeds.differ ? words_format("no common verdict: %s", speeds_say(&c->speeds).text)
                            : verdict_says(&c->verdict);
}

static struct words modes_say(const char *arm, const struct modes *m)
{
    return words_format("%s has two modes: %s in %zu rounds, %s in %zu", arm,
                        number_ns(m->low_ns).text, m->low_rounds, number_ns(m->high_ns).text,
                        m->high_rounds);
}

/* What a reader has to know of a cell besides its verdict. Returns how many notes. */
static size_t notes_of(const struct compared *c, const struct compare_choice *choice, size_t cells,
                       struct words notes[NOTES_MAX])
{
    size_t n = 0;
    enum verdict_kind kind = c->verdict.kind;
    if ((kind == VERDICT_SLOWER || kind == VERDICT_FASTER) && !compared_moved(c))
        notes[n++] = words_format("no mark among %zu cells: counts as can't tell", cells);
    if (verdict_notes(&c->verdict).text[0])
        notes[n++] = verdict_notes(&c->verdict);
    if (c->left_out)
        notes[n++] = words_format(
            "%zu round%s left out: an arm is missing, or they did not run side by side",
            c->left_out, c->left_out == 1 ? "" : "s");
    if (c->a_modes.two)
        notes[n++] = modes_say(choice->a, &c->a_modes);
    if (c->b_modes.two)
        notes[n++] = modes_say(choice->b, &c->b_modes);
    return n;
}

/* "7 of 96 moved, 81 the same within 3%, 8 can't tell" */
static struct words summary_of(const struct table *t)
{
    struct words within = {""};
    if (t->same)
        within = words_format(" within %u%%", t->within);
    return words_format("%zu of %zu moved, %zu the same%s, %zu can't tell", t->moved, t->count,
                        t->same, within.text, t->cant_tell);
}

static struct words caption_of(const struct table *t)
{
    return words_format(
        "Intervals are %.4g%% each%s. Of what moved, one in twenty is expected to be "
        "wrong (Benjamini and Hochberg, %zu cells).",
        100 * (1 - looks_level(t->looks)),
        t->looks == LOOKS_ONE ? "" : ", since the run looked three times", t->count);
}

static bool is_shown(const struct compare_choice *choice, const struct compared *c)
{
    return choice->all || compared_moved(c) || compare_fails(choice, c);
}

static void print_text(const struct compare_choice *choice, long long run, const struct table *t)
{
    size_t width = 0;
    for (size_t i = 0; i < t->count; i++)
        if (is_shown(choice, &t->items[i]) && strlen(t->items[i].label) > width)
            width = strlen(t->items[i].label);
    if (run)
        printf("run %lld: ", run);
    printf("%s against %s\n", choice->b, choice->a);
    for (size_t i = 0; i < t->count; i++) {
        const struct compared *c = &t->items[i];
        struct words notes[NOTES_MAX];
        if (!is_shown(choice, c))
            continue;
        printf("  %-*s  %s -> %s  %s", (int)width, c->label, number_ns(c->a_ns).text,
               number_ns(c->b_ns).text, verdict_of(c).text);
        size_t count = notes_of(c, choice, t->count, notes);
        for (size_t k = 0; k < count; k++)
            printf("%s%s", k ? "; " : " (", notes[k].text);
        puts(count ? ")" : "");
    }
    puts(summary_of(t).text);
    if (!isnan(choice->fail_above))
        printf("%zu slower by more than %g%%, the whole interval\n", count_failing(choice, t),
               choice->fail_above);
    puts(caption_of(t).text);
}

/* Three lines, and every cell behind a fold. */
static void print_markdown(const struct compare_choice *choice, long long run,
                           const struct table *t)
{
    const struct compared *first = &t->items[0];
    printf("**%s against %s**%s: %s.\n", choice->b, choice->a,
           run ? words_format(" (run %lld)", run).text : "", summary_of(t).text);
    if (compared_moved(first))
        printf("First: `%s` is %s.\n", first->label, verdict_of(first).text);
    else
        puts("Nothing moved.");
    printf("%s\n\n<details><summary>%s</summary>\n\n", caption_of(t).text,
           t->count == 1 ? "The cell" : "All cells");
    printf("| cell | %s | %s | verdict | notes |\n| --- | --- | --- | --- | --- |\n", choice->a,
           choice->b);
    for (size_t i = 0; i < t->count; i++) {
        const struct compared *c = &t->items[i];
        struct words notes[NOTES_MAX];
        size_t count = notes_of(c, choice, t->count, notes);
        printf("| %s | %s | %s | %s%s |", c->label, number_ns(c->a_ns).text,
               number_ns(c->b_ns).text, compared_moved(c) ? "**moved** " : "", verdict_of(c).text);
        for (size_t k = 0; k < count; k++)
            printf("%s%s", k ? "; " : " ", notes[k].text);
        puts(" |");
    }
    puts("\n</details>");
}

/* JSON has no NaN. */
static json_t *real_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *number_or_null(size_t value)
{
    return value ? json_integer((json_int_t)value) : json_null();
}

static json_t *pack_cell(const struct compare_choice *choice, const struct table *t,
                         const struct compared *c)
{
    const struct verdict *v = &c->verdict;
    struct words notes[NOTES_MAX];
    json_t *list = json_array();
    size_t count = notes_of(c, choice, t->count, notes);
    for (size_t k = 0; k < count; k++)
        json_array_append_new(list, json_string(notes[k].text));
    return json_pack("{s:s s:s s:b s:b s:o s:o s:o s:o s:o s:o s:o s:i s:i s:o s:o s:o s:s s:o}",
                     "cell", c->label, "verdict", verdict_name(v->kind), "moved", compared_moved(c),
                     "fails", compare_fails(choice, c), "a_ns", real_or_null(c->a_ns), "b_ns",
                     real_or_null(c->b_ns), "ratio", real_or_null(v->times.ratio), "low",
                     real_or_null(v->times.low), "high", real_or_null(v->times.high), "p",
                     real_or_null(v->p), "q", real_or_null(c->q), "rounds", (int)v->rounds,
                     "left_out", (int)c->left_out, "within_percent", number_or_null(v->within),
                     "would_show_percent", real_or_null(100 * v->smallest), "more_rounds",
                     number_or_null(v->more), "words", verdict_of(c).text, "notes", list);
}

static void print_json(const struct compare_choice *choice, long long run, const struct table *t)
{
    json_t *cells = json_array();
    for (size_t i = 0; i < t->count; i++)
        json_array_append_new(cells, pack_cell(choice, t, &t->items[i]));
    json_t *all =
        json_pack("{s:o s:s s:s s:f s:f s:o s:i s:i s:i s:i s:o s:o}", "run",
                  run ? json_integer(run) : json_null(), "a", choice->a, "b", choice->b,
                  "margin_percent", choice->margin, "level", looks_level(t->looks),
                  "fail_above_percent", real_or_null(choice->fail_above), "count", (int)t->count,
                  "moved", (int)t->moved, "same", (int)t->same, "cant_tell", (int)t->cant_tell,
                  "same_within_percent", number_or_null(t->within), "cells", cells);
    json_dumpf(all, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    putchar('\n');
    json_decref(all);
}

void compare_print_table(const struct compare_choice *choice, long long run,
                         const struct table *table)
{
    if (choice->json)
        print_json(choice, run, table);
    else if (choice->markdown)
        print_markdown(choice, run, table);
    else
        print_text(choice, run, table);
}
