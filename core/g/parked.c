/* The list of the parked Gs, and its lines in a report: hchan/parked.h. It reads the words of
 * struct wait and the sudogs of each G, and never a channel. It owns each G's `listed`. */
/* SPDX-License-Identifier: MIT */
#include "core/g/parked.h"
#include "core/base/futex.h"
#include "core/g/g.h"
#include <dlfcn.h>
#include <errno.h>
#include <hchan/sched.h>
#include <inttypes.h>
#include <link.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* The number of channels that gp can wait on at once. allglock is held, here and below. */
static size_t room_for(const struct g *gp)
{
    return gp->ncases ? gp->ncases : 1;
}

/* The channels of gp's park; *channel has room_for() of them. */
static size_t read_channels(struct g *gp, enum wait_reason reason, const void **channel)
{
    size_t count = 0;
    if (reason == WAIT_SELECT) {
        for (uint32_t i = 0; i < gp->ncases; i++) {
            channel[count] = load_acq(&gp->sudogs[i].c); /* acquire, as struct wait demands */
            count += channel[count] != NULL;
        }
    } else if (reason == WAIT_CHAN_RECEIVE || reason == WAIT_CHAN_SEND) {
        channel[count++] = load_acq(&gp->sudog.c); /* acquire, as above */
    }
    return count;
}

/* Since when gp is in this park. A goroutine that leaves its stack does not read the clock; what is
 * known of its park is when a list first came across it. */
static int64_t parked_since(struct g *gp, uint32_t park, int64_t since, int64_t now)
{
    if (since || !gp->goroutine)
        return since;
    if (gp->listed != park) { /* park is odd, so it is not the 0 of the beginning */
        gp->listed = park;
        gp->listed_at = now;
    }
    return gp->listed_at;
}

/* Whether a goroutine is parked without having left its stack: it sleeps in the kernel, or has spun
 * for long. (It also takes a moment to leave the stack, or to run again after a deadline.) */
static bool blocks_its_p(struct g *gp, uint32_t park, int64_t now)
{
    enum { LONG_NS = 1000000000 };
    int64_t slept_at = load_acq(&gp->wait.since); /* acquire, both: as struct wait demands */
    uint32_t what = load_acq(&gp->wait.what);
    int64_t since = parked_since(gp, park, slept_at, now);
    /* Acquire, both: as in hchan_deadlocked(), if they are of a later park, so is the count. */
    bool spins = load_acq(&gp->park) == GPARK_WAITING && !(what & WAIT_BOUNDED);
    return (slept_at || (spins && now - since > LONG_NS)) && load_acq(&gp->wait.parks) == park;
}

uint32_t parked_look(void)
{
    uint32_t found = 0;
    int64_t now = nanotime();
    for (struct g *gp = allgs_lock(); gp; gp = gp->next_all) {
        /* Acquire, each of them: as in read_parked(). */
        uint32_t park = gp->goroutine ? load_acq(&gp->wait.parks) : 0;
        if (park % 2 == 1 && blocks_its_p(gp, park, now))
            found = load_acq(&gp->id);
    }
    allgs_unlock();
    return found;
}

/* Fills in *p and returns true, if gp was parked from the first load to the last. */
static bool read_parked(struct g *gp, int64_t now, struct hchan_parked *p, const void **channel)
{
    /* Acquire: each load here pairs with the owner's store in wait_begin(), as struct wait asks. */
    uint32_t park = load_acq(&gp->wait.parks);
    if (park % 2 == 0 || load_acq(&gp->park) == GPARK_READY)
        return false;
    uint32_t what = load_acq(&gp->wait.what);                               /* as above */
    int64_t since = parked_since(gp, park, load_acq(&gp->wait.since), now); /* as above */
    enum wait_reason reason = what & WAIT_REASON_MASK;
    if (reason == WAIT_GOROUTINES)
        return false;
    *p = (struct hchan_parked){
        .goroutine = load_acq(&gp->id), /* pairs with the store in gnew() */
        .thread = gp->tid,
        .park = park,
        .bounded = what & WAIT_BOUNDED,
        .reason = wait_reason_name(reason),
        .waited_ns = since && since < now ? now - since : 0,
        .callerpc = load_acq(&gp->wait.callerpc), /* as above */
        .channels = read_channels(gp, reason, channel),
        .channel = channel,
    };
    return load_acq(&gp->wait.parks) == park; /* as above: it is the same park to the last */
}

static int by_goroutine(const void *left, const void *right)
{
    const struct hchan_parked *a = left, *b = right;
    return (a->goroutine > b->goroutine) - (a->goroutine < b->goroutine);
}

struct hchan_parked *hchan_parked_now(size_t *count)
{
    size_t gs = 0, room = 0;
    struct g *all = allgs_lock();
    for (struct g *gp = all; gp; gp = gp->next_all) {
        gs++;
        room += room_for(gp);
    }
    struct hchan_parked *list = malloc(gs * sizeof(*list) + room * sizeof(void *) + 1);
    if (!list) {
        allgs_unlock();
        errno = ENOMEM;
        return NULL;
    }
    const void **channel = (const void **)(list + gs);
    int64_t now = nanotime();
    size_t n = 0;
    for (struct g *gp = all; gp; gp = gp->next_all)
        if (read_parked(gp, now, &list[n], channel))
            channel += list[n++].channels;
    allgs_unlock();
    qsort(list, n, sizeof(*list), by_goroutine);
    *count = n;
    return list;
}

/* "leaky+0x11c5": the file that holds the address, and the offset in it for addr2line(1). */
static void place_in_file(const Dl_info *in, uintptr_t pc, uintptr_t bias, char *text, size_t size)
{
    const char *name = strrchr(in->dli_fname, '/');
    snprintf(text, size, "%s+%#" PRIxPTR, name ? name + 1 : in->dli_fname, pc - bias);
}

void hchan_place_symbol(const void *callerpc, char *text, size_t size)
{
    uintptr_t pc = (uintptr_t)callerpc - 1; /* in the call, which may be the end of its function */
    Dl_info in;
    struct link_map *map = NULL; /* l_addr: by how much the file was moved when it was loaded */
    char file[256];
    if (!dladdr1((const void *)pc, &in, (void **)&map, RTLD_DL_LINKMAP) || !in.dli_fname) {
        snprintf(text, size, "%#" PRIxPTR, pc);
        return;
    }
    place_in_file(&in, pc, map->l_addr, file, sizeof(file));
    if (in.dli_sname)
        snprintf(text, size, "%s+%#" PRIxPTR " (%s)", in.dli_sname, pc - (uintptr_t)in.dli_saddr,
                 file);
    else
        snprintf(text, size, "%s", file);
}

/* A line that grows, and is cut when there is no more room. */
struct line {
    char *text;
    size_t size, length;
};

static __attribute__((format(printf, 2, 3))) void add(struct line *l, const char *format, ...)
{
    size_t at = l->length < l->size ? l->length : l->size;
    va_list args;
    va_start(args, format);
    int n = vsnprintf(l->text + at, l->size - at, format, args);
    va_end(args);
    l->length += n > 0 ? (size_t)n : 0;
}

static void add_waited(struct line *l, int64_t ns)
{
    enum { MS = 1000000, S = 1000 };
    int64_t ms = ns / MS;
    if (ms < 10) /* two ticks of the clock that wait_sleeps() reads */
        add(l, "just now");
    else if (ms < S)
        add(l, "%" PRId64 " ms", ms);
    else if (ms < 100 * S)
        add(l, "%" PRId64 ".%" PRId64 " s", ms / S, ms % S / 100);
    else
        add(l, "%" PRId64 " min", ms / (60 * S));
}

int hchan_parked_line(const struct hchan_parked *p, hchan_place *place, char *text, size_t size)
{
    enum { SHOWN = 4 };
    struct line l = {text, size, 0};
    add(&l, "goroutine %" PRIu32 " ", p->goroutine);
    if (p->thread)
        add(&l, "(thread %" PRId32 ") ", p->thread);
    add(&l, "[%s, ", p->reason);
    add_waited(&l, p->waited_ns);
    add(&l, "%s]", p->bounded ? ", with a deadline" : "");
    for (size_t i = 0; i < p->channels && i < SHOWN; i++)
        add(&l, "%s%p", i ? ", " : p->channels > 1 ? ": channels " : ": channel ", p->channel[i]);
    if (p->channels > SHOWN)
        add(&l, " and %zu more", p->channels - SHOWN);
    if (p->callerpc) {
        char where[1024];
        (place ? place : hchan_place_symbol)(p->callerpc, where, sizeof(where));
        add(&l, "%s at %s", p->channels ? "," : ":", where);
    }
    return (int)l.length;
}

int parked_write(FILE *stream, const struct hchan_parked *list, size_t count, hchan_place *place)
{
    for (size_t i = 0; i < count; i++) {
        char text[2048];
        hchan_parked_line(&list[i], place, text, sizeof(text));
        if (fprintf(stream, "%s\n", text) < 0)
            return -1;
    }
    return 0;
}

/* hchan_report_parked(), its result, and errno. */
struct reporting {
    FILE *stream;
    int64_t after_ns;
    hchan_place *place;
    ssize_t lines;
    int error;
};

static void report_parked(void *arg)
{
    struct reporting *r = arg;
    size_t count, lines = 0;
    struct hchan_parked *list = hchan_parked_now(&count);
    for (size_t i = 0; list && i < count; i++)
        if (r->after_ns == 0 || parked_may_leak(&list[i], r->after_ns))
            list[lines++] = list[i];
    bool whole =
        list && parked_write(r->stream, list, lines, r->place) == 0 && fflush(r->stream) == 0;
    r->error = errno;
    r->lines = whole ? (ssize_t)lines : -1;
    free(list);
}

ssize_t hchan_report_parked(FILE *stream, int64_t after_ns, hchan_place *place)
{
    struct reporting r = {stream ? stream : stderr, after_ns, place, 0, 0};
    hchan_apart(report_parked, &r);
    if (r.lines < 0)
        errno = r.error;
    return r.lines;
}
