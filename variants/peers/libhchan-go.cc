/* The library's channel between its goroutines, as a peer. */
/* SPDX-License-Identifier: MIT */
#include "variants/peers/libhchan.h"
#include <hchan/sched.h>

/* Parties as goroutines, on a P for each PU of the cell. */
class goroutines
{
    struct job {
        std::function<void(unsigned)> part;
        unsigned index;
    };
    std::vector<job> jobs;
    const peer::arguments *a = nullptr;
    std::string error;

    static int begin(unsigned p, void *arg)
    {
        goroutines *all = static_cast<goroutines *>(arg);
        std::string why = peer::bind_to(all->a->pu[p]);
        if (!why.empty())
            all->error = why; /* schedinit() fails: nobody else writes it after that */
        return why.empty() ? 0 : EINVAL;
    }
    static void enter(void *arg)
    {
        job *j = static_cast<job *>(arg);
        j->part(j->index);
    }

  public:
    enum { cooperative = 1 };
    static void relax()
    {
        gosched();
    }
    static void wait(const peer::arguments &)
    {
        gosched();
    }
    /* The lead is made last, so that it runs first, as in the lab. */
    void start(const peer::arguments &given, std::vector<peer::party> &parties,
               std::function<void(unsigned)> part)
    {
        struct sched_options options = {};
        a = &given;
        options.procs = given.pu[0] == given.pu[1] || parties.size() == 1 ? 1 : 2;
        options.begin = begin;
        options.arg = this;
        for (unsigned i = 0; i < parties.size(); i++)
            jobs.push_back({part, i});
        if (int status = schedinit(&options))
            peer::give_up(error.empty() ? std::string("schedinit: ") + strerror(status) : error);
        for (size_t i = jobs.size(); i-- > 0;)
            if (int status = newproc(enter, &jobs[i]))
                peer::give_up(std::string("newproc: ") + strerror(status));
    }
    void join()
    {
        schedstop();
    }
};

struct futex_go_check {
    static const peer::about about;
    static const char *name()
    {
        return "futex+go+check";
    }
    using buffered = libhchan::channel<futex_go_check>;
    using rendezvous = libhchan::channel<futex_go_check>;
    using crew = goroutines;
    enum { fifo = 1 };
    static const char *refuses(uint64_t)
    {
        return nullptr;
    }
};

const peer::about futex_go_check::about = {
    "libhchan-go", "futex+go+check of libhchan " HCHAN_VERSION_STRING, "C", {"a loop with select"}};

int main(int argc, char **argv)
{
    return peer::run<futex_go_check>(argc, argv);
}
