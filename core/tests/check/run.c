/* Runs a party of a program on real channels (run.h), and translates each operation and its result.
 * No state of its own. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/check/run.h"
#include "core/base/futex.h"
#include <string.h>

bool run_make(struct run *r, const struct program *p, const struct hchan_variant *variant,
              uint64_t (*moment)(void))
{
    memset(r, 0, sizeof(*r));
    r->program = p;
    r->moment = moment;
    for (unsigned i = 0; i < PROGRAM_PARTIES; i++)
        for (unsigned k = 0; k < PROGRAM_OPS; k++)
            r->history.results[i][k].invoked = r->history.results[i][k].returned = UINT64_MAX;
    for (unsigned i = 0; i < p->nchans; i++) {
        if (p->capacity[i] == PROGRAM_NIL)
            continue;
        r->chans[i] = makechan(variant, sizeof(uint64_t), (size_t)p->capacity[i]);
        if (!r->chans[i]) {
            run_free(r);
            return false;
        }
    }
    return true;
}

void run_free(struct run *r)
{
    for (unsigned i = 0; i < PROGRAM_CHANNELS; i++)
        chanfree(r->chans[i]);
    memset(r->chans, 0, sizeof(r->chans));
}

/* One operation in progress. Its result is here and not in a local variable of the caller of
 * hchan_try(), since a panic leaves by longjmp(). */
struct call {
    struct run *run;
    const struct op *op;
    struct op_result *result;
    int64_t deadline;
};

/* Marks a receive's variable as unwritten: this value is never sent, and it is not zero. */
enum { UNWRITTEN = UINT8_MAX };

/* The end of a receive that did not end with nothing. */
static void received(struct op_result *r, bool ok, uint64_t value)
{
    r->value = value < UNWRITTEN ? (uint8_t)value : UNWRITTEN;
    r->end = ok ? OP_DONE : OP_ZERO;
}

/* The two forms of a send: one panics at a closed channel, the other one ends with HCHAN_CLOSED. */
static enum hchan_end send_or_panic(const struct call *call, hchan *c, const uint64_t *value)
{
    switch (call->op->wait) {
    case OP_BLOCK:
        chansend1(c, value);
        break;
    case OP_TRY:
        return chansend(c, value, false, NULL) ? HCHAN_OK : HCHAN_BLOCKED;
    case OP_TIMED:
        return chansend_within(c, value, NULL, call->deadline);
    }
    return HCHAN_OK;
}

static enum hchan_end send_for_end(const struct call *call, hchan *c, const uint64_t *value)
{
    switch (call->op->wait) {
    case OP_BLOCK:
        break;
    case OP_TRY:
        return hchan_try_send(c, value);
    case OP_TIMED:
        return hchan_send_within(c, value, NULL, call->deadline);
    }
    return hchan_send(c, value);
}

static void call_send(struct call *call)
{
    const struct op_case *oc = &call->op->cases[0];
    struct op_result *r = call->result;
    hchan *c = call->run->chans[oc->chan];
    uint64_t value = oc->value;
    r->invoked = call->run->moment();
    enum hchan_end end =
        call->run->ends ? send_for_end(call, c, &value) : send_or_panic(call, c, &value);
    r->returned = call->run->moment();
    r->end = end == HCHAN_OK ? OP_DONE : end == HCHAN_CLOSED ? OP_PANICKED : OP_NOTHING;
}

static void call_recv(struct call *call)
{
    struct op_result *r = call->result;
    hchan *c = call->run->chans[call->op->cases[0].chan];
    uint64_t value = UNWRITTEN;
    bool ok = false, ended = true;
    r->invoked = call->run->moment();
    switch (call->op->wait) {
    case OP_BLOCK:
        ok = chanrecv2(c, &value);
        break;
    case OP_TRY:
        ended = chanrecv(c, &value, false, &ok);
        break;
    case OP_TIMED:
        ended = chanrecv_within(c, &value, &ok, NULL, call->deadline) == HCHAN_OK;
        break;
    }
    r->returned = call->run->moment();
    if (ended)
        received(r, ok, value);
    else
        r->end = OP_NOTHING;
}

static void call_close(struct call *call)
{
    hchan *c = call->run->chans[call->op->cases[0].chan];
    enum hchan_end end = HCHAN_OK;
    call->result->invoked = call->run->moment();
    if (call->run->ends)
        end = hchan_close(c);
    else
        closechan(c);
    call->result->returned = call->run->moment();
    call->result->end = end == HCHAN_OK ? OP_DONE : OP_PANICKED;
}

static void call_select(struct call *call)
{
    const struct op *op = call->op;
    struct op_result *r = call->result;
    struct scase cases[PROGRAM_CASES];
    uint64_t values[PROGRAM_CASES];
    bool ok = false;
    for (unsigned i = 0; i < op->ncases; i++) {
        const struct op_case *oc = &op->cases[i];
        values[i] = oc->send ? oc->value : UNWRITTEN;
        cases[i] = (struct scase){
            oc->send ? SCASE_SEND : SCASE_RECV, call->run->chans[oc->chan], {&values[i]}};
    }
    r->invoked = call->run->moment();
    int chosen = op->wait == OP_TIMED ? selectgo_until(cases, op->ncases, call->deadline, &ok)
                                      : selectgo(cases, op->ncases, op->wait == OP_BLOCK, &ok);
    r->returned = call->run->moment();
    if (chosen < 0) {
        r->end = OP_NOTHING;
        return;
    }
    r->chosen = (uint8_t)chosen;
    if (chosen < op->ncases && !op->cases[chosen].send)
        received(r, ok, values[chosen]);
    else
        r->end = OP_DONE; /* the checker rejects a case that does not exist */
}

static void call_op(void *arg)
{
    struct call *call = arg;
    switch (call->op->kind) {
    case OP_SEND:
        call_send(call);
        break;
    case OP_RECV:
        call_recv(call);
        break;
    case OP_CLOSE:
        call_close(call);
        break;
    case OP_SELECT:
        call_select(call);
        break;
    }
}

void run_party(struct run *r, unsigned party, int64_t (*deadline)(void))
{
    const struct party_ops *ops = &r->program->parties[party];
    for (unsigned i = 0; i < ops->nops; i++) {
        const struct op *op = &ops->ops[i];
        struct call call = {.run = r, .op = op, .result = &r->history.results[party][i]};
        if (op->wait == OP_TIMED)
            call.deadline = deadline();
        if (!hchan_try(call_op, &call, NULL)) {
            call.result->returned = r->moment();
            call.result->end = OP_PANICKED;
        }
        if (op->wait == OP_TIMED && call.result->end == OP_NOTHING && nanotime() < call.deadline)
            call.result->end = OP_EARLY;
    }
}
