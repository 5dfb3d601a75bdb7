/* `hchanlab cell NAME`: measures one cell in this process and prints its records, one JSON object
 * to a line. A sweep runs each cell through this command. A peer's cell is measured by the peer's
 * program, which this process becomes. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/record.h"
#include "harness/base/say.h"
#include "harness/cli/commands.h"
#include "harness/machine/topo.h"
#include "harness/run/calibrate.h"
#include "harness/run/measure.h"
#include "harness/scenarios/scenarios.h"
#include "harness/sweep/peer_program.h"
#include "harness/sweep/peers.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *name;
static uint64_t process, samples = 5, window_ns = 10000000, limit_ns = 100000000;
static bool ack;

/* The PUs of the cell's place on this machine; false with the reason. */
static bool peer_pus(const struct cell *cell, unsigned pu[2], char *reason, size_t size)
{
    struct topo *topo = topo_load(NULL);
    if (!topo) {
        snprintf(reason, size, "the topology can't be read: %s", strerror(errno));
        return false;
    }
    bool found = topo_place_pus(topo, cell->params.place, pu, reason, size);
    topo_free(topo);
    return found;
}

/* Becomes the peer's program; if it can't, writes a record that says why. */
static int become_peer(const struct peer *peer, const struct cell *cell)
{
    struct record end = {.kind = RECORD_END, .end = {.status = TRIAL_SKIPPED}};
    char number[5][24];
    unsigned pu[2];
    uint64_t work = cell->params.work == PARAM_ABSENT ? 0 : cell->params.work;
    const uint64_t values[] = {process, samples, window_ns, limit_ns, calibrate_turns(work)};
    for (size_t i = 0; i < 5; i++)
        snprintf(number[i], sizeof(number[i]), "%llu", (unsigned long long)values[i]);
    char *arguments[12] = {"--process",   number[0], "--samples",  number[1],
                           "--window-ns", number[2], "--limit-ns", number[3]};
    size_t count = 8;
    if (work) {
        arguments[count++] = "--turns";
        arguments[count++] = number[4];
    }
    if (ack)
        arguments[count++] = "--ack";
    if (peer_pus(cell, pu, end.end.message, sizeof(end.end.message))) {
        int error = peer_program_become(peer->program, cell->name, pu, arguments);
        snprintf(end.end.message, sizeof(end.end.message), "%s could not be started: %s",
                 peer->program, strerror(-error));
    }
    record_write(stdout, &end);
    return EXIT_ENVIRONMENT;
}

/* Loads the cell's peer, if it names no variant of ours; no other peer is run. */
static int load_peer(void)
{
    char variant[LABEL_MAX];
    cell_variant(name, variant);
    if (scenario_all(variant))
        return EXIT_OK;
    return peers_load(&(struct word_list){{variant}, 1});
}

static int cmd_cell_run(void)
{
    struct cell cell;
    char reason[CELL_NAME_MAX + 64];
    if (!name)
        return complain(EXIT_USAGE, "cell: name the cell, as `hchanlab sweep --dry-run` prints it");
    int loaded = load_peer();
    if (loaded != EXIT_OK)
        return loaded;
    if (!cell_parse_why(&cell, name, reason, sizeof(reason)))
        return complain(EXIT_USAGE, "no cell '%s': %s: `hchanlab sweep --dry-run` prints names",
                        name, reason);
    const struct measure_options options = {(uint32_t)process, (uint32_t)samples, window_ns,
                                            limit_ns};
    if (ack) {
        signal(SIGPIPE, SIG_IGN); /* record_write() returns the error */
        record_await_acks(STDIN_FILENO);
    }
    const struct peer *peer = peer_find(cell.variant);
    if (peer)
        return become_peer(peer, &cell);
    int status = measure_cell(&cell, &options, stdout);
    if (ack && status == -EPIPE)
        _exit(EXIT_IO); /* there is no reader, so nothing is left to write or to report */
    if (ferror(stdout))
        return EXIT_IO; /* main() reports it */
    return status == 0          ? EXIT_OK
           : status == -EBADMSG ? EXIT_WRONG
           : status == -ETIME   ? EXIT_TIMEOUT
                                : EXIT_ENVIRONMENT;
}

static const struct option_spec options[] = {
    {.name = "process",
     .kind = OPTION_UINT,
     .value = &process,
     .max = 1000000,
     .argument = "N",
     .help = "the process's number, written into the samples"},
    {.name = "samples",
     .kind = OPTION_UINT,
     .value = &samples,
     .min = 1,
     .max = 1000000,
     .argument = "N",
     .help = "how many windows to time (default 5)"},
    {.name = "window-ns",
     .kind = OPTION_UINT,
     .value = &window_ns,
     .min = 1000,
     .max = 600000000000,
     .argument = "NS",
     .help = "the length of a window to aim at (default 10000000)"},
    {.name = "limit-ns",
     .kind = OPTION_UINT,
     .value = &limit_ns,
     .min = 1000,
     .max = 600000000000,
     .argument = "NS",
     .help = "the longest window of a scenario with its own number of operations"},
    {.name = "ack",
     .kind = OPTION_FLAG,
     .value = &ack,
     .help = "after each record, wait for one byte from standard input"},
    {0},
};

const struct command cmd_cell = {
    .name = "cell",
    .summary = "measure one cell in this process and print its records",
    .usage = "NAME",
    .about = "Measures one cell in this process, without the store: what a sweep starts for each "
             "process of each cell, and what to run under perf or a debugger. It prints records, "
             "JSON objects of a line each: a sample for each timed window, then outcomes, counters "
             "and latencies, and an end that says how it went.\n\n"
             "The cell of a peer is measured by the peer's program, which this process becomes.",
    .examples =
        "hchanlab cell handoff/variant=ticket/elem=8/place=same-pu\n"
        "perf record hchanlab cell mutex/variant=futex-park/threads=2/place=l3 --samples 50",
    .options = options,
    .positional = &name,
    .positional_max = 1,
    .run = cmd_cell_run,
};
