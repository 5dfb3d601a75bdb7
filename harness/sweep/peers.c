#include "harness/sweep/peers.h"
#include "harness/base/clock.h"
#include "harness/base/say.h"
#include "harness/scenarios/scenarios.h"
#include "harness/sweep/process.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <hchan/hchan.h>
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PEERS_MAX = 64, NS_PER_MS = 1000000 };

/* How long a peer may take to describe itself, and to end after that. */
static const uint64_t describe_ns = 10000000000, end_ns = 2000000000;

/* The peers that the lab's build knows how to make. */
static const struct known {
    const char *name, *package;
} known[] = {
#define X(name, package) {name, package},
#include "peers.def"
#undef X
};

enum { KNOWN = sizeof(known) / sizeof(known[0]) };

#define GO(words, what, each)                                                  \
    {                                                                          \
        .name = "go-" words, .summary = "Go's own Benchmark" what, .op = each, \
        .threads = {2, 2, 2}, .group = "go-bench", .places = true              \
    }

/* Go's own benchmarks that no variant runs: by another name, or not at all. */
static const struct scenario own[] = {
    GO("chan-prod-cons-0", "ChanProdCons0", "value through"),
    GO("chan-prod-cons-10", "ChanProdCons10", "value through"),
    GO("chan-prod-cons-100", "ChanProdCons100", "value through"),
    GO("chan-prod-cons-work-0", "ChanProdConsWork0", "value through"),
    GO("chan-prod-cons-work-10", "ChanProdConsWork10", "value through"),
    GO("chan-prod-cons-work-100", "ChanProdConsWork100", "value through"),
    GO("select-prod-cons", "SelectProdCons", "value through"),
    GO("chan-creation", "ChanCreation", "make, send and receive"),
    GO("chan-sem", "ChanSem", "send and receive of an empty struct"),
    GO("chan-popular", "ChanPopular", "value to each of 1000 selects"),
};

enum { OWN = sizeof(own) / sizeof(own[0]) };

static struct peer peers[PEERS_MAX];
static struct scenario rows[PEERS_MAX][PEER_SCENARIOS_MAX];
static const struct peer *all[PEERS_MAX + 1];

static const char *folder(void)
{
    const char *chosen = getenv("HCHANLAB_PEERS");
    return chosen ? chosen : PEERS_DIR;
}

int peers_check_folder(void)
{
    struct stat st;
    if (!getenv("HCHANLAB_PEERS") || (stat(folder(), &st) == 0 && S_ISDIR(st.st_mode)))
        return EXIT_OK;
    return complain(EXIT_USAGE, "HCHANLAB_PEERS is '%s': name a folder that is there, or unset it",
                    folder());
}

static const struct scenario *find_ours(const char *name)
{
    for (const struct scenario *const *s = scenarios_any(); *s; s++)
        if (strcmp((*s)->name, name) == 0)
            return *s;
    return NULL;
}

const struct scenario *const *peers_own_scenarios(void)
{
    static const struct scenario *list[OWN + 1];
    for (size_t i = 0; i < OWN; i++)
        list[i] = &own[i];
    return list;
}

/* Fills the scenario as a peer has it: its elements have 8 bytes, and nobody counts which path its
 * operations take. False where the lab has no such scenario. */
static bool scenario_of(const char *name, struct scenario *out)
{
    const struct scenario *found = find_ours(name);
    for (size_t i = 0; i < OWN && !found; i++)
        found = strcmp(own[i].name, name) == 0 ? &own[i] : NULL;
    if (!found)
        return false;
    *out = *found;
    out->path = NULL;
    out->mix = false;
    out->pure_outcomes = 0;
    out->setup = NULL;
    out->lead = NULL;
    out->serve = NULL;
    out->settle = NULL;
    out->crowd = NULL;
    out->finish = NULL;
    out->check = NULL;
    if (out->elem.max)
        out->elem = (struct param_range){8, 8, 8};
    return true;
}

static char *join_words(const json_t *words)
{
    size_t size = 1, used = 0, index;
    const json_t *word;
    json_array_foreach(words, index, word) size += json_string_length(word) + 2;
    char *text = calloc(1, size);
    json_array_foreach(words, index, word)
    {
        const char *w = json_string_value(word);
        if (text && w)
            used += (size_t)snprintf(text + used, size - used, "%s%s", used ? ", " : "", w);
    }
    if (text)
        make_plain(text);
    return text;
}

static char *copy_text(const json_t *o, const char *key)
{
    const char *text = json_string_value(json_object_get(o, key));
    char *copy = text ? strdup(text) : NULL;
    if (copy)
        make_plain(copy);
    return copy;
}

static void take_scenarios(struct peer *peer, const json_t *names)
{
    struct scenario *row = rows[peer - peers];
    size_t index, count = 0;
    const json_t *name;
    json_array_foreach(names, index, name)
    {
        const char *word = json_string_value(name);
        if (word && count < PEER_SCENARIOS_MAX && scenario_of(word, &row[count])) {
            peer->scenarios[count] = &row[count];
            count++;
        }
    }
}

/* The next bytes, 0 at the end, or -1 where there are none by the deadline. */
static ssize_t read_by(int fd, char *to, size_t room, uint64_t deadline)
{
    struct pollfd readable = {.fd = fd, .events = POLLIN};
    int ready;
    do {
        uint64_t now = clock_ns();
        ready = poll(&readable, 1, now < deadline ? (int)((deadline - now) / NS_PER_MS) : 0);
    } while (ready < 0 && errno == EINTR);
    return ready > 0 ? read(fd, to, room) : -1;
}

/* All that comes until the other end is closed; NULL where that takes too long, or is too much. The
 * caller frees. */
static char *read_all_by(int fd, uint64_t deadline)
{
    enum { ROOM = 1 << 16 };
    char *text = malloc(ROOM);
    size_t length = 0;
    ssize_t n = -1;
    while (text && length < ROOM - 1 &&
           (n = read_by(fd, text + length, ROOM - 1 - length, deadline)) > 0)
        length += (size_t)n;
    if (n == 0) {
        text[length] = '\0';
        return text;
    }
    free(text);
    return NULL;
}

/* Waits for the process until the deadline, and ends it with all that it started. Its status, in
 * waitpid()'s form. */
static int end_by(pid_t pid, uint64_t deadline)
{
    static const struct timespec pause = {.tv_nsec = NS_PER_MS};
    while (!process_has_ended(pid) && clock_ns() < deadline)
        nanosleep(&pause, NULL);
    return process_end(pid);
}

static void exec_description(const void *program)
{
    execl(program, program, "--describe", (char *)NULL);
}

/* Starts the program, its standard output a pipe whose other end is *out; the other streams go
 * nowhere: a crash is reported as one. Its id, or -1. */
static pid_t start_description(const char *program, int *out)
{
    int ends[2], quiet = open("/dev/null", O_RDWR | O_CLOEXEC);
    pid_t pid = -1;
    if (quiet >= 0 && pipe2(ends, O_CLOEXEC) == 0) {
        pid = process_start((const int[]){quiet, ends[1], quiet}, exec_description, program);
        close(ends[1]);
        *out = ends[0];
        if (pid < 0)
            close(ends[0]);
    }
    if (quiet >= 0)
        close(quiet);
    return pid;
}

/* What the program reports about itself; NULL if it does not do so in time, or if its status, which
 * goes to *status, is not 0. */
static json_t *ask(const char *program, int *status)
{
    int out;
    *status = 1;
    pid_t pid = start_description(program, &out);
    if (pid < 0)
        return NULL;
    char *text = read_all_by(out, clock_ns() + describe_ns);
    close(out);
    *status = end_by(pid, clock_ns() + (text ? end_ns : 0));
    json_t *described = text && *status == 0 ? json_loads(text, 0, NULL) : NULL;
    free(text);
    return described;
}

/* Asks a peer that is here what it is. */
static void describe(struct peer *peer)
{
    if (peer->version || peer->reason)
        return;
    int status = 0;
    json_t *o = ask(peer->program, &status);
    const char *name = json_string_value(json_object_get(o, "name"));
    if (!name || strcmp(name, peer->name) != 0) {
        peer->reason = status ? "its --describe does not end well, or in time"
                              : "its --describe does not tell what it is";
        json_decref(o);
        return;
    }
    peer->version = copy_text(o, "version");
    peer->language = copy_text(o, "language");
    peer->lacks = join_words(json_object_get(o, "lacks"));
    take_scenarios(peer, json_object_get(o, "scenarios"));
    json_decref(o);
    if (!peer->version || !peer->language || !peer->lacks || !peer->scenarios[0])
        peer->reason = "its --describe leaves something out";
}

static void add_peer(size_t *count, const char *name, const char *package)
{
    char *path = NULL, *own_name;
    for (size_t i = 0; i < *count; i++)
        if (strcmp(peers[i].name, name) == 0)
            return;
    if (*count == PEERS_MAX || hchan_variant_find(name) ||
        asprintf(&path, "%s/%s", folder(), name) < 0)
        return;
    own_name = strdup(name);
    if (!own_name) {
        free(path);
        return;
    }
    struct peer *peer = &peers[(*count)++];
    peer->name = own_name;
    peer->package = package && package[0] ? package : NULL;
    peer->program = path;
    if (access(path, F_OK)) {
        peer->reason = "absent";
    } else if (access(path, X_OK)) {
        peer->reason = "no program that may be run: chmod +x";
        peer->package = NULL; /* which would not help */
    }
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(const struct peer *const *)a)->name, (*(const struct peer *const *)b)->name);
}

/* Finds what there is, once; asks nobody yet. */
static void look(void)
{
    size_t count = 0;
    if (all[0])
        return;
    for (size_t i = 0; i < KNOWN; i++)
        add_peer(&count, known[i].name, known[i].package);
    DIR *dir = opendir(folder());
    for (const struct dirent *entry; dir && (entry = readdir(dir)) != NULL;)
        if (entry->d_name[0] != '.' && strlen(entry->d_name) < LABEL_MAX)
            add_peer(&count, entry->d_name, NULL);
    if (dir)
        closedir(dir);
    for (size_t i = 0; i < count; i++)
        all[i] = &peers[i];
    qsort(all, count, sizeof(all[0]), by_name);
}

const struct peer *const *peers_all(void)
{
    look();
    for (size_t i = 0; all[i]; i++)
        describe(&peers[all[i] - peers]);
    return all;
}

const struct peer *peer_find(const char *name)
{
    if (!name[0] || hchan_variant_find(name))
        return NULL;
    look();
    for (size_t i = 0; all[i]; i++)
        if (strcmp(all[i]->name, name) == 0) {
            describe(&peers[all[i] - peers]);
            return all[i]->reason ? NULL : all[i];
        }
    return NULL;
}

int peer_exec(const struct peer *peer, const char *cell, const unsigned pu[2], char **arguments)
{
    char *argv[32], pus[32];
    size_t count = 0;
    snprintf(pus, sizeof(pus), "%u,%u", pu[0], pu[1]);
    const char *const first[] = {peer->program, cell, "--pus", pus};
    for (; count < sizeof(first) / sizeof(first[0]); count++)
        argv[count] = (char *)first[count];
    for (; *arguments && count < sizeof(argv) / sizeof(argv[0]) - 1; arguments++)
        argv[count++] = *arguments;
    argv[count] = NULL;
    execv(peer->program, argv);
    return -errno;
}
