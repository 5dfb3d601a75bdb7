/* Refuses producers and consumers that no scenario has (sides_check.h). No state. */
/* SPDX-License-Identifier: MIT */
#include "harness/sweep/sides_check.h"
#include "harness/base/say.h"
#include "harness/scenarios/scenarios.h"
#include "harness/scenarios/sides.h"

/* The sides that were asked for: "4 to 1", or of one only "4 producers". */
static struct words wanted_sides(uint64_t producers, uint64_t consumers)
{
    uint64_t one = producers ? producers : consumers;
    if (producers && consumers)
        return words_format("%llu to %llu", (unsigned long long)producers,
                            (unsigned long long)consumers);
    return words_format("%llu %s%s", (unsigned long long)one, producers ? "producer" : "consumer",
                        one == 1 ? "" : "s");
}

/* What would do: "fan-in is 4 to 1". The last in the alphabet is the plainest, and has no others.
 */
static struct words remedy(uint64_t producers, uint64_t consumers)
{
    struct words wanted = wanted_sides(producers, consumers);
    const char *is = producers && consumers ? "is" : "has";
    const struct scenario *found = NULL;
    for (const struct scenario *const *s = scenarios_any(); *s; s++)
        if (sides_threads(*s, producers, consumers) && (*s)->sides.others == 0)
            found = *s;
    if (found)
        return words_format("%s %s %s", found->name, is, wanted.text);
    return words_format(
        "no scenario %s %s: choose as many of both, or one of one, up to %d threads", is,
        wanted.text, THREADS_MAX);
}

int sides_refuse(const char *where, const struct scenario *s, uint64_t producers,
                 uint64_t consumers)
{
    if (sides_threads(s, producers, consumers))
        return EXIT_OK;
    return complain(EXIT_USAGE, "%s%s %s: %s", where, s->name, sides_words(s).text,
                    remedy(producers, consumers).text);
}

int sides_check(const struct choices *c)
{
    uint64_t producers = c->producers, consumers = c->consumers;
    bool any = false;
    int status = EXIT_OK;
    if (!producers && !consumers)
        return EXIT_OK;
    if (c->threads.count)
        return complain(EXIT_USAGE, "--threads is how many there are of both: leave it out, or "
                                    "leave --producers and --consumers out");
    for (const struct scenario *const *s = scenarios_any(); *s && status == EXIT_OK; s++) {
        if (word_list_has(&c->scenarios, (*s)->name))
            status = sides_refuse("", *s, producers, consumers);
        any =
            any || (choices_have_scenario(c, *s, false) && sides_threads(*s, producers, consumers));
    }
    if (status == EXIT_OK && !any)
        return complain(EXIT_USAGE, "no chosen scenario %s %s: %s",
                        producers && consumers ? "is" : "has",
                        wanted_sides(producers, consumers).text, remedy(producers, consumers).text);
    return status;
}
