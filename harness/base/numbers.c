/* Words for numbers (numbers.h): how many digits the noise carries, and which unit fits. It owns no
 * state. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/numbers.h"
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const struct words missing = {"n/a"};

struct words words_format(const char *format, ...)
{
    struct words out;
    va_list args;
    va_start(args, format);
    vsnprintf(out.text, sizeof(out.text), format, args);
    va_end(args);
    return out;
}

/* How many decimals leave `digits` significant ones; negative if even units are noise. */
static int decimals_of(double value, int digits)
{
    return value > 0 ? digits - 1 - (int)floor(log10(value)) : 0;
}

static struct words rounded(double value, int decimals)
{
    double unit = decimals < 0 ? pow(10, -decimals) : 1;
    return words_format("%.*f", decimals > 0 ? decimals : 0,
                        decimals < 0 ? round(value / unit) * unit : value);
}

struct scale {
    double ns;
    const char *name;
};

static struct scale scale_of(double ns)
{
    if (ns >= 1e9)
        return (struct scale){1e9, "s"};
    if (ns >= 1e6)
        return (struct scale){1e6, "ms"};
    return ns >= 1e3 ? (struct scale){1e3, "µs"} : (struct scale){1, "ns"};
}

struct words number_plain(double value)
{
    if (!isfinite(value))
        return missing;
    if (value > 0 && value < 0.00005)
        return words_format("<0.0001");
    int decimals = decimals_of(fabs(value), 3);
    return rounded(value, decimals < 0 ? 0 : decimals > 4 ? 4 : decimals);
}

struct words number_ns(double ns)
{
    if (!isfinite(ns))
        return missing;
    struct scale unit = scale_of(ns);
    return words_format("%s %s", number_plain(ns / unit.ns).text, unit.name);
}

/* Two significant digits of the interval's width, at most two decimals. An interval without a width
 * says nothing of the noise: three digits then, as of a number that has none. */
static int decimals_of_interval(double low, double high)
{
    int decimals = high > low ? decimals_of(high - low, 2) : decimals_of(low, 3);
    return decimals > 2 ? 2 : decimals;
}

/* The same, but so many that the median differs from the nearer end. */
static int decimals_of_median(double median, double low, double high)
{
    int decimals = decimals_of_interval(low, high);
    double near = fmin(median - low, high - median);
    int nearer = near > 0 ? decimals_of(near, 1) : decimals;
    nearer = nearer > 2 ? 2 : nearer;
    return nearer > decimals ? nearer : decimals;
}

/* Whether the ends are so far apart that each needs its own digits. */
static bool is_wide(double low, double high)
{
    return low > 0 && high / low >= 10;
}

struct words number_interval(double median_ns, double low_ns, double high_ns)
{
    if (!isfinite(median_ns))
        return missing;
    if (!isfinite(low_ns) || !isfinite(high_ns)) {
        return words_format("%s (no interval)", number_ns(median_ns).text);
    }
    if (is_wide(low_ns, high_ns))
        return words_format("%s [%s, %s]", number_ns(median_ns).text, number_ns(low_ns).text,
                            number_ns(high_ns).text);
    struct scale unit = scale_of(median_ns);
    double low = low_ns / unit.ns, high = high_ns / unit.ns;
    int decimals = decimals_of_median(median_ns / unit.ns, low, high);
    return words_format("%s %s [%s, %s]", rounded(median_ns / unit.ns, decimals).text, unit.name,
                        rounded(low, decimals).text, rounded(high, decimals).text);
}

struct words number_median(double median_ns, double low_ns, double high_ns)
{
    if (!isfinite(median_ns))
        return missing;
    if (!isfinite(low_ns) || !isfinite(high_ns))
        return number_plain(median_ns);
    if (is_wide(low_ns, high_ns))
        return number_plain(median_ns);
    return rounded(median_ns, decimals_of_median(median_ns, low_ns, high_ns));
}

struct words number_range(double low_ns, double high_ns)
{
    if (!isfinite(low_ns) || !isfinite(high_ns))
        return missing;
    if (is_wide(low_ns, high_ns))
        return words_format("%s to %s", number_plain(low_ns).text, number_plain(high_ns).text);
    int decimals = decimals_of_interval(low_ns, high_ns);
    return words_format("%s to %s", rounded(low_ns, decimals).text,
                        rounded(high_ns, decimals).text);
}

struct words number_share(double share)
{
    if (!isfinite(share))
        return missing;
    /* The addend undoes what binary fractions take away: 0.995 is to read as 99.5%. */
    return words_format("%.1f%%", floor(share * 1000 + 1e-6) / 10);
}

/* Two digits, with commas. */
static struct words grouped(double ratio)
{
    int decimals = decimals_of(ratio, 2);
    struct words digits = rounded(ratio, decimals < 0 ? decimals : 0), out = {""};
    size_t length = strlen(digits.text), used = 0;
    for (size_t i = 0; i < length && used + 2 < sizeof(out.text); i++) {
        out.text[used++] = digits.text[i];
        if (i + 1 < length && (length - i - 1) % 3 == 0)
            out.text[used++] = ',';
    }
    return out;
}

struct words number_times(double ratio)
{
    if (!isfinite(ratio))
        return missing;
    if (ratio >= 10000)
        return grouped(ratio);
    return rounded(ratio, ratio >= 10 ? 0 : ratio >= 1 ? 1 : 2);
}

struct words number_count(double count)
{
    return isfinite(count) ? rounded(count, 0) : missing;
}
