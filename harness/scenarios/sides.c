/* Producers and consumers as numbers of threads (sides.h). It owns no state. */
/* SPDX-License-Identifier: MIT */
#include "harness/scenarios/sides.h"
#include "harness/scenarios/scenarios.h"

/* Whether a side can be so many. */
static bool side_fits(unsigned side, uint64_t wanted)
{
    return wanted == 0 || side == SIDE_MANY || side == wanted;
}

uint64_t sides_threads(const struct scenario *s, uint64_t producers, uint64_t consumers)
{
    const struct sides *has = &s->sides;
    bool many_send = has->producers == SIDE_MANY, many_receive = has->consumers == SIDE_MANY;
    if (!has->producers || !side_fits(has->producers, producers) ||
        !side_fits(has->consumers, consumers) ||
        (many_send && many_receive && producers && consumers && producers != consumers))
        return 0;
    uint64_t many = many_send && producers ? producers : many_receive ? consumers : 0;
    uint64_t threads = many_send && many_receive ? 2 * many
                       : many_send               ? many + has->consumers + has->others
                       : many_receive            ? has->producers + many + has->others
                                                 : s->threads.normal;
    if (!many)
        threads = s->threads.normal;
    return scenario_takes(s, &s->threads, threads) ? threads : 0;
}

struct words sides_words(const struct scenario *s)
{
    const struct sides *has = &s->sides;
    bool many_send = has->producers == SIDE_MANY, many_receive = has->consumers == SIDE_MANY;
    return words_format("%s", !has->producers             ? "has no producers and consumers"
                              : many_send && many_receive ? "has as many producers as consumers"
                              : many_send                 ? "has one consumer"
                              : many_receive              ? "has one producer"
                                                          : "is 1 to 1");
}
