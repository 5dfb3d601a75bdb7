/* How a variant stands to the fastest (standing.h). No state. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/standing.h"
#include "harness/base/signed_rank.h"
#include <math.h>

static double level_of(size_t variants, enum looks looks)
{
    return looks_level(looks) / (variants > 2 ? (double)(variants - 1) : 1);
}

/* The smallest p of n rounds is 2 / 2^n. */
size_t standing_rounds(size_t variants, enum looks looks)
{
    return (size_t)ceil(1 - log2(level_of(variants, looks)));
}

struct standing standing_fastest(void)
{
    return (struct standing){STANDING_FASTEST, {1, 1, 1}};
}

int standing_make(struct standing *s, const double *differences, size_t count, size_t variants,
                  enum looks looks)
{
    struct signed_rank ranks;
    struct signed_rank_interval in;
    *s = (struct standing){STANDING_UNKNOWN, {NAN, NAN, NAN}};
    if (count == 0)
        return 0;
    int status = signed_rank_make(&ranks, differences, count);
    if (status)
        return status;
    s->times.ratio = exp(signed_rank_estimate(&ranks));
    if (signed_rank_interval(&ranks, level_of(variants, looks), &in)) {
        s->times.low = exp(in.low);
        s->times.high = exp(in.high);
        s->kind = in.low > 0 ? STANDING_SLOWER : STANDING_TIED;
    }
    signed_rank_free(&ranks);
    return 0;
}

struct words standing_says(const struct standing *s)
{
    if (s->kind == STANDING_FASTEST)
        return words_format("fastest");
    if (s->kind == STANDING_TIED)
        return words_format("tied");
    if (!isfinite(s->times.ratio))
        return words_format("?");
    if (s->kind == STANDING_UNKNOWN)
        return words_format("%s× ?", number_plain(s->times.ratio).text);
    return words_format("%s× [%s, %s]", number_plain(s->times.ratio).text,
                        number_plain(s->times.low).text, number_plain(s->times.high).text);
}
