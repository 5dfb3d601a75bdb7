/* Peers: what each that is here tells of itself, that its channel loses nothing, brings nothing
 * twice and keeps the order, that the check would see it; and a sweep over peers that misbehave.
 * sweep_run() starts /proc/self/exe with the arguments `cell NAME ...`, so this program is the
 * command `cell`, too. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/say.h"
#include "harness/cli/commands.h"
#include "harness/machine/topo.h"
#include "harness/scenarios/scenarios.h"
#include "harness/store/store.h"
#include "harness/sweep/peers.h"
#include "harness/sweep/plan.h"
#include "harness/sweep/sweep.h"
#include "harness/tests/program.h"
#include <sys/stat.h>

static unsigned pus[2];

/* Runs a peer over one cell, every value looked at; its exit status, its records in `said`. */
static int check_cell(const char *program, const char *environment, const char *cell,
                      const unsigned pu[2], struct said **said)
{
    char line[1024];
    snprintf(line, sizeof(line),
             "%s timeout 1200 \"%s\" '%s' --pus %u,%u --check --samples 1 --window-ns 2000000",
             environment, program, cell, pu[0], pu[1]);
    *said = run_program(line);
    return (*said)->status;
}

/* What the peer lacks for the cell that it was run with, or NULL. */
static char *find_lack(int status, struct said *said)
{
    char *message = strstr(said->out, "\"message\":\"lacks ");
    return status == EXIT_WRONG && strstr(said->out, "\"status\":4") && message
               ? message + strlen("\"message\":\"lacks ")
               : NULL;
}

/* A peer may lack what the cell needs, if it tells so of itself. */
static void assert_right(const struct peer *peer, const char *cell, const unsigned pu[2])
{
    struct said *said;
    int status = check_cell(peer->program, "", cell, pu, &said);
    char *lacks = find_lack(status, said);
    if (lacks) {
        lacks[strcspn(lacks, ":\"")] = '\0'; /* what follows says in which respect */
        if (!strstr(peer->lacks, lacks))
            fail_msg("%s skipped %s for want of '%s', but tells only of '%s'", peer->name, cell,
                     lacks, peer->lacks);
    } else if (status != EXIT_OK) {
        fail_msg("%s of %s on %u,%u ended with %d: %s%s", cell, peer->name, pu[0], pu[1], status,
                 said->out, said->err);
    }
}

/* A build may leave out Go's own benchmarks, which the peer go runs for these scenarios. */
static bool is_left_out(const struct peer *peer, const char *scenario)
{
    return strcmp(peer->name, "go") == 0 && strncmp(scenario, "go-", 3) == 0 &&
           access(BINARY_DIR "/libexec/hchanlab/go-runtime.test", F_OK) != 0;
}

static void test_peers_tell_what_they_are(void **state)
{
    (void)state;
    static const char *const scenarios[] = {
        "prod-cons",         "park-wake",    "buffer-hop",   "fan-in", "fan-out",
        "pipeline",          "worker-pool",  "price-quote",  "cancel", "go-chan-uncontended",
        "go-chan-contended", "go-chan-sync", "go-make-chan",
    };
    size_t here = 0;
    for (const struct peer *const *p = peers_all(); *p; p++) {
        if ((*p)->reason) {
            assert_string_equal((*p)->reason, "absent");
            assert_non_null((*p)->package);
            assert_null(peer_find((*p)->name));
            continue;
        }
        here++;
        assert_ptr_equal(peer_find((*p)->name), *p);
        for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++) {
            const struct scenario *s = scenario_find(scenarios[i], (*p)->name, INSTANCE_MEASURED);
            if (is_left_out(*p, scenarios[i])) {
                assert_null(s);
                continue;
            }
            if (!s)
                fail_msg("%s has no %s", (*p)->name, scenarios[i]);
            assert_null(s->path); /* nobody counts which one its operations take */
            assert_false(s->mix);
            assert_true(!s->setup && !s->lead && !s->serve && !s->crowd && !s->teardown);
            assert_null(scenario_find(scenarios[i], (*p)->name, INSTANCE_TRACED));
        }
    }
    assert_true(here >= 1); /* mutex-condvar needs nothing */
    assert_non_null(peer_find("mutex-condvar"));
    assert_null(peer_find(""));
    assert_null(peer_find("ticket"));
}

static void test_no_value_is_lost_or_doubled(void **state)
{
    (void)state;
    static const struct {
        const char *cell;
        bool same_too; /* on one PU, too */
    } cells[] = {
        {"prod-cons/variant=%s/capacity=128/elem=8/threads=2/work=0", true},
        {"prod-cons/variant=%s/capacity=2/elem=8/threads=4/work=10", false},
        {"prod-cons/variant=%s/capacity=0/elem=8/threads=4/work=0", false},
        {"park-wake/variant=%s/elem=8", true},
        {"buffer-hop/variant=%s/capacity=128/elem=8/threads=1", false},
        {"buffer-hop/variant=%s/capacity=2/elem=8/threads=2", true},
        {"fan-in/variant=%s/capacity=0/elem=8/threads=4/work=0", false},
        {"fan-out/variant=%s/capacity=16/elem=8/threads=4/work=10", false},
        {"pipeline/variant=%s/capacity=16/elem=8/threads=4/work=10", true},
        {"worker-pool/variant=%s/capacity=16/elem=8/threads=5/work=0", true},
        {"price-quote/variant=%s/capacity=1024/elem=8/work=100", false},
        {"cancel/variant=%s/capacity=0/elem=8/threads=4/work=0", false},
        {"go-chan-uncontended/variant=%s/elem=8/threads=2", false},
        {"go-chan-contended/variant=%s/elem=8/threads=2", false},
        {"go-chan-sync/variant=%s/elem=8/work=0", false},
        {"go-make-chan/variant=%s/capacity=8/elem=8", false},
    };
    const unsigned same[2] = {pus[0], pus[0]};
    for (const struct peer *const *p = peers_all(); *p; p++)
        for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]) && !(*p)->reason; i++) {
            char cell[CELL_NAME_MAX];
            if (is_left_out(*p, cells[i].cell))
                continue;
            snprintf(cell, sizeof(cell), cells[i].cell, (*p)->name);
            assert_right(*p, cell, pus);
            if (cells[i].same_too)
                assert_right(*p, cell, same);
        }
}

/* What the others do for an operation is part of its time, however much room there is: with a value
 * that they receive from the lead, and for one that it receives. A turn of thinking takes more than
 * a quarter of a nanosecond on any machine, and all are on one PU. */
static void test_what_the_others_do_is_timed(void **state)
{
    (void)state;
    static const char *const names[] = {"fan-in", "fan-out", "pipeline", "worker-pool", "cancel"};
    const unsigned same[2] = {pus[0], pus[0]};
    for (const struct peer *const *p = peers_all(); *p; p++)
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !(*p)->reason; i++) {
            char cell[CELL_NAME_MAX];
            struct said *said;
            snprintf(cell, sizeof(cell), "%s/variant=%s/capacity=16384/threads=4/work=1000",
                     names[i], (*p)->name);
            int status = check_cell((*p)->program, "", cell, same, &said);
            const char *found = strstr(said->out, "\"ns_per_op\":");
            if (find_lack(status, said))
                continue;
            assert_int_equal(status, EXIT_OK);
            assert_non_null(found);
            if (strtod(found + strlen("\"ns_per_op\":"), NULL) < 1000 / 4)
                fail_msg("%s: %s", cell, said->out);
        }
}

/* The plan where there are two PUs, or why there is none. */
static int make_plan(struct plan *plan, const struct choices *choices)
{
    struct topo *topo = topo_load("pack:1 l3:1 l2:2 core:1 pu:1");
    assert_non_null(topo);
    int status = plan_make(plan, choices, topo);
    topo_free(topo);
    return status;
}

/* How many cells of the plan are the peer's. */
static size_t count_cells(const char *peer, const struct choices *choices)
{
    struct plan plan;
    struct cell back;
    size_t count = 0;
    assert_int_equal(make_plan(&plan, choices), EXIT_OK);
    for (size_t i = 0; i < plan.count; i++) {
        assert_true(cell_parse(&back, plan.cells[i].name));
        assert_memory_equal(&back, &plan.cells[i], sizeof(back));
        count += strcmp(back.variant, peer) == 0;
    }
    plan_free(&plan);
    return count;
}

static void test_plans_have_peers_where_they_were_asked_for(void **state)
{
    (void)state;
    static const char peer[] = "mutex-condvar";
    const struct choices plain = {.quick = true};
    const struct choices peers = {.peers = true};
    const struct choices named = {.variants = {{peer}, 1}};
    const struct choices full = {.full = true, .peers = true};
    const struct choices workloads = {.peers = true, .groups = {{"workloads"}, 1}};
    const struct choices others = {.peers = true, .scenarios = {{"handoff"}, 1}};
    const struct choices wide = {.peers = true, .elem = {{16}, 1}};
    struct plan none;
    /* In no group: park-wake at two places, buffer-hop in one thread, and in two at two places. */
    assert_int_equal(count_cells(peer, &plain), 0);
    assert_int_equal(count_cells(peer, &peers), 5);
    assert_int_equal(count_cells(peer, &named), 5);
    assert_int_equal(count_cells(peer, &full), 5);
    assert_int_equal(count_cells(peer, &workloads), 6 * 2);
    assert_int_equal(make_plan(&none, &others), EXIT_USAGE);
    assert_int_equal(make_plan(&none, &wide), EXIT_USAGE);
}

static void test_a_broken_channel_is_seen(void **state)
{
    (void)state;
    static const char program[] = BINARY_DIR "/variants/peers/peer_broken";
    static const char cell[] = "prod-cons/variant=broken/capacity=8/elem=8/threads=2";
    struct said *said;
    assert_int_equal(check_cell(program, "", cell, pus, &said), EXIT_OK);
    assert_int_equal(check_cell(program, "BROKEN=lose", cell, pus, &said), EXIT_WRONG);
    assert_non_null(strstr(said->out, "values were sent, "));
    assert_int_equal(check_cell(program, "BROKEN=twice", cell, pus, &said), EXIT_WRONG);
    assert_non_null(strstr(said->out, "values were sent, "));
    assert_int_equal(check_cell(program, "BROKEN=swap", cell, pus, &said), EXIT_WRONG);
    assert_non_null(strstr(said->out, "out of order"));
}

static void test_wrong_calls_are_refused(void **state)
{
    (void)state;
    static const char *const calls[] = {
        "",
        "nonsense/variant=%s",
        "prod-cons/variant=%s/nonsense=1",
        "prod-cons/variant=other",
        "prod-cons/variant=%s --nonsense",
        "prod-cons/variant=%s --samples x",
    };
    for (const struct peer *const *p = peers_all(); *p; p++)
        for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]) && !(*p)->reason; i++) {
            char line[1024], call[256];
            snprintf(call, sizeof(call), calls[i], (*p)->name);
            snprintf(line, sizeof(line), "timeout 1200 \"%s\" %s", (*p)->program, call);
            struct said *said = run_program(line);
            if (said->status != EXIT_USAGE || count_lines(said->err) != 1 || said->out[0])
                fail_msg("%s: status %d: %s%s", line, said->status, said->out, said->err);
        }
}

/* Adds the name to the folder's list of peers. */
static void list_as_peer(const char *in, const char *name)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/" PEERS_LIST, in);
    FILE *f = fopen(path, "a");
    assert_non_null(f);
    fprintf(f, "%s\n", name);
    assert_int_equal(fclose(f), 0);
}

/* A peer in shell that does `first` whenever it is run, describes itself, and then, if it was asked
 * for more than that, does `what`. */
static void make_peer(const char *in, const char *name, const char *first, const char *what)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", in, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f,
            "#!/bin/sh\n%s\nif [ \"$1\" = --describe ]; then\n"
            "echo '{\"name\":\"%s\",\"version\":\"1\",\"language\":\"sh\",\"lacks\":[],"
            "\"scenarios\":[\"prod-cons\"]}'\n%s\nexit\nfi\n%s\n",
            first, name, strcmp(name, "stays") == 0 ? "exec >&-; exec sleep 600" : ":", what);
    fchmod(fileno(f), 0755);
    assert_int_equal(fclose(f), 0);
    list_as_peer(in, name);
}

/* Whether the program, given this, runs the peer. */
static bool runs_peer(const char *in, const char *arguments)
{
    char line[1024];
    snprintf(line, sizeof(line),
             "cd %s; rm -f ran; export HCHANLAB_PEERS=$PWD/peers; $H %s >said 2>&1; "
             "test ! -e ran || echo ran",
             in, arguments);
    return strcmp(run_program(line)->out, "ran\n") == 0;
}

static void test_a_peer_is_run_only_where_it_is_asked_for(void **state)
{
    static const char *const quiet[] = {
        "sweep --dry-run",
        "sweep --scenario floor-empty --reps 1 --db a.db",
        "sweep --scenario prod-cons --variant ticket --dry-run",
        "sweep --scenario prod-cons --variant other --dry-run",
        "cell floor-empty --samples 1 --window-ns 1000",
        "cell recv-closed/variant=ticket/elem=8 --samples 1 --window-ns 1000",
        "cell prod-cons/variant=other/capacity=8/elem=8/threads=2/work=0/place=same-pu",
        "cell prod-cons/variant=nobody/capacity=8/elem=8/threads=2/work=0/place=same-pu",
        "export --db a.db",
        "report --db a.db -o r",
        "doctor",
    };
    static const char *const asking[] = {
        "list",
        "sweep --peers --dry-run",
        "sweep --scenario prod-cons --variant marks --dry-run",
        "cell prod-cons/variant=marks/capacity=8/elem=8/threads=2/work=0/place=same-pu",
    };
    char in[64], peers[80];
    (void)state;
    make_folder(in);
    snprintf(peers, sizeof(peers), "%s/peers", in);
    assert_int_equal(mkdir(peers, 0755), 0);
    make_peer(peers, "marks", ": >\"${0%/*}/../ran\"", "exit 5");
    make_peer(peers, "other", ":", "exit 5");
    for (size_t i = 0; i < sizeof(quiet) / sizeof(quiet[0]); i++)
        if (runs_peer(in, quiet[i]))
            fail_msg("%s runs a peer", quiet[i]);
    for (size_t i = 0; i < sizeof(asking) / sizeof(asking[0]); i++)
        if (!runs_peer(in, asking[i]))
            fail_msg("%s runs no peer", asking[i]);
    remove_folder(in);
}

/* Given a folder of any programs, as /bin is, then only those are run whose names are known or in
 * the folder's list; and a list cannot name what lies elsewhere. */
static void test_a_program_that_nobody_calls_a_peer_is_not_run(void **state)
{
    char in[64], peers[80], path[160];
    (void)state;
    make_folder(in);
    snprintf(peers, sizeof(peers), "%s/peers", in);
    assert_int_equal(mkdir(peers, 0755), 0);
    make_peer(peers, "marks", ": >\"${0%/*}/../ran\"", "exit 5");
    assert_true(runs_peer(in, "list"));
    snprintf(path, sizeof(path), "%s/" PEERS_LIST, peers);
    assert_int_equal(unlink(path), 0);
    assert_false(runs_peer(in, "list"));
    assert_false(runs_peer(in, "sweep --scenario prod-cons --variant marks --dry-run"));
    list_as_peer(peers, "../peers/marks");
    list_as_peer(peers, ".");
    for (int spaces = LABEL_MAX; spaces < 2 * LABEL_MAX; spaces++) { /* the end of a long line */
        char line[2 * LABEL_MAX + 8];
        snprintf(line, sizeof(line), "%*s%s", spaces, "", "marks");
        list_as_peer(peers, line);
    }
    assert_false(runs_peer(in, "list"));
    snprintf(path, sizeof(path), "mv %s/marks %s/tbb", peers, peers); /* whose name is known */
    assert_int_equal(system(path), 0);
    assert_true(runs_peer(in, "list"));
    remove_folder(in);
}

/* Given a parent that ignores SIGCHLD, then how a peer ended is known as ever. */
static void test_how_a_peer_ends_is_known_whatever_the_parent_ignores(void **state)
{
    char in[64], line[512];
    (void)state;
    make_folder(in);
    make_peer(in, "fails", "trap 'exit 5' EXIT", ":");
    snprintf(line, sizeof(line), "HCHANLAB_PEERS=%s env --ignore-signal=CHLD $H list", in);
    const struct said *said = run_program(line);
    assert_int_equal(said->status, EXIT_OK);
    assert_non_null(strstr(said->out, "its --describe does not end well"));
    remove_folder(in);
}

/* --- peers that misbehave, in a sweep --- */

static char folder[64];

static int find_trial(void *arg, int64_t id, const struct cell *cell)
{
    int64_t *found = arg;
    (void)cell;
    *found = id;
    return 0;
}

/* Sweeps over one peer; how its process ended, and why. */
static enum trial_status sweep_peer(const char *name, char message[REASON_MAX],
                                    struct sweep_result *result)
{
    char path[128], error[512], line[CELL_NAME_MAX];
    uint32_t counts[TRIAL_STATUSES];
    int64_t run, id = 0;
    struct cell cell;
    snprintf(path, sizeof(path), "%s/.%s.db", folder, name);
    snprintf(line, sizeof(line),
             "prod-cons/variant=%s/capacity=128/elem=8/threads=2/work=0/place=same-pu", name);
    struct store *store = store_open(path, STORE_WRITE, error, sizeof(error));
    const struct run row = {
        .command = "c", .mode = "quick", .environment = "{}", .topology = "<t/>"};
    assert_non_null(store);
    assert_int_equal(store_begin_run(store, &row, &run), 0);
    size_t block = 0;
    struct plan plan = {.mode = "quick", .cells = &cell, .count = 1, .block = &block, .blocks = 1};
    plan.sampling = (struct sampling){1, 1, 1000000, 1000000, 3000000000};
    const struct scenario *s = scenario_find("prod-cons", name, INSTANCE_MEASURED);
    assert_non_null(s);
    struct cell_params params = {.capacity = 128, .elem = 8, .threads = 2, .place = "same-pu"};
    cell_make(&cell, s, name, &params);
    assert_int_equal(sweep_add_cells(&plan, store, run), 0);
    const struct sweep_job job = {.plan = &plan, .store = store, .run = run, .seed = 1};
    assert_int_equal(sweep_run(&job, result), EXIT_OK);
    assert_int_equal(store_each_cell(store, run, find_trial, &id), 0);
    assert_int_equal(store_trials(store, id, counts, message, REASON_MAX), 0);
    store_close(store);
    for (int i = 0; i < TRIAL_STATUSES; i++)
        if (counts[i] == 1)
            return (enum trial_status)i;
    fail_msg("%s: no process is in the store", name);
    return TRIAL_OK;
}

static void test_a_sweep_goes_on_whatever_a_peer_does(void **state)
{
    (void)state;
    char message[REASON_MAX];
    struct sweep_result result;
    assert_int_equal(sweep_peer("hangs", message, &result), TRIAL_TIMEOUT);
    assert_non_null(strstr(message, "killed at its time limit"));
    assert_int_equal(sweep_peer("dies", message, &result), TRIAL_FAILED);
    assert_non_null(strstr(message, "ended by signal 9"));
    assert_int_equal(sweep_peer("chats", message, &result), TRIAL_FAILED);
    assert_non_null(strstr(message, "no record"));
    assert_int_equal(sweep_peer("chats-on", message, &result), TRIAL_FAILED);
    assert_non_null(strstr(message, "no record: hello"));
    assert_int_equal(sweep_peer("lies", message, &result), TRIAL_FAILED);
    assert_non_null(strstr(message, "no record"));
    assert_int_equal(sweep_peer("idles", message, &result), TRIAL_FAILED);
    assert_non_null(strstr(message, "no sample"));
    assert_int_equal(sweep_peer("lacks", message, &result), TRIAL_LACKING);
    assert_string_equal(message, "lacks a bound");
    assert_int_equal(result.count[TRIAL_SKIPPED], 0);
    assert_int_equal(result.count[TRIAL_LACKING], 1);
    assert_int_equal(sweep_peer("skips", message, &result), TRIAL_SKIPPED);
    assert_int_equal(result.count[TRIAL_SKIPPED], 1);
    assert_int_equal(result.count[TRIAL_LACKING], 0);
}

/* Given a peer that tells what it is and does not end then, then it is ended, and not here. */
static void test_a_peer_that_stays_after_its_description_is_not_waited_for(void **state)
{
    (void)state;
    const struct peer *const *p = peers_all();
    while (*p && strcmp((*p)->name, "stays") != 0)
        p++;
    assert_non_null(*p);
    assert_non_null((*p)->reason);
}

static void make_peers(void)
{
    make_folder(folder);
    make_peer(folder, "stays", ":", "exit 5");
    make_peer(folder, "hangs", ":", "sleep 600");
    make_peer(folder, "dies", ":", "kill -9 $$");
    make_peer(folder, "chats", ":",
              "echo hello; head -c 1 >/dev/null; echo "
              "'{\"kind\":\"end\",\"status\":0,\"message\":\"\"}'");
    make_peer(folder, "chats-on", ":", "echo hello; exec sleep 600");
    make_peer(folder, "lies", ":",
              "echo '{\"kind\":\"sample\",\"process\":0,\"index\":0,\"ops\":9,"
              "\"ns_per_op\":-10.0,\"window_ns\":90}'; head -c 1 >/dev/null; echo "
              "'{\"kind\":\"end\",\"status\":0,\"message\":\"\"}'");
    make_peer(folder, "idles", ":", "echo '{\"kind\":\"end\",\"status\":0,\"message\":\"\"}'");
    make_peer(folder, "lacks", ":",
              "echo '{\"kind\":\"end\",\"status\":4,\"message\":\"lacks a bound\"}'; exit 5");
    make_peer(folder, "skips", ":",
              "echo '{\"kind\":\"end\",\"status\":3,\"message\":\"no PU\"}'; exit 5");
}

/* What the folder holds is asked for once in a process, so the sweeps have one of their own. */
static int sweep_over_own_peers(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_sweep_goes_on_whatever_a_peer_does),
        cmocka_unit_test(test_a_peer_that_stays_after_its_description_is_not_waited_for),
    };
    make_peers();
    setenv("HCHANLAB_PEERS", folder, 1);
    if (peers_load(NULL) != EXIT_OK)
        return 1;
    int failed = cmocka_run_group_tests_name("peers that misbehave", tests, NULL, NULL);
    remove_folder(folder);
    return failed;
}

static int be_cell(int argc, char **argv)
{
    bool helped;
    int status = options_parse(&cmd_cell, argc - 2, argv + 2, &helped);
    return status == EXIT_OK ? cmd_cell.run() : status;
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "cell") == 0)
        return be_cell(argc, argv);
    if (argc > 1 && strcmp(argv[1], "sweeps") == 0)
        return sweep_over_own_peers();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_peers_tell_what_they_are),
        cmocka_unit_test(test_no_value_is_lost_or_doubled),
        cmocka_unit_test(test_what_the_others_do_is_timed),
        cmocka_unit_test(test_plans_have_peers_where_they_were_asked_for),
        cmocka_unit_test(test_a_broken_channel_is_seen),
        cmocka_unit_test(test_wrong_calls_are_refused),
        cmocka_unit_test(test_a_peer_is_run_only_where_it_is_asked_for),
        cmocka_unit_test(test_a_program_that_nobody_calls_a_peer_is_not_run),
        cmocka_unit_test(test_how_a_peer_ends_is_known_whatever_the_parent_ignores),
    };
    const unsigned *allowed;
    struct topo *topo = topo_load(NULL);
    size_t count = topo ? topo_pus(topo, &allowed) : 0;
    if (count == 0)
        return 77;
    pus[0] = allowed[0];
    pus[1] = allowed[count > 1];
    topo_free(topo);
    if (peers_load(NULL) != EXIT_OK)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    char line[4096];
    snprintf(line, sizeof(line), "'%s' sweeps", argv[0]);
    return failed + (system(line) != 0);
}
