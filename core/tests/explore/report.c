/* Schedules as text, and the report of a failing one, even if the process dies of it. The state is
 * whether a death is to be reported. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/explore/engine.h"
#include "core/tests/explore/sanitizer.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t explore_print(const struct explore_schedule *s, char *text, size_t size)
{
    size_t length = 0;
    if (s->count == 0)
        length = (size_t)snprintf(text, size, "default");
    for (unsigned i = 0; i < s->count; i++) {
        if (size - length < sizeof(" 4294967295:255 ...")) {
            length += (size_t)snprintf(text + length, size - length, " ...");
            break;
        }
        length += (size_t)snprintf(text + length, size - length, "%s%u:%u", i ? " " : "",
                                   s->at[i].step, s->at[i].choice);
    }
    return length;
}

/* Reads a number in digits, from min to max; moves *text past it. */
static bool parse_digits(const char **text, unsigned long min, unsigned long max, uint32_t *number)
{
    char *end;
    if (**text < '0' || **text > '9')
        return false;
    unsigned long value = strtoul(*text, &end, 10);
    *text = end;
    *number = (uint32_t)value;
    return value >= min && value <= max;
}

bool explore_parse(struct explore_schedule *s, const char *text)
{
    s->count = 0;
    if (strcmp(text, "default") == 0)
        return true;
    for (uint32_t step, choice; *text; text += strspn(text, " \n")) {
        if (!parse_digits(&text, 0, EXPLORE_STEPS_MAX, &step) || *text++ != ':' ||
            !parse_digits(&text, 1, UINT8_MAX, &choice) ||
            s->count == sizeof(s->at) / sizeof(s->at[0]) ||
            (s->count > 0 && step <= s->at[s->count - 1].step))
            return false;
        s->at[s->count++] = (struct explore_deviation){step, (uint8_t)choice};
    }
    return s->count > 0;
}

void report_failure(const char *failure, uint64_t seed, const struct explore_schedule *s)
{
    static char text[64 << 10];
    if (engine.what->quiet)
        return;
    explore_print(s, text, sizeof(text));
    fflush(stdout);
    fprintf(stderr, "explore: %s\n", failure);
    if (failure == explore_misfit)
        return; /* what ran instead repeats nothing */
    if (seed)
        fprintf(stderr, "  seed: %llu\n", (unsigned long long)seed);
    fprintf(stderr, "  repeat: explore %s --replay '%s'\n", engine.what->name, text);
}

static bool reporting;

static void at_death(void)
{
    if (!reporting)
        return;
    reporting = false;
    report_failure("the process dies in a schedule", 0, &engine.taken);
}

static void on_signal(int number)
{
    at_death();
    signal(number, SIG_DFL);
    raise(number);
}

static const int deadly[] = {SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGFPE};
enum { DEADLY = sizeof(deadly) / sizeof(deadly[0]) };
static struct sigaction before[DEADLY];

void report_deaths(void)
{
    static bool registered;
    static unsigned char stack[64 << 10];
    if (!registered) {
        atexit(at_death); /* a panic that is not recovered ends in exit() */
        sanitizer_at_death(at_death);
        registered = true;
    }
    if (reporting)
        return;
    reporting = true;
    stack_t alternative = {.ss_sp = stack, .ss_size = sizeof(stack)};
    sigaltstack(&alternative, NULL);
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    for (unsigned i = 0; i < DEADLY; i++)
        if (!EXPLORE_ASAN || deadly[i] == SIGABRT) /* it reports the others better itself */
            sigaction(deadly[i], &action, &before[i]);
}

void report_no_deaths(void)
{
    if (!reporting)
        return;
    reporting = false;
    for (unsigned i = 0; i < DEADLY; i++)
        if (!EXPLORE_ASAN || deadly[i] == SIGABRT)
            sigaction(deadly[i], &before[i], NULL);
}
