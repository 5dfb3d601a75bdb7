/* The public functions for select: nil channels, selects with one case, bounded sends and receives;
 * and the order in which a variant's select locks. No state of its own. */
/* SPDX-License-Identifier: MIT */
#include "core/chan/select.h"
#include "core/base/futex.h"
#include "core/chan/layout.h"
#include "core/chan/life.h"
#include "core/chan/race.h"
#include "core/g/nil.h"
#include "core/g/panic.h"
#include <hchan/hchan.h>

/* Shell's sort with Knuth's gaps: the few cases of a usual select are sorted by insertion, and
 * HCHAN_MAX_CASES of them still take only some tens of milliseconds. */
void select_lockorder(const struct scase *cases, uint32_t live, uint16_t *lockorder)
{
    uint32_t gap = 1;
    while (gap < live / 3)
        gap = 3 * gap + 1;
    for (; gap > 0; gap /= 3)
        for (uint32_t i = gap; i < live; i++) {
            uint16_t moved = lockorder[i];
            uint32_t at = i;
            while (at >= gap &&
                   (uintptr_t)cases[lockorder[at - gap]].c > (uintptr_t)cases[moved].c) {
                lockorder[at] = lockorder[at - gap];
                at -= gap;
            }
            lockorder[at] = moved;
        }
}

/* A select's channels are not of one instance, or this one is no channel. */
static _Noreturn __attribute__((noinline)) void refuse_mix(const struct scase *cases,
                                                           const hchan *other, const char *call)
{
    chan_check(other, call);
    while (!cases->c)
        cases++;
    chan_check(cases->c, call);
    gopanic("select over channels of different variants");
}

/* The instance whose code runs the select; NULL if every channel is nil. `call`, here and below:
 * the function that the program has called. */
static inline const struct hchan_variant *instance_of(const struct scase *cases, size_t ncases,
                                                      const char *call)
{
    const struct hchan_variant *variant = NULL;
    for (size_t i = 0; i < ncases; i++) {
        const hchan *c = cases[i].c;
        if (cases[i].kind != SCASE_RECV && cases[i].kind != SCASE_SEND)
            gopanic("select case of no kind");
        if (!c)
            continue;
        if (!variant) {
            chan_check(c, call); /* the others have its variant, or are refused */
            variant = c->variant;
        } else if (chan_variant(c) != variant) {
            refuse_mix(cases, c, call);
        }
    }
    return variant;
}

/* Of a traced instance. */
static __attribute__((noinline)) void check_sent(const struct scase *cases, size_t ncases,
                                                 const char *call)
{
    for (size_t i = 0; i < ncases; i++)
        if (cases[i].kind == SCASE_SEND && cases[i].c)
            chan_check_sent(cases[i].c, cases[i].sent, call);
}

/* A select with one case is the plain operation, as in Go's compiler. */
static int select_one(const struct scase *cas, bool block, bool *received, const void *callerpc)
{
    const struct hchan_variant *variant = cas->c->variant;
    if (cas->kind == SCASE_RECV) {
        bool done = variant->chanrecv(cas->c, cas->elem, block, received, callerpc);
        return done ? 0 : SELECT_NONE;
    }
    enum hchan_end end = variant->send_end(cas->c, cas->sent, block, callerpc);
    return end == HCHAN_OK ? 0 : end == HCHAN_CLOSED ? SELECT_CLOSED : SELECT_NONE;
}

/* The wait reason of a select whose channels are all nil. With one case it is that of the plain
 * operation. */
static enum wait_reason nil_reason(const struct scase *cases, size_t ncases)
{
    if (ncases == 0)
        return WAIT_SELECT_NO_CASES;
    if (ncases > 1)
        return WAIT_SELECT;
    return cases[0].kind == SCASE_SEND ? WAIT_CHAN_SEND_NIL : WAIT_CHAN_RECEIVE_NIL;
}

/* Returns the case that happened, or an enum select_end. Inlined, since most selects then panic if
 * it is SELECT_CLOSED, and need not be called for that. */
static inline __attribute__((always_inline)) int
select_end(const struct scase *cases, size_t ncases, bool block, int64_t deadline, bool *received,
           bool panics, const char *call, const void *callerpc)
{
    bool dropped = false;
    if (!received)
        received = &dropped;
    *received = false;
    if (ncases > HCHAN_MAX_CASES)
        gopanic("select of too many cases");
    const struct hchan_variant *variant = instance_of(cases, ncases, call);
    if (!variant) {
        if (block)
            gopark_nil(nil_reason(cases, ncases), deadline, callerpc);
        return SELECT_NONE;
    }
    if (__builtin_expect(variant->traced, 0))
        check_sent(cases, ncases, call);
    racereadcases(cases, ncases, panics);
    if (ncases == 1 && deadline == HCHAN_FOREVER)
        return select_one(cases, block, received, callerpc);
    return variant->selectgo(cases, (uint32_t)ncases, block, deadline, received, callerpc);
}

static int select_from(const struct scase *cases, size_t ncases, bool block, int64_t deadline,
                       bool *received, const char *call, const void *callerpc)
{
    raceenter(callerpc);
    int chosen = select_end(cases, ncases, block, deadline, received, true, call, callerpc);
    racewritecase(cases, chosen);
    raceleave();
    return select_chosen(chosen);
}

int selectgo(const struct scase *cases, size_t ncases, bool block, bool *received)
{
    return select_from(cases, ncases, block, HCHAN_FOREVER, received, "selectgo",
                       __builtin_return_address(0));
}

int selectgo_until(const struct scase *cases, size_t ncases, int64_t deadline, bool *received)
{
    return select_from(cases, ncases, true, deadline, received, "selectgo_until",
                       __builtin_return_address(0));
}

_Static_assert(HCHAN_FOREVER == FUTEX_FOREVER, "deadlines are passed on as they are");

int64_t hchan_deadline(int64_t ns)
{
    int64_t now = nanotime();
    if (ns <= 0)
        return now;
    return ns < HCHAN_FOREVER - now ? now + ns : HCHAN_FOREVER;
}

/* `panics`: the caller does, if the channel of a send is closed. */
static enum hchan_end within(const struct scase *cas, hchan *done, int64_t deadline, bool *received,
                             bool panics, const char *call, const void *callerpc)
{
    const struct scase cases[] = {*cas, {.kind = SCASE_RECV, .c = done}};
    bool got = false;
    raceenter(callerpc);
    int chosen = select_end(cases, done ? 2 : 1, true, deadline, &got, panics, call, callerpc);
    racewritecase(cases, chosen);
    raceleave();
    if (chosen == SELECT_CLOSED)
        return HCHAN_CLOSED;
    if (chosen == SELECT_NONE)
        return HCHAN_TIMEDOUT;
    if (chosen == 1)
        return HCHAN_CANCELLED;
    if (received)
        *received = got;
    return HCHAN_OK;
}

enum hchan_end hchan_send_within(hchan *c, const void *elem, hchan *done, int64_t deadline)
{
    const struct scase cas = {.kind = SCASE_SEND, .c = c, .sent = elem};
    return within(&cas, done, deadline, NULL, false, "hchan_send_within",
                  __builtin_return_address(0));
}

enum hchan_end chansend_within(hchan *c, const void *elem, hchan *done, int64_t deadline)
{
    const struct scase cas = {.kind = SCASE_SEND, .c = c, .sent = elem};
    enum hchan_end end =
        within(&cas, done, deadline, NULL, true, "chansend_within", __builtin_return_address(0));
    if (end == HCHAN_CLOSED)
        gopanic("send on closed channel");
    return end;
}

enum hchan_end chanrecv_within(hchan *c, void *elem, bool *received, hchan *done, int64_t deadline)
{
    const struct scase cas = {.kind = SCASE_RECV, .c = c, .elem = elem};
    return within(&cas, done, deadline, received, false, "chanrecv_within",
                  __builtin_return_address(0));
}
