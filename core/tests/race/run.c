/* Runs a program of cases.txt. It is compiled with ThreadSanitizer, as a user's program is, and the
 * channels are those of the race build. What parties wait for apart from channels are relaxed
 * atomic variables, which order nothing. Owns the channels, the variables that the parties share,
 * and what has been said. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/race/program.h"
#include <hchan/context.h>
#include <hchan/sched.h>
#include <hchan/sync.h>
#include <hchan/time.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS = 16, SAID = 10, SOON_NS = 1000000, CASES = 16 };

static struct hchan_mutex mutex;
static struct hchan_waitgroup group;
static struct hchan_once once;
static struct hchan_context *root, *context;
static _Atomic(struct hchan_context *) armed;

static const struct race_program *program;
static const struct hchan_variant *channels_of;
static hchan *channels[3], *kept;
static long shared[2][WORDS]; /* x and y; some operations take all their words */
static atomic_bool said[SAID];
static atomic_uint started; /* later parties */
static pthread_t threads[64];
static atomic_uint nthreads;

static void do_line(const char *line);

static _Noreturn void complain(const char *what)
{
    fprintf(stderr, "race: '%s': no such operation\n", what);
    exit(2);
}

static void *body(void *line)
{
    do_line(line);
    return NULL;
}

static void goroutine(void *line)
{
    do_line(line);
}

static void start(char *line)
{
    if (hchan_variant_goroutines(channels_of)) {
        if (newproc(goroutine, line))
            abort();
        return;
    }
    unsigned i = atomic_fetch_add_explicit(&nthreads, 1, memory_order_relaxed);
    if (i >= sizeof(threads) / sizeof(threads[0]) || pthread_create(&threads[i], NULL, body, line))
        abort();
}

static void start_later(void)
{
    unsigned i = atomic_fetch_add_explicit(&started, 1, memory_order_relaxed);
    start((char *)(uintptr_t)program->later[i % program->nlater]);
}

static hchan *channel(char name)
{
    if (name < 'c' || name > 'e')
        complain(&name);
    return channels[name - 'c'];
}

/* x or y, where a word begins with one of them; or else the party's own. */
static void *variable(const char *word, long *own)
{
    return *word == 'x' || *word == 'y' ? shared[*word - 'x'] : own;
}

static __attribute__((noinline)) void frame(volatile long *words)
{
    for (unsigned i = 0; i < WORDS; i++)
        words[i] = i;
    for (unsigned i = 0; i < WORDS; i++)
        if (words[i] != i)
            abort();
}

static void send_that_panics(void *c)
{
    long own[WORDS] = {0};
    chansend1(c, own);
}

/* "c!", "c?x" and the like: one operation on a channel. */
static void do_channel(const char *word)
{
    hchan *c = channel(word[0]);
    const char *how = word + 2;
    long own[WORDS] = {0};
    void *elem = variable(how, own);
    bool send = word[1] == '!';
    how += elem != own;
    if (strcmp(how, "panic") == 0) {
        if (hchan_try(send_that_panics, c, NULL))
            abort();
    } else if (*how == '\0') {
        if (send)
            chansend1(c, elem);
        else
            chanrecv1(c, elem);
    } else if (strcmp(how, "end") == 0) {
        hchan_send(c, elem);
    } else if (strcmp(how, "try") == 0) {
        if (send)
            chansend(c, elem, false, NULL);
        else
            chanrecv(c, elem, false, NULL);
    } else if (strcmp(how, "soon") == 0) {
        if (send)
            chansend_within(c, elem, NULL, hchan_deadline(SOON_NS));
        else
            chanrecv_within(c, elem, NULL, NULL, hchan_deadline(SOON_NS));
    } else if (strncmp(how, "unless:", 7) == 0) {
        chanrecv_within(c, elem, NULL, channel(how[7]), HCHAN_FOREVER);
    } else {
        complain(word);
    }
}

/* "c!x,d?,default" */
static void do_select(const char *list)
{
    struct scase cases[CASES];
    long own[CASES][WORDS] = {{0}};
    size_t n = 0;
    bool block = true;
    for (const char *at = list; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
        if (strcmp(at, "default") == 0) {
            block = false;
        } else if (n < CASES && (at[1] == '!' || at[1] == '?')) {
            cases[n] = (struct scase){.kind = at[1] == '!' ? SCASE_SEND : SCASE_RECV,
                                      .c = channel(at[0]),
                                      .elem = variable(at + 2, own[n])};
            n++;
        } else {
            complain(at);
        }
    }
    selectgo(cases, n, block, NULL);
}

static void use_own(void)
{
    hchan *c = makechan(channels_of, sizeof(long), 1);
    long value = 1;
    chansend1(c, &value);
    chanrecv1(c, &value);
    chanfree(c);
}

static void make_kept(void)
{
    kept = hchan_retain(makechan(channels_of, sizeof(long), 1));
}

static void drop_kept(void)
{
    long value = 1;
    chansend(kept, &value, false, NULL);
    hchan_release(kept);
}

/* "close:c" and the like. */
static void do_named(const char *word, hchan *c)
{
    long own[WORDS];
    if (strncmp(word, "close:", 6) == 0)
        closechan(c);
    else if (strncmp(word, "range:", 6) == 0)
        while (chanrecv2(c, own))
            continue;
    else if (strncmp(word, "recvs:", 6) == 0)
        while (!chan_has_receiver(c))
            gosched();
    else if (strncmp(word, "sends:", 6) == 0)
        while (!chan_has_sender(c))
            gosched();
    else if (strncmp(word, "len:", 4) == 0)
        while (chanlen(c) == 0)
            gosched();
    else
        complain(word);
}

static void write_x(void *arg)
{
    (void)arg;
    *(volatile long *)shared[0] = 1;
}

static void use_timer(bool ticker)
{
    struct hchan_timer *t =
        ticker ? hchan_ticker(channels_of, SOON_NS) : hchan_after(channels_of, SOON_NS);
    if (ticker)
        hchan_sleep(4 * SOON_NS);
    else
        chanrecv1(t->c, NULL);
    hchan_timer_free(t);
}

static __attribute__((no_sanitize("thread"))) bool somebody_waits(void)
{
    return *(struct hchan_waiter *volatile *)&group.waiters_.first_ != NULL;
}

static void leave(struct hchan_context *ctx, bool cancelled)
{
    if (cancelled)
        chanrecv1(hchan_context_done(ctx), NULL);
    hchan_context_release(ctx);
}

static void arm(void)
{
    atomic_store_explicit(&armed, hchan_context_with_timeout(root, SOON_NS), memory_order_relaxed);
}

static void until_expired(void)
{
    struct hchan_context *ctx;
    while (!(ctx = atomic_load_explicit(&armed, memory_order_relaxed)))
        gosched();
    leave(ctx, true);
}

/* What is done with contexts. False if there is no such operation. */
static bool do_context(const char *word)
{
    if (strcmp(word, "cancel") == 0)
        hchan_context_cancel(context);
    else if (strcmp(word, "ended") == 0)
        chanrecv1(hchan_context_done(context), NULL);
    else if (strcmp(word, "below") == 0)
        leave(hchan_context_with_cancel(context), true);
    else if (strcmp(word, "error") == 0)
        while (hchan_context_error(context) == HCHAN_CONTEXT_LIVES)
            gosched();
    else if (strcmp(word, "child") == 0)
        leave(hchan_context_with_cancel(context), false);
    else if (strcmp(word, "orphan") == 0)
        leave(hchan_context_with_cancel(root), false);
    else if (strcmp(word, "arm") == 0)
        arm();
    else if (strcmp(word, "expired") == 0)
        until_expired();
    else
        return false;
    return true;
}

/* What is not a channel. False if there is no such operation. */
static bool do_sync(const char *word)
{
    if (strcmp(word, "lock") == 0)
        hchan_mutex_lock(&mutex);
    else if (strcmp(word, "unlock") == 0)
        hchan_mutex_unlock(&mutex);
    else if (strcmp(word, "add") == 0)
        hchan_waitgroup_add(&group, 1);
    else if (strcmp(word, "done") == 0)
        hchan_waitgroup_done(&group);
    else if (strcmp(word, "wait") == 0)
        hchan_waitgroup_wait(&group);
    else if (strcmp(word, "waits") == 0)
        while (!somebody_waits())
            gosched();
    else if (strcmp(word, "keep") == 0)
        make_kept();
    else if (strcmp(word, "drop") == 0)
        drop_kept();
    else if (strcmp(word, "once") == 0)
        hchan_once_do(&once, write_x, NULL);
    else if (strcmp(word, "apart") == 0)
        hchan_apart(write_x, NULL);
    else if (strcmp(word, "timer") == 0 || strcmp(word, "ticker") == 0)
        use_timer(word[2] == 'c');
    else
        return false;
    return true;
}

static void do_word(const char *word)
{
    bool named = word[1] == '\0' || word[1] == '='; /* and not "yield" */
    volatile long *v = named ? variable(word, NULL) : NULL;
    long words[WORDS];
    if (v && word[1] == '=')
        v[0] = 1;
    else if (v)
        (void)v[0];
    else if (word[1] == '!' || word[1] == '?')
        do_channel(word);
    else if (strncmp(word, "select:", 7) == 0)
        do_select(word + 7);
    else if (strncmp(word, "say", 3) == 0)
        atomic_store_explicit(&said[word[3] - '0'], true, memory_order_relaxed);
    else if (strncmp(word, "hear", 4) == 0)
        while (!atomic_load_explicit(&said[word[4] - '0'], memory_order_relaxed))
            gosched();
    else if (strcmp(word, "go") == 0)
        start_later();
    else if (strcmp(word, "yield") == 0)
        gosched();
    else if (strcmp(word, "new") == 0)
        chanfree(makechan(channels_of, sizeof(long), 1));
    else if (strcmp(word, "own") == 0)
        use_own();
    else if (strcmp(word, "frame") == 0)
        frame(words);
    else if (!do_sync(word) && !do_context(word))
        do_named(word, channel(word[strlen(word) - 1]));
}

static void do_line(const char *line)
{
    char copy[LINE_MAX_BYTES], *at = copy;
    snprintf(copy, sizeof(copy), "%s", line);
    for (char *word; (word = strsep(&at, " "));) {
        if (strncmp(word, "times:", 6) == 0) {
            for (int n = atoi(word + 6); n > 0; n--)
                do_line(line + (at - copy));
            return;
        }
        if (*word)
            do_word(word);
    }
}

static void join_all(void)
{
    if (hchan_variant_goroutines(channels_of))
        schedstop();
    for (unsigned i = 0; i < atomic_load_explicit(&nthreads, memory_order_relaxed); i++)
        pthread_join(threads[i], NULL);
}

void race_program_run(const struct race_program *p, const struct hchan_variant *variant)
{
    program = p;
    channels_of = variant;
    for (unsigned i = 0; i < 3; i++)
        channels[i] = makechan(variant, p->elemsize, p->capacity[i]);
    if (hchan_variant_goroutines(variant) && schedinit(&(struct sched_options){.procs = 2}))
        abort();
    root = hchan_context_background(variant);
    context = hchan_context_with_cancel(root);
    do_line(p->first);
    for (unsigned i = 0; i < p->nparties; i++)
        start((char *)(uintptr_t)p->parties[i]);
    join_all();
    do_line(p->last);
    hchan_context_release(context);
    hchan_context_release(root);
    for (unsigned i = 0; i < 3; i++)
        chanfree(channels[i]);
}
