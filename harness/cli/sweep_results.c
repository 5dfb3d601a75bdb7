/* A sweep's results as a terminal shows them, and what its processes came to as an exit status. */
/* SPDX-License-Identifier: MIT */
#include "harness/cli/sweep_results.h"
#include "harness/base/numbers.h"
#include "harness/base/progress.h"
#include "harness/base/say.h"
#include "harness/cli/sweep_ranking.h"
#include "harness/tell/rows.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Whether the row's interval is over samples that are not independent. */
static bool is_doubtful(const struct row *r)
{
    return r->status == TRIAL_OK && isfinite(r->summary.ci_low_ns) && !r->summary.ci_over_processes;
}

static bool is_impure(const struct row *r)
{
    return r->status == TRIAL_OK && r->purity < PURE_SHARE;
}

static bool is_uncontended(const struct row *r)
{
    return r->status == TRIAL_OK && r->cell.params.threads > 1 &&
           (r->overlap < PURE_SHARE || r->handovers < CONTENDED_SHARE);
}

/* What a row is marked with, behind its interval, and what the mark means. */
static const struct mark {
    char sign;
    bool (*applies)(const struct row *r);
    const char *meaning;
} marks[] = {
    {'*', is_doubtful,
     "over the samples of fewer than six processes, which are not independent: it may be too "
     "narrow"},
    {'+', is_impure,
     "fewer than 99% of the operations took the path that the cell is named after: the report does "
     "not quote it"},
    {'#', is_uncontended,
     "not contended: a thread made no progress within a window, or the lock changed hands in fewer "
     "than 10% of its acquisitions: the report does not quote it"},
};

enum { MARKS = sizeof(marks) / sizeof(marks[0]) };

/* " *+", or "" for a row without a mark. */
static struct words marks_of(const struct row *r)
{
    struct words out = {""};
    for (size_t i = 0; i < MARKS; i++)
        if (marks[i].applies(r))
            out = words_format("%s%c", out.text[0] ? out.text : " ", marks[i].sign);
    return out;
}

/* A line for each mark that a row has. */
static void explain_marks(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < MARKS; i++) {
        size_t r = 0;
        while (r < count && !marks[i].applies(&rows[r]))
            r++;
        if (r < count)
            printf("%c %s\n", marks[i].sign, marks[i].meaning);
    }
}

/* Whether any of the cells has a lock that changes hands. */
static bool any_handovers(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (isfinite(rows[i].handovers))
            return true;
    return false;
}

static void print_row(const struct row *r, int width, bool handovers)
{
    double low = r->summary.ci_low_ns, high = r->summary.ci_high_ns;
    if (r->status != TRIAL_OK) {
        printf("%-*s %s\n", width, r->cell.name, r->reason);
        return;
    }
    struct words range = words_format("%s%s", number_range(low, high).text, marks_of(r).text);
    printf("%-*s %10s  %-20s %7s %9s", width, r->cell.name,
           number_median(r->summary.median_ns, low, high).text, range.text,
           number_share(r->purity).text, number_times(r->floor_ratio).text);
    if (handovers)
        printf(" %9s", number_share(r->handovers).text);
    putchar('\n');
}

void sweep_results_print(struct store *store, int64_t run)
{
    struct run found;
    struct row *rows;
    size_t count;
    int width = (int)strlen("cell");
    if (store_find_run(store, run, &found) || rows_read(store, &found, &rows, &count))
        return;
    for (size_t i = 0; i < count; i++) {
        int length = (int)strlen(rows[i].cell.name);
        width = length > width ? length : width;
    }
    bool handovers = any_handovers(rows, count);
    printf("%-*s %10s  %-20s %7s %9s%s\n", width, "cell", "median ns", "interval", "purity",
           "x floor", handovers ? " handovers" : "");
    for (size_t i = 0; i < count; i++)
        print_row(&rows[i], width, handovers);
    explain_marks(rows, count);
    if (sweep_ranking_print(store, &found, rows, count, progress_columns(STDOUT_FILENO), stdout))
        fprintf(stderr, "the variants could not be ranked: %s\n", store_error(store));
    free(rows);
}

/* One line if the machine was not the sweep's alone; the doctor's load was of the time before it.
 */
static void tell_of_others(const struct others_shares *others)
{
    static const double programs_share = 0.05, host_share = 0.005;
    if (others->programs >= programs_share)
        fprintf(stderr,
                "other programs used %s of the PUs' time meanwhile: stop what runs (top shows it), "
                "and sweep again\n",
                number_share(others->programs).text);
    if (others->host >= host_share)
        fprintf(stderr,
                "the host took %s of the PUs' time meanwhile: sweep again when it is quiet\n",
                number_share(others->host).text);
}

int sweep_results_judge(const struct sweep_result *result)
{
    const uint64_t *count = result->count;
    tell_of_others(&result->others);
    if (count[TRIAL_LACKING])
        fprintf(stderr, "%llu processes of peers had nothing to measure, first %s\n",
                (unsigned long long)count[TRIAL_LACKING], result->first[TRIAL_LACKING]);
    if (count[TRIAL_FAILED])
        return complain(EXIT_WRONG,
                        "%llu processes failed, first %s: results of those cells "
                        "are marked",
                        (unsigned long long)count[TRIAL_FAILED], result->first[TRIAL_FAILED]);
    bool none_in_time =
        count[TRIAL_OK] == 0 || (result->variants_timeout && result->variants_ok == 0);
    if (count[TRIAL_TIMEOUT] && none_in_time && count[TRIAL_SKIPPED] == 0)
        return complain(EXIT_TIMEOUT,
                        "no process of a variant ended in time, first %s: free the "
                        "machine, or choose fewer threads",
                        result->first[TRIAL_TIMEOUT]);
    if (count[TRIAL_SKIPPED])
        return complain(EXIT_ENVIRONMENT,
                        "%llu processes could not measure here, first %s: results of those cells "
                        "are marked",
                        (unsigned long long)count[TRIAL_SKIPPED], result->first[TRIAL_SKIPPED]);
    if (count[TRIAL_TIMEOUT])
        fprintf(stderr,
                "%llu processes ran out of time, first %s: results of those cells are marked\n",
                (unsigned long long)count[TRIAL_TIMEOUT], result->first[TRIAL_TIMEOUT]);
    return EXIT_OK;
}
