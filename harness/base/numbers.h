/* Numbers in words: no digits that the noise does not carry, and `n/a` for what is missing. Each
 * function returns its words by value, so that a call can stand in an argument list:
 * printf("%s", number_ns(x).text). */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_BASE_NUMBERS_H
#define HARNESS_BASE_NUMBERS_H

struct words {
    char text[160];
};

/* Words made as printf makes them; what does not fit is cut. */
struct words words_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Three significant digits and the unit that fits: "12.3 ns", "4.56 µs". */
struct words number_ns(double ns);

/* A median and its interval in one unit, to the digits that the interval's width carries: "12.34 ns
 * [12.10, 12.60]"; if the ends are far apart, each with a unit of its own. Without an interval:
 * "12.3 ns (no interval)". */
struct words number_interval(double median_ns, double low_ns, double high_ns);

/* The two parts of number_interval(), in ns without the unit, for a table's columns. */
struct words number_median(double median_ns, double low_ns, double high_ns);
struct words number_range(double low_ns, double high_ns);

/* Three significant digits without a unit; never in exponent form. */
struct words number_plain(double value);

/* The least share of operations on the named path, and of threads that made progress within the
 * window. A cell below it is marked and not quoted. */
#define PURE_SHARE 0.99

/* The least share of a lock's acquisitions that change its owner, for it to be contended. */
#define CONTENDED_SHARE 0.1

/* A share as a percentage, cut (not rounded) to one decimal, so that 98.97% does not read as 99.0%.
 */
struct words number_share(double share);

/* A multiple: "3.1"; a large one to two digits: "740,000". */
struct words number_times(double ratio);

/* A whole number. */
struct words number_count(double count);

#endif
