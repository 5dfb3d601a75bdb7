/* Verdicts (verdict.h): the one table of what is said when. It owns no state. Bounds are compared
 * as logs, and a bound that is equal to 0 or to the margin counts as neither outside nor inside. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/verdict.h"
#include "harness/base/signed_rank.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* `power` times an interval's half-width is the difference that is found in three runs of four or
 * more: (z + 0.84) / z, where z is the level's normal quantile. */
static const struct {
    double level, power;
} of_looks[] = {
    [LOOKS_ONE] = {0.05, 1.43},
    [LOOKS_THREE] = {0.0221, 1.37},
    [LOOKS_FOUR] = {0.0190, 1.36},
};

double looks_level(enum looks looks)
{
    return of_looks[looks].level;
}

/* How far an interval of logs is from 0 at its farther end. */
static double farthest(const struct signed_rank_interval *in)
{
    return fmax(fabs(in->low), fabs(in->high));
}

/* A share as percent, rounded up; what is a whole percent but for the rounding of logs stays one.
 */
static double percent_up(double share)
{
    return ceil(100 * share - 1e-9);
}

/* An interval that is shorter than the margin always gives a verdict: it leaves 0 out or lies
 * inside the margin. Its width shrinks as the root of the rounds. */
static size_t rounds_missing(size_t rounds, double width, double margin)
{
    double wanted = ceil((double)rounds * (width / margin) * (width / margin));
    wanted = fmin(wanted, 1e9);
    if (wanted < VERDICT_ROUNDS_MIN)
        wanted = VERDICT_ROUNDS_MIN;
    return wanted > (double)rounds ? (size_t)wanted - rounds : 1;
}

static void decide(struct verdict *v, const struct signed_rank *s, enum looks looks, double margin)
{
    double level = of_looks[looks].level;
    struct signed_rank_interval in, inner;
    if (!signed_rank_interval(s, level, &in)) {
        v->more = VERDICT_ROUNDS - v->rounds;
        return;
    }
    signed_rank_interval(s, looks == LOOKS_ONE ? 2 * level : level, &inner);
    bool inside = farthest(&inner) < margin;
    unsigned percent = (unsigned)lround(100 * expm1(margin));
    v->times.low = exp(in.low);
    v->times.high = exp(in.high);
    v->smallest = expm1(of_looks[looks].power * (in.high - in.low) / 2);
    v->few_rounds = v->rounds < VERDICT_ROUNDS_MIN;
    v->no_spread = s->walsh[0] == s->walsh[s->averages - 1];
    if (in.low > 0 || in.high < 0) {
        v->kind = in.low > 0 ? VERDICT_SLOWER : VERDICT_FASTER;
        v->within = inside ? percent : 0;
    } else if (inside) {
        double least = fmax(1, percent_up(expm1(farthest(&inner))));
        v->kind = VERDICT_SAME;
        v->within = (unsigned)fmin(least, percent);
    } else {
        v->more = rounds_missing(v->rounds, in.high - in.low, margin);
    }
}

int verdict_make(struct verdict *v, const double *differences, size_t rounds, enum looks looks,
                 unsigned margin)
{
    struct signed_rank s;
    *v = (struct verdict){.rounds = rounds, .times = {NAN, NAN, NAN}, .p = NAN, .smallest = NAN};
    int status = signed_rank_make(&s, differences, rounds);
    if (status)
        return status;
    v->times.ratio = exp(signed_rank_estimate(&s));
    v->p = signed_rank_p(&s);
    decide(v, &s, looks, log1p(margin / 100.0));
    signed_rank_free(&s);
    return 0;
}

const char *verdict_name(enum verdict_kind kind)
{
    static const char *const names[] = {"can't tell", "slower", "faster", "same"};
    return names[kind];
}

/* How many decimals show a digit of a width, and at least so many. */
static int decimals_for(double width, int least)
{
    int decimals = width > 0 && isfinite(width) ? -(int)floor(log10(width)) : least;
    return decimals < least ? least : decimals > 6 ? 6 : decimals;
}

/* So many decimals that an end which is not zero doesn't read as zero. */
static int decimals_off_zero(double value, int decimals)
{
    while (decimals < 6 && value > 0 && value * pow(10, decimals) < 0.5)
        decimals++;
    return decimals;
}

/* A number with so many decimals; a huge one in exponent form. */
static struct words figure(double value, int decimals)
{
    return value < 1e6 ? words_format("%.*f", decimals, value) : words_format("%.2g", value);
}

/* "1.02× [0.95, 1.09]" */
static struct words interval_says(const struct ratio_interval *t)
{
    int decimals = decimals_for(t->high - t->low, t->high < 100 ? 2 : 0);
    return words_format("%s× [%s, %s]", figure(t->ratio, decimals).text,
                        figure(t->low, decimals).text, figure(t->high, decimals).text);
}

/* "slower by 3.7% [0.8, 6.4]": the ends in percent, the one nearer to 0 first. */
static struct words moved_says(const struct verdict *v)
{
    const struct ratio_interval *t = &v->times;
    bool slower = v->kind == VERDICT_SLOWER;
    double by = 100 * fabs(t->ratio - 1);
    double low = 100 * (slower ? t->low - 1 : 1 - t->high);
    double high = 100 * (slower ? t->high - 1 : 1 - t->low);
    int decimals = decimals_off_zero(low, decimals_for(high - low, by < 100));
    struct words within = {""};
    if (v->within)
        within = words_format(", within %u%%", v->within);
    return words_format("%s by %s%% [%s, %s]%s", verdict_name(v->kind), figure(by, decimals).text,
                        figure(low, decimals).text, figure(high, decimals).text, within.text);
}

static struct words missing_says(size_t more)
{
    return more > SIGNED_RANK_MAX
               ? words_format("more than %d more rounds would be needed", SIGNED_RANK_MAX)
               : words_format("some %zu more rounds would tell", more);
}

struct words verdict_says(const struct verdict *v)
{
    const char *name = verdict_name(v->kind);
    if (v->kind == VERDICT_SLOWER || v->kind == VERDICT_FASTER)
        return moved_says(v);
    if (v->kind == VERDICT_SAME)
        return words_format("%s within %u%%", name, v->within);
    if (isnan(v->times.low))
        return words_format("%s: %.2f×, too few rounds for an interval", name, v->times.ratio);
    if (!(v->smallest < 100))
        return words_format("%s: %s; hardly any difference would have shown", name,
                            interval_says(&v->times).text);
    return words_format("%s: %s; %.0f%% would have shown in three runs of four; %s", name,
                        interval_says(&v->times).text, percent_up(v->smallest),
                        missing_says(v->more).text);
}

struct words verdict_notes(const struct verdict *v)
{
    static const char few[] = "fewer than 12 rounds: one outlier hides a difference";
    return words_format("%s%s%s", v->few_rounds ? few : "",
                        v->few_rounds && v->no_spread ? "; " : "", v->no_spread ? "no spread" : "");
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

bool clumps_two(double *values, size_t count, size_t least, double *at)
{
    double greatest = CLUMPS_APART;
    bool found = false;
    if (count)
        qsort(values, count, sizeof(*values), compare_doubles);
    for (size_t i = least; least && i + least <= count; i++)
        if (values[i] - values[i - 1] > greatest) {
            greatest = values[i] - values[i - 1];
            *at = values[i];
            found = true;
        }
    return found;
}

/* The interval of the differences in rounds of one speed. Returns 0, or a negative errno; *found
 * says whether there is one. `part` has room for all of them. */
static int interval_of_part(const double *differences, const double *levels, size_t rounds,
                            double at, bool slow, enum looks looks, double *part,
                            struct ratio_interval *out, size_t *count)
{
    struct signed_rank s;
    struct signed_rank_interval in;
    *count = 0;
    for (size_t r = 0; r < rounds; r++)
        if (!isnan(levels[r]) && (levels[r] >= at) == slow)
            part[(*count)++] = differences[r];
    int status = signed_rank_make(&s, part, *count);
    if (status)
        return status;
    signed_rank_interval(&s, of_looks[looks].level, &in);
    *out = (struct ratio_interval){exp(signed_rank_estimate(&s)), exp(in.low), exp(in.high)};
    signed_rank_free(&s);
    return 0;
}

int verdict_speeds(struct speeds *s, const double *differences, const double *levels, size_t rounds,
                   enum looks looks)
{
    enum { LEAST = 6 }; /* rounds that have an interval */
    double at, *part = malloc((rounds + 1) * sizeof(*part));
    size_t known = 0;
    int status = 0;
    *s = (struct speeds){0};
    if (!part)
        return -ENOMEM;
    for (size_t r = 0; r < rounds; r++)
        if (!isnan(levels[r]))
            part[known++] = levels[r];
    if (clumps_two(part, known, LEAST, &at)) {
        status = interval_of_part(differences, levels, rounds, at, false, looks, part, &s->fast,
                                  &s->fast_rounds);
        if (!status)
            status = interval_of_part(differences, levels, rounds, at, true, looks, part, &s->slow,
                                      &s->slow_rounds);
        s->differ = !status && (s->fast.low > s->slow.high || s->slow.low > s->fast.high);
    }
    free(part);
    return status;
}

struct words speeds_say(const struct speeds *s)
{
    return words_format("%.2f× at full speed, %.2f× when the machine is slow", s->fast.ratio,
                        s->slow.ratio);
}
