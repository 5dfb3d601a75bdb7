/* Runs two programs side by side and compares them (compare_programs.h). No state. */
/* SPDX-License-Identifier: MIT */
#include "harness/cli/compare_programs.h"
#include "harness/base/progress.h"
#include "harness/base/say.h"
#include <errno.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/* What both programs have, and the rounds. */
struct match {
    struct contender sides[2];
    char *lists[2];
    const char **names; /* of benchmarks; they point into the first list */
    size_t *order;      /* of the names, shuffled in each round */
    size_t count;
    struct arms arms; /* of name i: items[2 i] and items[2 i + 1] */
    size_t rounds;
};

bool compare_is_program(const char *word)
{
    struct stat about;
    return strchr(word, '/') && stat(word, &about) == 0 && S_ISREG(about.st_mode) &&
           access(word, X_OK) == 0;
}

static bool has_line(const char *list, const char *line)
{
    size_t length = strlen(line);
    for (const char *at = list; (at = strstr(at, line)); at += length)
        if ((at == list || at[-1] == '\n') && (at[length] == '\n' || at[length] == '\0'))
            return true;
    return false;
}

static int find_common(struct match *m)
{
    size_t lines = 1;
    for (const char *at = m->lists[0]; *at; at++)
        lines += *at == '\n';
    m->names = malloc(lines * sizeof(*m->names));
    m->order = malloc(lines * sizeof(*m->order));
    if (!m->names || !m->order)
        return complain(EXIT_ENVIRONMENT, "out of memory: free some");
    for (char *rest = m->lists[0], *line; (line = strtok_r(rest, "\n", &rest));)
        if (has_line(m->lists[1], line)) {
            m->order[m->count] = m->count;
            m->names[m->count++] = line;
        }
    if (m->count == 0)
        return complain(EXIT_USAGE,
                        "%s and %s have no benchmark in common: give two builds of one program",
                        m->sides[0].program, m->sides[1].program);
    return EXIT_OK;
}

static int make_arms(struct match *m)
{
    for (size_t i = 0; i < m->count; i++)
        for (int side = 0; side < 2; side++)
            if (arms_add(&m->arms, m->names[i], side ? "B" : "A", m->rounds) < 0)
                return complain(EXIT_ENVIRONMENT, "out of memory: free some");
    return EXIT_OK;
}

/* One benchmark of a round: both programs, which goes first being drawn. */
static int run_pair(struct match *m, size_t name, size_t round, bool swapped)
{
    int status = EXIT_OK;
    for (int k = 0; k < 2 && status == EXIT_OK; k++) {
        int side = swapped ? 1 - k : k;
        double ns;
        status = contender_measure(&m->sides[side], m->names[name], (uint32_t)round, &ns);
        m->arms.items[2 * name + (size_t)side].costs[round] = log(ns);
    }
    return status;
}

static int run_rounds(struct match *m, gsl_rng *rng)
{
    size_t all = m->rounds * m->count, done = 0;
    int status = EXIT_OK;
    for (size_t r = 0; r < m->rounds && status == EXIT_OK; r++) {
        gsl_ran_shuffle(rng, m->order, m->count, sizeof(*m->order));
        for (size_t i = 0; i < m->count && status == EXIT_OK; i++) {
            if (progress_overwrites() || i == 0)
                progress_show(false, "[%zu/%zu] round %zu of %zu  %s", done, all, r + 1, m->rounds,
                              m->names[m->order[i]]);
            status = run_pair(m, m->order[i], r, gsl_rng_uniform_int(rng, 2));
            done++;
        }
    }
    if (status == EXIT_OK)
        progress_show(true, "[%zu/%zu] done", done, all);
    return status;
}

static int run_match(struct match *m)
{
    uint32_t seed;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    if (!rng)
        return complain(EXIT_ENVIRONMENT, "out of memory: free some");
    if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed)) {
        gsl_rng_free(rng);
        return complain(EXIT_ENVIRONMENT, "no random seed: %s", strerror(errno));
    }
    gsl_rng_set(rng, seed);
    int status = run_rounds(m, rng);
    gsl_rng_free(rng);
    return status;
}

static int tell(const struct match *m, const struct compare_choice *choice,
                int (*judge)(const struct table *table))
{
    struct table table;
    int status = table_make(&table, &m->arms, "A", "B", (unsigned)choice->margin);
    if (status)
        return complain(EXIT_ENVIRONMENT, status == -E2BIG ? "too many rounds: give fewer"
                                                           : "out of memory: free some");
    compare_print_table(choice, 0, &table);
    status = judge(&table);
    table_free(&table);
    return status;
}

int compare_programs(const struct compare_choice *choice, const struct compare_programs *how,
                     int (*judge)(const struct table *table))
{
    struct match m = {.sides = {{.program = choice->a}, {.program = choice->b}},
                      .rounds = how->rounds ? how->rounds : VERDICT_ROUNDS};
    int status = EXIT_OK;
    for (int side = 0; side < 2 && status == EXIT_OK; side++)
        status = contender_list(&m.sides[side], &how->choice, &m.lists[side]);
    if (status == EXIT_OK)
        status = find_common(&m);
    if (status == EXIT_OK)
        status = make_arms(&m);
    if (status == EXIT_OK)
        status = run_match(&m);
    if (status == EXIT_OK)
        status = tell(&m, choice, judge);
    arms_free(&m.arms);
    free(m.names);
    free(m.order);
    free(m.lists[0]);
    free(m.lists[1]);
    return status;
}
