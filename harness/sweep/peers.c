/* The table of peers: the programs that the lab's build knows how to make, and those that a list in
 * their folder names. It is filled by peers_load() and kept until the process ends. */
/* SPDX-License-Identifier: MIT */
#include "harness/sweep/peers.h"
#include "harness/base/parts.h"
#include "harness/base/say.h"
#include "harness/scenarios/scenarios.h"
#include "harness/sweep/peer_program.h"
#include <hchan/hchan.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PEERS_MAX = 64 };

/* The peers that the lab's build can make. */
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

/* Go's own benchmarks that variants run under another name, or not at all. */
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
static struct scenario peer_rows[PEERS_MAX][PEER_SCENARIOS_MAX];
static const struct peer *all[PEERS_MAX + 1];

/* Why the program has no folder of peers; empty if it has, or HCHANLAB_PEERS names one. */
static char missing[PATH_MAX + 160];

static const char *folder(void)
{
    static char own_folder[PATH_MAX];
    const char *chosen = getenv("HCHANLAB_PEERS");
    if (!chosen && !own_folder[0] && parts_peers(own_folder, missing, sizeof(missing)))
        snprintf(own_folder, sizeof(own_folder), "/nonexistent");
    return chosen ? chosen : own_folder;
}

const char *peers_missing(void)
{
    folder();
    return missing[0] ? missing : NULL;
}

static int check_folder(void)
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

/* Fills the scenario as a peer has it: what it measures, its parameters, and its floor. It has no
 * loops and no path, since nothing counts which one its operations take, and elements of 8 bytes.
 * False if the lab has no such scenario. */
static bool scenario_of(const char *name, struct scenario *out)
{
    const struct scenario *found = find_ours(name);
    for (size_t i = 0; i < OWN && !found; i++)
        found = strcmp(own[i].name, name) == 0 ? &own[i] : NULL;
    if (!found)
        return false;
    *out = (struct scenario){
        .name = found->name,
        .summary = found->summary,
        .op = found->op,
        .group = found->group,
        .capacity = found->capacity,
        .threads = found->threads,
        .work = found->work,
        .pairs = found->pairs,
        .sides = found->sides,
        .places = found->places,
        .apart = found->apart,
    };
    if (found->elem.max)
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
    struct scenario *row = peer_rows[peer - peers];
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

/* Takes over what the peer answered; `name` is what it calls itself. */
static void take_description(struct peer *peer, const json_t *o)
{
    const char *name = json_string_value(json_object_get(o, "name"));
    if (!name || strcmp(name, peer->name) != 0) {
        peer->reason = "its --describe names another peer, or none";
        return;
    }
    peer->version = copy_text(o, "version");
    peer->language = copy_text(o, "language");
    peer->lacks = join_words(json_object_get(o, "lacks"));
    take_scenarios(peer, json_object_get(o, "scenarios"));
    if (!peer->version || !peer->language || !peer->lacks || !peer->scenarios[0])
        peer->reason = "its --describe leaves something out";
    else if (scenarios_add_row(peer->name, peer->scenarios))
        peer->reason = "there are too many peers";
}

/* Asks a peer what it is, unless it is known. */
static void describe(struct peer *peer)
{
    const char *why;
    if (peer->version || peer->reason)
        return;
    json_t *o = peer_program_ask(peer->program, &why);
    if (o)
        take_description(peer, o);
    else
        peer->reason = why;
    json_decref(o);
}

static void list_peer(size_t *count, const char *name, const char *package)
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
    if (peers_missing()) {
        peer->reason = missing;
        peer->package = NULL;
    } else if (access(path, F_OK)) {
        peer->reason = "absent";
    } else if (access(path, X_OK)) {
        peer->reason = "not executable: chmod +x";
        peer->package = NULL; /* installing it would not help */
    }
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(const struct peer *const *)a)->name, (*(const struct peer *const *)b)->name);
}

/* Lists the peers of the folder's own list, a name a line. No other program that lies there is a
 * peer, so that none is run by mistake. */
static void list_own_peers(size_t *count)
{
    char path[PATH_MAX], name[LABEL_MAX + 1];
    snprintf(path, sizeof(path), "%s/" PEERS_LIST, folder());
    FILE *list = fopen(path, "re");
    bool ends = true; /* what was read last, and with it a line */
    while (list && fgets(name, sizeof(name), list)) {
        size_t length = strcspn(name, "\n");
        bool begins = ends;
        ends = name[length] == '\n' || feof(list);
        name[length] = '\0';
        if (begins && ends && length > 0 && name[0] != '.' && !strchr(name, '/'))
            list_peer(count, name, NULL);
    }
    if (list)
        fclose(list);
}

/* Lists what there is, once, and runs nothing. */
static void find_peers(void)
{
    size_t count = 0;
    if (all[0])
        return;
    for (size_t i = 0; i < KNOWN; i++)
        list_peer(&count, known[i].name, known[i].package);
    list_own_peers(&count);
    for (size_t i = 0; i < count; i++)
        all[i] = &peers[i];
    qsort(all, count, sizeof(all[0]), by_name);
}

int peers_load(const struct word_list *names)
{
    int status = check_folder();
    if (status != EXIT_OK)
        return status;
    find_peers();
    for (size_t i = 0; all[i]; i++)
        if (!names || word_list_has(names, all[i]->name))
            describe(&peers[all[i] - peers]);
    return EXIT_OK;
}

const struct peer *const *peers_all(void)
{
    return all;
}

const struct peer *peer_find(const char *name)
{
    for (size_t i = 0; all[i]; i++)
        if (strcmp(all[i]->name, name) == 0)
            return all[i]->version && !all[i]->reason ? all[i] : NULL;
    return NULL;
}
