/* The options of `sweep` that choose what is measured, and how. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_CLI_CHOICE_OPTIONS_H
#define HARNESS_CLI_CHOICE_OPTIONS_H

#include "harness/cli/options.h"
#include "harness/scenarios/scenario.h"
#include "harness/sweep/choices.h"
#include "harness/sweep/names.h"
#include "harness/sweep/plan_file.h"

/* The rows of the options, which fill a struct choices. */
#define CHOICE_OPTIONS(c)                                                                          \
    {.name = "quick",                                                                              \
     .kind = OPTION_FLAG,                                                                          \
     .value = &(c)->quick,                                                                         \
     .help = "--plan quick: five variants on every scenario, all of them on those that park; "     \
             "some six minutes on two PUs (the default)"},                                         \
        {.name = "full",                                                                           \
         .kind = OPTION_FLAG,                                                                      \
         .value = &(c)->full,                                                                      \
         .help = "--plan full: every variant, more values, longer windows; under two hours"},      \
        {.name = "plan",                                                                           \
         .kind = OPTION_WORD,                                                                      \
         .value = &(c)->plan,                                                                      \
         .argument = "PLAN",                                                                       \
         .help = "the plan of this name, as `hchanlab list` has them, or in this file, such as "   \
                 "./mine.yaml; the other options override it",                                     \
         .offer = {.ask = "list --names plans", .path = FILE_PATH}},                               \
        {.name = "scenario",                                                                       \
         .kind = OPTION_WORDS,                                                                     \
         .value = &(c)->scenarios,                                                                 \
         .argument = "S,..",                                                                       \
         .help = "only these scenarios, separated by commas; may be repeated",                     \
         .offer = {.ask = "list --names scenarios"}},                                              \
        {.name = "group",                                                                          \
         .kind = OPTION_WORDS,                                                                     \
         .value = &(c)->groups,                                                                    \
         .argument = "G,..",                                                                       \
         .help = "the scenarios of these groups, as `hchanlab list` has them; may be repeated",    \
         .offer = {.ask = "list --names groups"}},                                                 \
        {.name = "variant",                                                                        \
         .kind = OPTION_WORDS,                                                                     \
         .value = &(c)->variants,                                                                  \
         .argument = "V,..",                                                                       \
         .help = "only these variants, or those that match: 'futex*', `all`; may be repeated",     \
         .offer = {.words = ALL_VARIANTS, .ask = "list --names variants,peers"}},                  \
        {.name = "lock",                                                                           \
         .kind = OPTION_WORDS,                                                                     \
         .value = &(c)->locks,                                                                     \
         .argument = "LOCK,..",                                                                    \
         .help = "only variants with these locks; may be repeated",                                \
         .offer = {.ask = "list --names locks"}},                                                  \
        {.name = "cell",                                                                           \
         .kind = OPTION_WORD,                                                                      \
         .value = &(c)->cell,                                                                      \
         .argument = "REGEX",                                                                      \
         .help =                                                                                   \
             "only cells whose name matches this extended regular expression, and the floors"},    \
        {.name = "producers",                                                                      \
         .kind = OPTION_UINT,                                                                      \
         .value = &(c)->producers,                                                                 \
         .min = 1,                                                                                 \
         .max = THREADS_MAX,                                                                       \
         .argument = "N",                                                                          \
         .help = "so many workers send, in the scenarios that can have that"},                     \
        {.name = "consumers",                                                                      \
         .kind = OPTION_UINT,                                                                      \
         .value = &(c)->consumers,                                                                 \
         .min = 1,                                                                                 \
         .max = THREADS_MAX,                                                                       \
         .argument = "N",                                                                          \
         .help = "so many workers receive what the others send"},                                  \
        {.name = "peers",                                                                          \
         .kind = OPTION_FLAG,                                                                      \
         .value = &(c)->peers,                                                                     \
         .help =                                                                                   \
             "every peer that is here, too, in the scenarios that it has; --variant names one"},   \
        {.name = "capacity",                                                                       \
         .kind = OPTION_UINT_LIST,                                                                 \
         .value = &(c)->capacity,                                                                  \
         .min = 0,                                                                                 \
         .max = 1000000,                                                                           \
         .argument = "N,..",                                                                       \
         .help = "the buffer's size, in elements"},                                                \
        {.name = "elem",                                                                           \
         .kind = OPTION_UINT_LIST,                                                                 \
         .value = &(c)->elem,                                                                      \
         .min = 0,                                                                                 \
         .max = 65535,                                                                             \
         .argument = "BYTES,..",                                                                   \
         .help = "the size of an element, in bytes"},                                              \
        {.name = "threads",                                                                        \
         .kind = OPTION_UINT_LIST,                                                                 \
         .value = &(c)->threads,                                                                   \
         .min = 1,                                                                                 \
         .max = 1024,                                                                              \
         .argument = "N,..",                                                                       \
         .help = "how many workers, threads or goroutines"},                                       \
        {.name = "work",                                                                           \
         .kind = OPTION_TIME_LIST,                                                                 \
         .value = &(c)->work,                                                                      \
         .min = 0,                                                                                 \
         .max = 1000000,                                                                           \
         .unit_ns = 1,                                                                             \
         .argument = "TIME,..",                                                                    \
         .help = "think time around each operation: 500ns, 2us, 1ms, or in nanoseconds"},          \
        {.name = "held",                                                                           \
         .kind = OPTION_TIME_LIST,                                                                 \
         .value = &(c)->held,                                                                      \
         .min = 0,                                                                                 \
         .max = 1000000,                                                                           \
         .unit_ns = 1,                                                                             \
         .argument = "TIME,..",                                                                    \
         .help = "how long a lock is held, working: 200ns, 2us, or in nanoseconds"},               \
        {.name = "lines",                                                                          \
         .kind = OPTION_UINT_LIST,                                                                 \
         .value = &(c)->lines,                                                                     \
         .min = 1,                                                                                 \
         .max = 64,                                                                                \
         .argument = "N,..",                                                                       \
         .help = "how many cache lines are written while a lock is held"},                         \
        {.name = "away",                                                                           \
         .kind = OPTION_TIME_LIST,                                                                 \
         .value = &(c)->away,                                                                      \
         .min = 0,                                                                                 \
         .max = 1000000,                                                                           \
         .unit_ns = 1,                                                                             \
         .argument = "TIME,..",                                                                    \
         .help = "how long a worker does something else between two acquisitions of a lock"},      \
        {.name = "geometric",                                                                      \
         .kind = OPTION_UINT_LIST,                                                                 \
         .value = &(c)->geometric,                                                                 \
         .min = 0,                                                                                 \
         .max = 1,                                                                                 \
         .argument = "0,1",                                                                        \
         .help = "1: the times away vary, and --away is their mean; 0: all are the same"},         \
        {.name = "reps",                                                                           \
         .kind = OPTION_UINT,                                                                      \
         .value = &(c)->processes,                                                                 \
         .min = 1,                                                                                 \
         .max = PLAN_ROUNDS_MAX,                                                                   \
         .argument = "N",                                                                          \
         .help = "how many processes measure each cell"},                                          \
        {.name = "adaptive",                                                                       \
         .kind = OPTION_FLAG,                                                                      \
         .value = &(c)->adaptive,                                                                  \
         .help =                                                                                   \
             "look after 10 and 20 rounds, and measure only that on which cannot be decided yet, " \
             "for 40 at most"},                                                                    \
        {.name = "samples",                                                                        \
         .kind = OPTION_UINT,                                                                      \
         .value = &(c)->samples,                                                                   \
         .min = 1,                                                                                 \
         .max = PLAN_SAMPLES_MAX,                                                                  \
         .argument = "N",                                                                          \
         .help = "how many windows each process times"},                                           \
        {.name = "window",                                                                         \
         .kind = OPTION_TIME,                                                                      \
         .value = &(c)->window_ns,                                                                 \
         .min = PLAN_WINDOW_MIN,                                                                   \
         .max = PLAN_WINDOW_MAX,                                                                   \
         .unit_ns = 1000000,                                                                       \
         .argument = "TIME",                                                                       \
         .help = "how long a window is: 500us, 8ms, or in milliseconds"},                          \
        {.name = "place",                                                                          \
         .kind = OPTION_WORD,                                                                      \
         .value = &(c)->place,                                                                     \
         .argument = "RELATION",                                                                   \
         .help = "how the PUs are related: same-pu, smt, l2, l3, package or machine",              \
         .offer = {.ask = "list --names places"}},                                                 \
    {                                                                                              \
        .name = "cells-max", .kind = OPTION_UINT, .value = &(c)->cells_max, .min = 1,              \
        .max = 100000, .argument = "N", .help = "allow a plan of so many cells (default 10000)"    \
    }

#endif
