/* history_test finds what is wrong: each of these channels, broken on purpose, must be rejected
 * within a bounded number of histories. And it finds something as small as the effect of a store
 * buffer. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/check/record.h"
#include "core/tests/child.h"
#include "core/tests/support.h"
#include "variants/buffer/plain.h"
#include "variants/tests/programs.h"

/* The variant that is broken in these tests. */
static const struct hchan_variant *sound;

/* True once in `n` calls, counted in each thread. */
static bool once_in(unsigned n)
{
    static _Thread_local uint64_t random;
    return random_below(&random, n) == 0;
}

/* A receive drops its value and reports that there was none. */
static bool recv_dropping(hchan *c, void *elem, bool block, bool *received, const void *pc)
{
    bool done = sound->chanrecv(c, elem, block, received, pc);
    return done && !(*received && !block && once_in(32));
}

/* A receive leaves its value in the buffer. */
static bool recv_doubling(hchan *c, void *elem, bool block, bool *received, const void *pc)
{
    if (once_in(32)) {
        c->variant->lock(c);
        bool there = load_rlx(&c->qcount) > 0; /* under the lock */
        if (there)
            elem_copy(c, elem, buffer_plain_slot(c, c->recvx));
        c->variant->unlock(c);
        *received = there;
        if (there)
            return true;
    }
    return sound->chanrecv(c, elem, block, received, pc);
}

/* How long a close and a receive of the other party take, in pauses. */
enum { TWO_OPERATIONS = SANITIZED ? 200 : 16 };

/* The fast path that checks `closed` first. A pause helps chance, as an interrupt would. */
static bool recv_looking_at_closed_first(hchan *c, void *elem, bool block, bool *received,
                                         const void *pc)
{
    bool open = load_acq(&c->closed) == 0; /* pairs as in fast_check_recv, as does the next */
    if (!block && open) {
        if (once_in(4))
            procyield(TWO_OPERATIONS);
        if (chan_empty(c))
            return false;
    }
    return sound->chanrecv(c, elem, block, received, pc);
}

/* A receive from a closed channel does not check for values. */
static bool recv_not_draining(hchan *c, void *elem, bool block, bool *received, const void *pc)
{
    if (load_acq(&c->closed) && once_in(4)) {
        elem_zero(c, elem);
        *received = false;
        return true;
    }
    return sound->chanrecv(c, elem, block, received, pc);
}

/* The last two values in the buffer are swapped. */
static bool send_swapping(hchan *c, const void *elem, bool block, const void *pc)
{
    bool sent = sound->chansend(c, elem, block, pc);
    c->variant->lock(c);
    if (sent && load_rlx(&c->qcount) == 2) { /* under the lock */
        uint64_t *a = (uint64_t *)(void *)buffer_plain_slot(c, c->recvx);
        uint64_t *b = (uint64_t *)(void *)buffer_plain_slot(c, (c->recvx + 1) % c->dataqsiz),
                 was = *a;
        *a = *b;
        *b = was;
    }
    c->variant->unlock(c);
    return sent;
}

/* A send on a closed channel succeeds. */
static bool send_never_panicking(hchan *c, const void *elem, bool block, const void *pc)
{
    return load_acq(&c->closed) || sound->chansend(c, elem, block, pc);
}

/* A send that finds no room reports success. */
static bool send_never_full(hchan *c, const void *elem, bool block, const void *pc)
{
    return sound->chansend(c, elem, block, pc) || once_in(32);
}

/* A select takes its default although a case is ready. */
static int select_defaulting(const struct scase *cases, uint32_t ncases, bool block,
                             int64_t deadline, bool *received, const void *pc)
{
    return !block && once_in(8) ? -1
                                : sound->selectgo(cases, ncases, block, deadline, received, pc);
}

/* A select that takes a value just as its deadline passes reports a timeout. */
static int select_losing(const struct scase *cases, uint32_t ncases, bool block, int64_t deadline,
                         bool *received, const void *pc)
{
    int chosen = sound->selectgo(cases, ncases, block, deadline, received, pc);
    return deadline != HCHAN_FOREVER ? -1 : chosen;
}

/* A select returns the index of another case. */
static int select_misnaming(const struct scase *cases, uint32_t ncases, bool block,
                            int64_t deadline, bool *received, const void *pc)
{
    int chosen = sound->selectgo(cases, ncases, block, deadline, received, pc);
    return chosen >= 0 && once_in(4) ? (int)((unsigned)(chosen + 1) % ncases) : chosen;
}

/* A close and a drain of one channel with one value, against tries to receive. */
static void draw_closing(struct program *p, uint64_t *random)
{
    static const struct program_dice dice = {.chans = 1,
                                             .parties = 2,
                                             .ops = 4,
                                             .capacity_max = 1,
                                             .try = 1,
                                             .send = 2,
                                             .recv = 6,
                                             .close = 2};
    draw_pair(p, &dice, random);
    p->capacity[0] = 1;
}

static const struct {
    const char *name;
    bool (*chansend)(hchan *c, const void *elem, bool block, const void *pc);
    bool (*chanrecv)(hchan *c, void *elem, bool block, bool *received, const void *pc);
    int (*selectgo)(const struct scase *cases, uint32_t ncases, bool block, int64_t deadline,
                    bool *received, const void *pc);
    void (*draw)(struct program *p, uint64_t *random);
    uint64_t bound; /* on the histories that it takes; some hundred times the number seen here */
} broken[] = {
    {.name = "a receive drops a value", .chanrecv = recv_dropping, .bound = 100000},
    {.name = "a receive doubles a value", .chanrecv = recv_doubling, .bound = 100000},
    {.name = "a receive looks at closed before empty",
     .chanrecv = recv_looking_at_closed_first,
     .draw = draw_closing,
     .bound = 2000000},
    {.name = "a closed channel is not drained", .chanrecv = recv_not_draining, .bound = 100000},
    {.name = "two values change places", .chansend = send_swapping, .bound = 100000},
    {.name = "a send on a closed channel goes well",
     .chansend = send_never_panicking,
     .bound = 100000},
    {.name = "a send goes well without room", .chansend = send_never_full, .bound = 100000},
    {.name = "a select takes its default", .selectgo = select_defaulting, .bound = 100000},
    {.name = "a deadline loses a value", .selectgo = select_losing, .bound = 100000},
    {.name = "a select names another case", .selectgo = select_misnaming, .bound = 100000},
};

/* On a busy machine few histories overlap, and more of them are needed. */
enum { ATTEMPTS = 20 };

/* Given a channel with one thing wrong, then a history shows it. */
static void test_broken_channels_are_refused(void **state)
{
    (void)state;
    sound = test_variant(NULL);
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        struct hchan_variant variant = *sound;
        struct record_tally tally = {0};
        if (broken[i].chansend)
            variant.chansend = broken[i].chansend;
        if (broken[i].chanrecv)
            variant.chanrecv = broken[i].chanrecv;
        if (broken[i].selectgo)
            variant.selectgo = broken[i].selectgo;
        struct record_plan plan = {.variant = &variant,
                                   .draw = broken[i].draw ? broken[i].draw : draw_hasty,
                                   .deadline = deadline_passed,
                                   .seed = 1,
                                   .histories = broken[i].bound,
                                   .until_wrong = true};
        for (int attempt = 0; attempt < ATTEMPTS && !tally.wrong; attempt++) {
            record(&plan, &tally);
            plan.seed += broken[i].bound;
        }
        if (!tally.wrong)
            fail_msg("%s: not seen in %llu histories", broken[i].name,
                     (unsigned long long)tally.histories);
        print_message("%-40s refused at history %llu\n", broken[i].name,
                      (unsigned long long)tally.first_wrong);
    }
}

/* A receive that finds nothing is never woken. */
static bool recv_sleeping_for_ever(hchan *c, void *elem, bool block, bool *received, const void *pc)
{
    bool done = sound->chanrecv(c, elem, false, received, pc);
    while (!done && block)
        pause();
    return done;
}

static void record_a_lost_wake_up(void *arg)
{
    struct hchan_variant variant = *sound;
    (void)arg;
    variant.chanrecv = recv_sleeping_for_ever;
    record(&(struct record_plan){.variant = &variant,
                                 .draw = draw_balanced,
                                 .deadline = deadline_never,
                                 .histories = 100000,
                                 .patience_s = 1},
           &(struct record_tally){0});
}

/* Given a lost wake-up, then the process ends and reports the program. In a child. */
static void test_a_lost_wake_up_is_told(void **state)
{
    char words[2048];
    (void)state;
    int status = run_in_child(record_a_lost_wake_up, NULL, words, sizeof(words));
    print_message("%s", words);
    assert_true(aborted(status));
    assert_non_null(strstr(words, "somebody hangs"));
    assert_non_null(strstr(words, " | "));
    assert_non_null(strstr(words, "blocked"));
}

#if defined(__x86_64__) && !SANITIZED
extern const struct hchan_variant hchan_variant_spin_futex_check_measured;

static void record_unfenced(uint64_t (*moment)(void), uint64_t seed, uint64_t histories,
                            bool until_wrong, struct record_tally *tally)
{
    record(&(struct record_plan){.variant = &hchan_variant_spin_futex_check_measured,
                                 .draw = draw_hasty,
                                 .deadline = deadline_passed,
                                 .moment = moment,
                                 .seed = seed,
                                 .histories = histories,
                                 .until_wrong = until_wrong},
           tally);
}

/* Given a lock whose release is a plain store, beside a fast path that does not lock, then an
 * operation can return before another CPU sees it. If the time of its return is taken after the
 * store buffer is empty, no history is wrong. The variants avoid the pair: variants/README.md. */
static void test_a_store_buffer_is_seen(void **state)
{
    enum { BOUND = 1000000, FENCED = 300000 };
    struct record_tally strict = {0}, fenced = {0};
    (void)state;
    record_unfenced(NULL, 1, 1, false, &fenced); /* the first recording chooses the clock */
    if (!strstr(record_clock(), "time stamp counter")) {
        print_message("skipped: %s takes longer than a store stays in its buffer\n",
                      record_clock());
        skip();
    }
    fenced = (struct record_tally){0};
    for (uint64_t attempt = 0; attempt < ATTEMPTS && !strict.wrong; attempt++)
        record_unfenced(NULL, 1 + attempt * BOUND, BOUND, true, &strict);
    print_message("spin+futex+check refused at history %llu\n%s",
                  (unsigned long long)strict.first_wrong, strict.report);
    assert_true(strict.wrong > 0);
    record_unfenced(record_moment_fenced, 1, FENCED, false, &fenced);
    if (fenced.wrong)
        fail_msg("with a fence: %llu of %llu are wrong: %s", (unsigned long long)fenced.wrong,
                 (unsigned long long)fenced.histories, fenced.report);
    print_message("with a fence before the return's moment %llu are right\n",
                  (unsigned long long)fenced.histories);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_broken_channels_are_refused),
        cmocka_unit_test(test_a_lost_wake_up_is_told),
#if defined(__x86_64__) && !SANITIZED
        cmocka_unit_test(test_a_store_buffer_is_seen),
#endif
    };
    if (!record_possible()) {
        printf("history_broken_test: skipped: it needs two CPUs to bind threads to\n");
        return 77;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
