/* Turns observations into a verdict and its words. Observations are grouped by place; each place
 * becomes one line of the measured values and one of what they say about the claim. */
/* SPDX-License-Identifier: MIT */
#include "plots/judge.h"
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void note_add(struct note *n, const char *format, ...)
{
    size_t used = strlen(n->text);
    va_list args;
    va_start(args, format);
    vsnprintf(n->text + used, sizeof(n->text) - used, format, args);
    va_end(args);
}

int observe(struct observations *o, const char *variant, struct words place, double value,
            double low, double high)
{
    if (!isfinite(value))
        return 0;
    if (o->count == o->room) {
        size_t room = o->room ? 2 * o->room : 32;
        struct observation *items = realloc(o->items, room * sizeof(*items));
        if (!items)
            return -ENOMEM;
        o->items = items;
        o->room = room;
    }
    o->items[o->count++] = (struct observation){variant, place, value, low, high};
    return 0;
}

void observations_free(struct observations *o)
{
    free(o->items);
    *o = (struct observations){.unit = o->unit};
}

int judge_one(const struct observation *o, const struct claimed *claimed)
{
    bool interval = isfinite(o->low) && isfinite(o->high);
    if (!interval)
        return 2;
    if (o->high < claimed->low)
        return -1;
    if (o->low > claimed->high)
        return 1;
    return o->low >= claimed->low && o->high <= claimed->high ? 0 : 2;
}

static struct words words_of(const struct observation *o, enum unit unit)
{
    bool interval = isfinite(o->low) && o->low != o->high;
    switch (unit) {
    case UNIT_NS:
        return interval ? number_interval(o->value, o->low, o->high) : number_ns(o->value);
    case UNIT_TIMES:
        return interval ? words_format("%s× [%s, %s]", number_times(o->value).text,
                                       number_times(o->low).text, number_times(o->high).text)
                        : words_format("%s×", number_times(o->value).text);
    case UNIT_SHARE:
        return number_share(o->value);
    default:
        return number_plain(o->value);
    }
}

/* One place's line of what was measured: the lowest and the highest value. */
static void add_measured(struct note *n, const struct observations *o, size_t first, size_t end)
{
    size_t least = first, most = first;
    for (size_t i = first; i < end; i++) {
        least = o->items[i].value < o->items[least].value ? i : least;
        most = o->items[i].value > o->items[most].value ? i : most;
    }
    const struct observation *a = &o->items[least], *b = &o->items[most];
    note_add(n, "%s%s: %s (%s)", n->text[0] ? "\n" : "", a->place.text, words_of(a, o->unit).text,
             a->variant);
    if (strcmp(words_of(a, o->unit).text, words_of(b, o->unit).text) != 0)
        note_add(n, " to %s (%s)", words_of(b, o->unit).text, b->variant);
    else if (end - first > 1)
        n->text[strlen(n->text) - strlen(a->variant) - 3] = '\0'; /* alike: no need for a name */
}

/* How far the observations of one class miss the range: ", by 2.1× to 3.4×". */
static void add_distance(struct note *n, const struct observations *o, size_t first, size_t end,
                         const struct claimed *claimed, int wanted)
{
    double least = INFINITY, most = 0;
    for (size_t i = first; i < end; i++) {
        const struct observation *x = &o->items[i];
        if (judge_one(x, claimed) != wanted)
            continue;
        double times = wanted < 0 ? claimed->low / x->value : x->value / claimed->high;
        least = fmin(least, times);
        most = fmax(most, times);
    }
    if (!isfinite(most) || !(least > 0) || claimed->comparison)
        return;
    struct words a = number_times(least), b = number_times(most);
    if (strcmp(a.text, b.text) == 0)
        note_add(n, ", by %s×", a.text);
    else
        note_add(n, ", by %s× to %s×", a.text, b.text);
}

static void add_variants(struct note *n, const struct observations *o, size_t first, size_t end,
                         const struct claimed *claimed, int wanted)
{
    const char *gap = " for ";
    for (size_t i = first; i < end; i++)
        if (judge_one(&o->items[i], claimed) == wanted) {
            note_add(n, "%s%s", gap, o->items[i].variant);
            gap = ", ";
        }
}

enum names { NAMES_NONE, NAMES_EACH, NAMES_OTHERS };

/* One class of a place's observations: in words, with the variants' names and how far off it is. */
static void add_class(struct note *n, const struct observations *o, size_t first, size_t end,
                      const struct claimed *claimed, int class, enum names names)
{
    note_add(n, "%s",
             class == 0    ? claimed->inside
             : class == -1 ? claimed->below
             : class == 1  ? claimed->above
                           : "cannot tell");
    if (names == NAMES_EACH)
        add_variants(n, o, first, end, claimed, class);
    else if (names == NAMES_OTHERS)
        note_add(n, " for the others");
    if (class == 1 || class == -1)
        add_distance(n, o, first, end, claimed, class);
}

/* One place's line of what the observations say. If there are several classes, each lists its
 * variants; a class that holds most of them comes last, as "the others". */
static void add_says(struct note *n, const struct observations *o, size_t first, size_t end,
                     const struct claimed *claimed)
{
    static const int classes[] = {0, -1, 1, 2};
    size_t count[4] = {0}, most = 0;
    const char *gap = "";
    for (size_t i = first; i < end; i++)
        for (size_t k = 0; k < 4; k++)
            count[k] += judge_one(&o->items[i], claimed) == classes[k];
    for (size_t k = 1; k < 4; k++)
        most = count[k] > count[most] ? k : most;
    note_add(n, "%s%s: ", n->text[0] ? "\n" : "", o->items[first].place.text);
    bool all = count[most] == end - first, crowd = count[most] > 2 && !all;
    for (size_t k = 0; k < 4; k++) {
        if (count[k] == 0 || (crowd && k == most))
            continue;
        note_add(n, "%s", gap);
        add_class(n, o, first, end, claimed, classes[k], all ? NAMES_NONE : NAMES_EACH);
        gap = "; ";
    }
    if (crowd) {
        note_add(n, "%s", gap);
        add_class(n, o, first, end, claimed, classes[most], NAMES_OTHERS);
    }
}

static enum verdict verdict_of(const struct observations *o, const struct claimed *claimed)
{
    size_t inside = 0, below = 0, above = 0, open = 0;
    for (size_t i = 0; i < o->count; i++) {
        int where = judge_one(&o->items[i], claimed);
        inside += where == 0;
        below += where == -1;
        above += where == 1;
        open += where == 2;
    }
    if (o->count == 0)
        return VERDICT_UNMEASURED;
    if (inside == o->count)
        return VERDICT_HOLDS;
    if (open == o->count)
        return VERDICT_OPEN;
    if (inside > 0)
        return VERDICT_PARTLY;
    if (claimed->comparison || (below && above))
        return open ? VERDICT_EDGE : VERDICT_FAILS;
    if (open > 0)
        return below ? VERDICT_EDGE_LOWER : VERDICT_EDGE_HIGHER;
    return below ? VERDICT_LOWER : VERDICT_HIGHER;
}

/* Where the observations of the place of `first` end. */
static size_t place_end(const struct observations *o, size_t first)
{
    size_t end = first + 1;
    while (end < o->count && strcmp(o->items[end].place.text, o->items[first].place.text) == 0)
        end++;
    return end;
}

void judge_beside(const struct observations *o, const struct claimed *claimed, struct judgement *j)
{
    for (size_t first = 0, end; first < o->count; first = end) {
        struct note measured = {""}, says = {""};
        end = place_end(o, first);
        add_measured(&measured, o, first, end);
        add_says(&says, o, first, end, claimed);
        note_add(&j->measured, "%sbeside: %s", j->measured.text[0] ? "\n" : "", measured.text);
        note_add(&j->says, "%sbeside: %s", j->says.text[0] ? "\n" : "", says.text);
    }
}

void judge(const struct observations *o, const struct claimed *claimed, struct judgement *j)
{
    j->verdict = verdict_of(o, claimed);
    for (size_t first = 0, end; first < o->count; first = end) {
        end = place_end(o, first);
        add_measured(&j->measured, o, first, end);
        add_says(&j->says, o, first, end, claimed);
    }
    if (o->count == 0)
        note_add(&j->measured, "n/a");
    if (o->left_out)
        note_add(&j->says, "%s(left out: %zu impure, not contended by all, failed or too short)",
                 j->says.text[0] ? "\n" : "", o->left_out);
}

static const struct {
    const char *words, *look;
} verdicts[] = {
    [VERDICT_HOLDS] = {"holds", "good"},
    [VERDICT_PARTLY] = {"partly", "fair"},
    [VERDICT_LOWER] = {"lower", "off"},
    [VERDICT_HIGHER] = {"higher", "bad"},
    [VERDICT_FAILS] = {"does not hold", "bad"},
    [VERDICT_EDGE] = {"not shown to hold", "bad"},
    [VERDICT_EDGE_LOWER] = {"lower, or at the edge", "off"},
    [VERDICT_EDGE_HIGHER] = {"higher, or at the edge", "bad"},
    [VERDICT_OPEN] = {"cannot tell", "none"},
    [VERDICT_UNMEASURED] = {"not measured in this run", "none"},
};

const char *verdict_words(enum verdict verdict)
{
    return verdicts[verdict].words;
}

const char *verdict_look(enum verdict verdict)
{
    return verdicts[verdict].look;
}
