/* Histories of every variant, recorded on two CPUs and judged: each must have an order of
 * operations that a channel could have had. Millions of short programs, drawn at random; most of
 * them do not block, since a park costs as much as a hundred operations.
 *
 *     HCHANLAB_HISTORIES=100000000    the total, spread over the variants; at least 1000 for
 *                                     each
 *     HCHANLAB_SEED=7                 other programs
 *     HCHANLAB_PROGRAM='1 | ...'      only this program, of two parties that cannot hang
 *     HCHANLAB_VARIANT=ticket         only this variant
 *
 * Sanitizers look for races and stale memory. They make operations so slow, each in its own way,
 * that the histories overlap differently; so with them the histories are few and need not
 * overlap. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/check/record.h"
#include "core/tests/support.h"
#include "variants/tests/programs.h"
#include <stdio.h>

enum {
    HISTORIES = SANITIZED ? 40000 : 5000000,
    SEED_SHIFT = 40, /* the programs of one seed end before those of the next begin */
    OVERLAP_PERCENT = SANITIZED ? 0 : 90,
    LEAST = 1000, /* for one variant: each kind, by the thousandth */
};

/* What the environment asks for. */
static uint64_t histories, seed;
static struct program only;
static bool is_only;
static bool busy; /* too few histories overlapped: the machine was busy */

static void draw_only(struct program *p, uint64_t *random)
{
    (void)random;
    *p = only;
}

/* Records one kind of program on one instance. */
static void record_kind(const struct hchan_variant *v, const struct program_kind *kind,
                        uint64_t some, struct record_tally *tally)
{
    struct record_plan plan = {.variant = v,
                               .draw = is_only ? draw_only : kind->draw,
                               .deadline = kind->deadline,
                               .seed = seed << SEED_SHIFT,
                               .histories = some,
                               .overlap_percent = OVERLAP_PERCENT};
    if (!record(&plan, tally))
        busy = true;
}

/* Records all kinds on one instance and reports the result. */
static void record_instance(const struct hchan_variant *v, uint64_t share)
{
    struct record_tally tally = {0};
    for (unsigned i = 0; i < PROGRAM_KINDS && !busy; i++) {
        uint64_t some = share * program_kinds[i].per_mille / 1000;
        record_kind(v, &program_kinds[i], some ? some : 1, &tally);
    }
    print_message(
        "%-18s %-8s %9llu histories, %5.1f%% overlap, %.2f million in a second, %llu wrong"
        ", %llu more repeated\n",
        hchan_variant_name(v), v == hchan_traced(v) ? "traced" : "measured",
        (unsigned long long)tally.histories,
        tally.histories ? 100.0 * (double)tally.overlapping / (double)tally.histories : 0,
        (double)(tally.histories + tally.repeated) / tally.elapsed_s / 1e6,
        (unsigned long long)tally.wrong, (unsigned long long)tally.repeated);
    if (tally.wrong)
        fail_msg("%s %s: %llu wrong histories; the first: %s", hchan_variant_name(v),
                 v == hchan_traced(v) ? "traced" : "measured", (unsigned long long)tally.wrong,
                 tally.report);
}

static unsigned variants(void)
{
    unsigned n = 0;
    FOR_EACH_VARIANT(v)
    n += v != hchan_traced(v);
    return n;
}

/* Reads the environment, and ends the process if a value is invalid. */
static void read_environment(void)
{
    const char *text = getenv("HCHANLAB_PROGRAM"), *why = text ? program_parse(&only, text) : NULL;
    is_only = text;
    if (is_only && !why && (only.nparties != 2 || !only.parties[0].nops || !only.parties[1].nops))
        why = "give two parties: CHANNELS | OPERATIONS | OPERATIONS";
    if (why)
        exit(given_wrong("HCHANLAB_PROGRAM", text, why));
    histories = environment_number("HCHANLAB_HISTORIES", HISTORIES, (uint64_t)LEAST * variants(),
                                   UINT64_MAX / 1000);
    seed = environment_number("HCHANLAB_SEED", 1, 0, UINT64_MAX >> SEED_SHIFT);
}

/* Given drawn programs on two CPUs, then the histories of every variant have an explanation. Traced
 * instances get a twentieth: they have the same algorithm, with other timing. On a busy machine few
 * histories overlap and each takes long, so what comes after is left out. */
static void test_every_history_has_an_explanation(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        uint64_t share = histories / variants();
        if (!busy)
            record_instance(v, v == hchan_traced(v) ? share / 20 : share - share / 20);
    }
    print_message("the clock is %s\n", record_clock());
}

/* Whatever was recorded was judged. But on a busy machine it may be too little to mean anything. */
static int skipped(void)
{
    printf(
        "history_test: skipped: fewer than %d%% of the histories overlap, so they say nothing of "
        "concurrency: run it while nothing else uses two of the CPUs\n",
        OVERLAP_PERCENT);
    return 77;
}

int main(int argc, char **argv)
{
    given_nothing(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_history_has_an_explanation),
    };
    if (!record_possible()) {
        printf("history_test: skipped: it needs two CPUs to bind threads to\n");
        return 77;
    }
    read_environment();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return failed || !busy ? failed : skipped();
}
