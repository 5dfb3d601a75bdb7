/* Selects as Go writes them, in C11 and C++11 or later, without extensions.
 *
 *     HCHAN_SELECT                                   //  select {
 *     {
 *         HCHAN_CASE(HCHAN_RECV(jobs, &job)) {       //  case job = <-jobs:
 *             run(&job);
 *         }
 *         HCHAN_CASE_OK(HCHAN_RECV(more, &job), ok)  //  case job, ok = <-more:
 *             if (!ok)
 *                 more = NULL;
 *         HCHAN_CASE(HCHAN_SEND(results, &result))   //  case results <- result:
 *             count++;
 *         HCHAN_TIMEOUT(hchan_deadline(1000000))     //  case <-time.After(time.Millisecond):
 *             give_up();
 *     }
 *
 * The select waits until a case can go on, and runs the statement behind it, which may be a block;
 * then it is over. The rules are those of selectgo() and selectgo_until(), which it calls:
 *
 *     HCHAN_CASE(it)         any struct scase: HCHAN_RECV(c, elem), HCHAN_SEND(c, elem), or a
 *                            typed one such as jobs_case_send(out, &job)
 *     HCHAN_CASE_OK(it, ok)  the same; sets the variable ok, to false after a closed channel's zero
 *     HCHAN_TIMEOUT(moment)  runs if no case can go on until then; one at most
 *     HCHAN_DEFAULT          runs if no case can go on at once; one at most, and without an
 *                            HCHAN_TIMEOUT, which could never run
 *
 * As in Go, the operands (channels, elements, moments) are evaluated once, from top to bottom,
 * before anything happens; *elem of a send is read then or later, until the select is over; *elem
 * of a receive is written only if that case happens. `break` leaves the select, and so does
 * `continue`: a loop around it goes on behind the select (in Go, continue goes on with the loop).
 * `return` and `goto` leave it as any other loop.
 *
 * A select has at most HCHAN_SELECT_CASES cases, and only cases: an `if` or a loop around one, or
 * anything before or between them, is not allowed. More cases, or as many as a program makes up as
 * it runs, are an array for selectgo():
 *
 *     struct scase cases[] = {HCHAN_RECV(a, &v), HCHAN_SEND(b, &w)};
 *     switch (selectgo(cases, 2, true, NULL)) ...
 *
 * A select within a case of another one is fine, but -Wshadow warns about it. */
/* SPDX-License-Identifier: MIT */
#ifndef HCHAN_SELECT_H
#define HCHAN_SELECT_H

#include <hchan/hchan.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Cases, for HCHAN_CASE() and for arrays. */
#define HCHAN_RECV(c, elem) hchan_case_recv((c), (elem)) /* *elem = <-c; elem may be NULL */
#define HCHAN_SEND(c, sent) hchan_case_send((c), (sent)) /* c <- *sent */

static inline struct scase hchan_case_recv(hchan *c, void *elem)
{
    struct scase it = {SCASE_RECV, c, {elem}};
    return it;
}

static inline struct scase hchan_case_send(hchan *c, const void *sent)
{
    struct scase it = {SCASE_SEND, c, {NULL}};
    it.sent = sent;
    return it;
}

enum { HCHAN_SELECT_CASES = 16 };

/* The statement is a loop of two turns. In the first one each head adds its case, and no body runs.
 * Then the select happens, and in the second turn the body of the case that happened runs. The call
 * stands here and not in a function, so that reports name its line. */
#define HCHAN_SELECT                                                                            \
    for (struct hchan_select hchan_select_, *hchan_here_ = hchan_select_begin_(&hchan_select_); \
         hchan_select_turn_(hchan_here_,                                                        \
                            hchan_here_->turn != HCHAN_GATHER_ ? -1                             \
                            : hchan_here_->block                                                \
                                ? selectgo_until(hchan_here_->cases, hchan_here_->ncases,       \
                                                 hchan_here_->deadline, &hchan_here_->received) \
                                : selectgo(hchan_here_->cases, hchan_here_->ncases, false,      \
                                           &hchan_here_->received));)
#define HCHAN_CASE(it) HCHAN_HEAD_(hchan_select_add_(hchan_here_, (it)), HCHAN_CHOSEN_)
#define HCHAN_CASE_OK(it, ok)                         \
    HCHAN_HEAD_(hchan_select_add_(hchan_here_, (it)), \
                HCHAN_CHOSEN_ && ((ok) = hchan_here_->received, true))
#define HCHAN_TIMEOUT(moment) HCHAN_HEAD_(hchan_select_limit_(hchan_here_, (moment)), HCHAN_NONE_)
#define HCHAN_DEFAULT         HCHAN_HEAD_(hchan_select_default_(hchan_here_), HCHAN_NONE_)

/* The rest is the implementation, not for users. */
enum { HCHAN_BEGIN_, HCHAN_GATHER_, HCHAN_RUN_, HCHAN_END_ };

struct hchan_select {
    int turn;         /* HCHAN_BEGIN_ to HCHAN_END_ */
    int chosen, next; /* of the cases; -1: none */
    bool block, received;
    int64_t deadline;
    size_t ncases;
    struct scase cases[HCHAN_SELECT_CASES];
};

#define HCHAN_HEAD_(add, happened)                                        \
    if (hchan_here_->turn == HCHAN_GATHER_ ? (add), true : !(happened)) { \
    } else
#define HCHAN_CHOSEN_ (hchan_here_->next++ == hchan_here_->chosen)
#define HCHAN_NONE_   (hchan_here_->chosen < 0)

static inline struct hchan_select *hchan_select_begin_(struct hchan_select *s)
{
    s->turn = HCHAN_BEGIN_;
    s->chosen = s->next = 0;
    s->block = true;
    s->received = false;
    s->deadline = HCHAN_FOREVER;
    s->ncases = 0;
    return s;
}

/* Whether there is another turn. Before the second one `chosen` is the case that happened. */
static inline bool hchan_select_turn_(struct hchan_select *s, int chosen)
{
    s->chosen = chosen;
    return ++s->turn < HCHAN_END_;
}

static inline void hchan_select_add_(struct hchan_select *s, struct scase it)
{
    if (s->ncases == HCHAN_SELECT_CASES)
        hchan_panic("select of too many cases");
    s->cases[s->ncases++] = it;
}

static inline void hchan_select_limit_(struct hchan_select *s, int64_t moment)
{
    s->deadline = moment;
}

static inline void hchan_select_default_(struct hchan_select *s)
{
    s->block = false;
}

#ifdef __cplusplus
}
#endif

#endif
