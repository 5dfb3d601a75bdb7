/* The invariants at the head of core/layout.h: a traced instance says which one is broken, before
 * it lets go of the lock. (Every other test shows that they hold.) */
#include "core/layout.h"
#include "core/tests/support.h"
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static struct sudog nobody;

static void one_end(hchan *c)
{
    store_rlx(&c->recvq.first, &nobody); /* one thread */
}

static void receiver_before_value(hchan *c)
{
    chansend1(c, &(long){1});
    waitq_enqueue(&c->recvq, &nobody);
}

static void sender_before_slot(hchan *c)
{
    waitq_enqueue(&c->sendq, &nobody);
}

static void lost_index(hchan *c)
{
    c->sendx++;
}

static void sender_after_close(hchan *c)
{
    for (long i = 0; i < 2; i++)
        chansend1(c, &i);
    waitq_enqueue(&c->sendq, &nobody);
    store_rlx(&c->closed, 1); /* one thread */
}

static void test_a_traced_channel_names_the_invariant_that_is_broken(void **state)
{
    static const struct {
        void (*breaks)(hchan *c);
        const char *says;
    } rows[] = {
        {one_end, "one end only"},
        {receiver_before_value, "a receiver waits before a value"},
        {sender_before_slot, "a sender waits before a free slot"},
        {lost_index, "sendx is not where the values end"},
        {sender_after_close, "somebody waits on a closed channel"},
    };
    (void)state;
    FOR_EACH_TRACED(v)
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int err[2], status;
        char text[256] = "";
        assert_int_equal(pipe(err), 0);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            dup2(err[1], STDERR_FILENO);
            signal(SIGABRT, SIG_DFL);
            hchan *c = makechan(v, sizeof(long), 2);
            rows[i].breaks(c);
            chan_parked_senders(c); /* locks, and unlocks */
            _exit(0);
        }
        close(err[1]);
        assert_true(read(err[0], text, sizeof(text) - 1) > 0);
        close(err[0]);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
        if (!strstr(text, rows[i].says))
            fail_msg("row %zu says '%s', wanted '%s'", i, text, rows[i].says);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_traced_channel_names_the_invariant_that_is_broken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
