/* The skeleton of a peer in C++: the command line, the windows and the records of a peer program
 * (README.md has the protocol). A peer is a struct with its names and its channel types, and ends
 * with `int main(int argc, char **argv) { return peer::run<it>(argc, argv); }`:
 *
 *   static const peer::about about;   name, version, language, what it lacks
 *   using buffered, rendezvous;       constructed from a capacity, with send(uint64_t) and
 *                                     uint64_t recv(); peer::none where it has no such channel
 *   static const char *refuses(uint64_t capacity);   why a capacity can't be had, or NULL
 *   using crew;                       peer::threads, or what runs parties otherwise
 *   enum { fifo };                    whether the values of one sender come in order
 *
 * The loops are the scenarios' own (harness/scenarios/), over this channel. */
#ifndef VARIANTS_PEERS_PEER_H
#define VARIANTS_PEERS_PEER_H

#include "variants/peers/protocol.h"
#include <atomic>
#include <functional>
#include <memory>
#include <pthread.h>
#include <sched.h>
#include <type_traits>
#include <vector>

namespace peer
{

struct none {
};

/* Tells a receiver to end; no sender's value is like it. */
constexpr uint64_t end_value = UINT64_MAX;

/* A value says who sent it, and the how manyth it was. */
constexpr uint64_t value_of(unsigned sender, uint64_t number)
{
    return (uint64_t)sender << 40 | number;
}

/* Spreads a value, so that sums of what was sent and of what came differ where a value was lost,
 * changed, or came twice. */
inline uint64_t spread(uint64_t v)
{
    v = (v ^ v >> 30) * 0xbf58476d1ce4e5b9U;
    v = (v ^ v >> 27) * 0x94d049bb133111ebU;
    return v ^ v >> 31;
}

/* What a party does beside its operation: so many multiplies, each of which needs the one before.
 */
inline void think(uint64_t turns)
{
    uint64_t x = turns;
    for (uint64_t i = 0; i < turns; i++) {
        x = x * 6364136223846793005U + 1;
        __asm__ volatile("" : "+r"(x));
    }
}

/* One who sends or receives. */
struct alignas(128) party {
    std::atomic<uint64_t> ops{0}; /* so far, for whoever looks */
    uint64_t made = 0, taken = 0; /* by parties of scenarios with a lead */
    uint64_t sum = 0;             /* of its values, spread; kept by checked loops */
    bool disordered = false;
    std::string error; /* why it is not where it should be */
};

/* A turn of a loop that waits for another PU. */
inline void spin()
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

/* Parties that are threads, thread i on PU i % 2. */
class threads
{
    std::vector<pthread_t> started;
    struct job {
        std::function<void(unsigned)> part;
        unsigned index, pu;
        party *self;
        threads *all;
    };
    std::vector<std::unique_ptr<job>> jobs;
    std::atomic<unsigned> arrived{0}, failed{0};

    static void *enter(void *arg)
    {
        job *j = static_cast<job *>(arg);
        j->self->error = bind_to(j->pu);
        if (!j->self->error.empty())
            j->all->failed.fetch_add(1);
        j->all->arrived.fetch_add(1);
        while (j->all->arrived.load() < j->all->jobs.size())
            sched_yield();
        if (j->all->failed.load() == 0)
            j->part(j->index);
        return nullptr;
    }

  public:
    /* Starts the parties; each runs its part once all are where they should be. */
    void start(const arguments &a, std::vector<party> &parties, std::function<void(unsigned)> part)
    {
        for (unsigned i = 0; i < parties.size(); i++)
            jobs.emplace_back(new job{part, i, a.pu[i % 2], &parties[i], this});
        for (auto &j : jobs) {
            pthread_t thread;
            if (int error = pthread_create(&thread, nullptr, enter, j.get()))
                give_up(std::string("a thread could not be made: ") + strerror(error));
            started.push_back(thread);
        }
    }
    void join()
    {
        for (pthread_t thread : started)
            pthread_join(thread, nullptr);
    }
    enum { cooperative = 0 }; /* whether a party that never waits has to let others run */
    static void relax()
    {
        sched_yield();
    }
    /* Waits for another party, which may be on the same PU. */
    static void wait(const arguments &a)
    {
        if (a.pu[0] == a.pu[1])
            sched_yield();
        else
            spin();
    }
};

/* A value has come: it is counted, and must not be older than the last of its sender. */
inline void look_at(party &self, uint64_t value, std::vector<uint64_t> &next)
{
    unsigned sender = (unsigned)(value >> 40);
    uint64_t number = value & value_of(0, UINT64_MAX >> 24);
    if (sender >= next.size() || number < next[sender])
        self.disordered = true;
    else
        next[sender] = number + 1;
}

/* Producers send as fast as they can, consumers receive, until `stop`. The last producer that ends
 * sends each consumer its end. Parties of even number produce. */
template <class Peer, class Channel, bool checked> class prod_cons
{
    const arguments &a;
    Channel channel;
    std::vector<party> &parties;
    std::atomic<unsigned> producing;

  public:
    enum { pairs = 1 }; /* odd parties count operations; else all do */
    std::atomic<bool> stop{false};

    prod_cons(const arguments &given, std::vector<party> &who)
        : a(given), channel(given.capacity), parties(who), producing((unsigned)given.threads / 2)
    {
    }
    void part(unsigned i)
    {
        if (i % 2 == 0)
            produce(i);
        else
            consume(i);
    }
    void produce(unsigned i)
    {
        party &self = parties[i];
        uint64_t sent = 0, sum = 0;
        while (!stop.load(std::memory_order_relaxed)) {
            think(a.work);
            uint64_t value = value_of(i, sent);
            channel.send(value);
            if (checked)
                sum += spread(value);
            self.ops.store(++sent, std::memory_order_relaxed);
        }
        self.sum = sum;
        if (producing.fetch_sub(1) == 1)
            for (unsigned k = 0; k < a.threads / 2; k++)
                channel.send(end_value);
    }
    void consume(unsigned i)
    {
        party &self = parties[i];
        std::vector<uint64_t> next(checked ? a.threads : 0);
        uint64_t received = 0;
        for (uint64_t value; (value = channel.recv()) != end_value;) {
            if (checked) {
                self.sum += spread(value);
                look_at(self, value, next);
            }
            self.ops.store(++received, std::memory_order_relaxed);
            think(a.work);
        }
    }
    /* After the end: what was sent came, and in order. "" or what is wrong. */
    std::string verdict()
    {
        uint64_t sent = 0, came = 0, sum = 0;
        bool disordered = false;
        for (unsigned i = 0; i < parties.size(); i++) {
            uint64_t ops = parties[i].ops.load();
            sent += i % 2 == 0 ? ops : 0;
            came += i % 2 == 0 ? 0 : ops;
            sum += i % 2 == 0 ? parties[i].sum : -parties[i].sum;
            disordered = disordered || parties[i].disordered;
        }
        if constexpr (!Peer::fifo) /* an end may have overtaken values */
            for (uint64_t value; channel.try_recv(value); came++)
                sum -= checked ? spread(value) : 0;
        if (sent != came)
            return std::to_string(sent) + " values were sent, " + std::to_string(came) + " came";
        if (sum != 0)
            return "what came is not what was sent";
        return disordered && Peer::fifo ? "values of one sender came out of order" : "";
    }
};

/* A party of a crowd has done so much: whether it goes on. Parties that are not preempted let the
 * others run now and then. */
template <class Peer> bool goes_on(party &self, uint64_t done, const std::atomic<bool> &stop)
{
    self.ops.store(done, std::memory_order_relaxed);
    if (Peer::crew::cooperative && done % 64 == 0)
        Peer::crew::relax();
    return !stop.load(std::memory_order_relaxed);
}

enum { GO_BATCH = 100 }; /* of Go's ChanUncontended and ChanContended */

/* go-chan-uncontended: each party fills and empties a channel of its own. */
template <class Peer, class Channel, bool checked> class uncontended
{
    std::vector<party> &parties;

  public:
    enum { pairs = 0 };
    std::atomic<bool> stop{false};

    uncontended(const arguments &, std::vector<party> &who) : parties(who)
    {
    }
    void part(unsigned i)
    {
        Channel channel(GO_BATCH);
        party &self = parties[i];
        uint64_t done = 0;
        do {
            for (uint64_t k = 0; k < GO_BATCH; k++)
                channel.send(value_of(i, k));
            for (uint64_t k = 0; k < GO_BATCH; k++) {
                uint64_t value = channel.recv();
                if (checked && value != value_of(i, k))
                    self.disordered = true;
            }
        } while (goes_on<Peer>(self, ++done, stop));
    }
    std::string verdict()
    {
        for (const party &p : parties)
            if (p.disordered)
                return "what came is not what was sent";
        return "";
    }
};

/* go-chan-contended: all parties fill and empty one channel, which has room for all. Whoever is in
 * the midst of it at the end leaves. */
template <class Peer, class Channel, bool checked> class contended
{
    Channel channel;
    std::vector<party> &parties;

  public:
    enum { pairs = 0 };
    std::atomic<bool> stop{false};

    contended(const arguments &a, std::vector<party> &who)
        : channel(GO_BATCH * a.threads), parties(who)
    {
    }
    void part(unsigned i)
    {
        party &self = parties[i];
        uint64_t sent = 0, taken = 0, done = 0, sum = 0;
        do {
            uint64_t end = sent + GO_BATCH;
            for (; sent < end && !stop.load(std::memory_order_relaxed); sent++) {
                channel.send(value_of(i, sent));
                sum += checked ? spread(value_of(i, sent)) : 0;
            }
            for (; taken < end && !stop.load(std::memory_order_relaxed); taken++) {
                uint64_t value = channel.recv();
                sum -= checked ? spread(value) : 0;
            }
            done += taken == end;
        } while (goes_on<Peer>(self, done, stop));
        self.made = sent;
        self.taken = taken;
        self.sum = sum;
    }
    std::string verdict()
    {
        uint64_t left = 0, sum = 0;
        for (const party &p : parties) {
            left += p.made - p.taken;
            sum += p.sum;
        }
        for (; left > 0; left--)
            sum -= checked ? spread(channel.recv()) : (channel.recv(), 0);
        return sum ? "what came is not what was sent" : "";
    }
};

/* What a lead's window needs where it counts nothing that is done outside of it. */
struct lead_alone {
    void begin()
    {
    }
    bool is_fed_from_before(uint64_t) const
    {
        return false;
    }
    void settle(uint64_t)
    {
    }
};

/* buffer-hop: a lead that sends and receives in turn on one channel; or sends, and another one
 * receives, each a quarter of the buffer when it is told that there is room or are values. */
template <class Peer, class Channel, bool checked> class buffer_hop : public lead_alone
{
    const arguments &a;
    std::vector<party> &parties;
    Channel channel;
    bool wrong = false;
    std::atomic<bool> stop{false};
    alignas(128) std::atomic<uint64_t> sent{0};
    alignas(128) std::atomic<uint64_t> taken{0};

    void look_for(uint64_t number)
    {
        uint64_t value = channel.recv();
        if (checked && value != number)
            wrong = true;
    }
    void produce(uint64_t ops)
    {
        uint64_t chunk = a.capacity >= 4 ? a.capacity / 4 : 1, number = sent.load();
        for (uint64_t end = number + ops; number < end;) {
            uint64_t upto = end - number < chunk ? end : number + chunk;
            while (upto - taken.load(std::memory_order_acquire) > a.capacity)
                Peer::crew::wait(a);
            for (; number < upto; number++)
                channel.send(number);
            sent.store(number, std::memory_order_release);
        }
        while (taken.load(std::memory_order_acquire) != number)
            Peer::crew::wait(a);
    }

  public:
    enum { multiple = 1 };
    buffer_hop(const arguments &given, std::vector<party> &who)
        : a(given), parties(who), channel(given.capacity)
    {
    }
    void lead(uint64_t ops)
    {
        if (parties.size() > 1)
            return produce(ops);
        uint64_t number = sent.load(std::memory_order_relaxed);
        for (uint64_t i = 0; i < ops; i++, number++) {
            channel.send(number);
            look_for(number);
        }
        sent.store(number, std::memory_order_relaxed);
    }
    void serve(unsigned)
    {
        uint64_t number = 0;
        for (;;) {
            uint64_t upto = sent.load(std::memory_order_acquire);
            if (number == upto && stop.load(std::memory_order_acquire))
                return;
            if (number == upto)
                Peer::crew::wait(a);
            for (; number < upto; number++)
                look_for(number);
            taken.store(number, std::memory_order_release);
        }
    }
    void finish()
    {
        stop.store(true, std::memory_order_release);
    }
    std::string verdict() const
    {
        return wrong ? "what came is not what was sent" : "";
    }
};

/* park-wake, over two channels, and go-chan-sync, over one: a lead that sends and waits for the
 * answer. An operation is one way. */
template <class Peer, class Channel, bool checked> class ping_pong : public lead_alone
{
    const arguments &a;
    bool both; /* ways over one channel */
    Channel there, other;
    Channel &back;
    uint64_t number = 0;
    bool wrong = false;

  public:
    enum { multiple = 2 };
    ping_pong(const arguments &given, std::vector<party> &)
        : a(given), both(given.scenario == "go-chan-sync"), there(0), other(0),
          back(both ? there : other)
    {
    }
    void lead(uint64_t ops)
    {
        for (uint64_t i = 0; i < ops; i += 2) {
            there.send(number);
            think(a.work);
            uint64_t value = back.recv();
            think(a.work);
            if (checked && value != number)
                wrong = true;
            number++;
        }
    }
    void serve(unsigned)
    {
        for (uint64_t value; (value = there.recv()) != end_value;) {
            think(a.work);
            back.send(value);
            think(a.work);
        }
    }
    void finish()
    {
        there.send(end_value);
    }
    std::string verdict() const
    {
        return wrong ? "what came is not what was sent" : "";
    }
};

/* go-make-chan: a channel made, and freed. */
template <class Peer, class Channel> class make_chan : public lead_alone
{
    const arguments &a;

  public:
    enum { multiple = 1 };
    make_chan(const arguments &given, std::vector<party> &) : a(given)
    {
    }
    void lead(uint64_t ops)
    {
        for (uint64_t i = 0; i < ops; i++) {
            Channel channel(a.capacity);
            __asm__ volatile("" : : "r"(&channel) : "memory");
        }
    }
    void serve(unsigned)
    {
    }
    void finish()
    {
    }
    std::string verdict() const
    {
        return "";
    }
};

/* A party of a workload: it makes values, or takes them, or takes and makes. */
struct role {
    int in, out; /* channels, or -1 */
    bool thinks;
};

/* The workloads, by what their first party, their second and the others do. Of a pipeline each
 * party takes from the one before. The first leads. */
inline role role_of(const arguments &a, unsigned i)
{
    static const struct {
        const char *name;
        role roles[3];
    } rows[] = {
        {"fan-in", {{0, -1, false}, {-1, 0, true}, {-1, 0, true}}},
        {"fan-out", {{-1, 0, false}, {0, -1, true}, {0, -1, true}}},
        {"worker-pool", {{1, -1, false}, {-1, 0, false}, {0, 1, true}}},
        {"price-quote", {{1, -1, true}, {-1, 0, false}, {0, 1, false}}},
    };
    for (auto &row : rows)
        if (a.scenario == row.name)
            return row.roles[i < 2 ? i : 2];
    return i == 0 ? role{(int)a.threads - 2, -1, true} : role{(int)i - 2, (int)i - 1, true};
}

/* The workloads. Where the last one who sends on a channel ends, it sends an end to each who
 * receives there. In price-quote, whoever takes and makes makes one bar of 64 quotes, and quotes
 * come in bursts. */
template <class Peer, class Channel, bool checked> class workload
{
    enum { BAR = 64, BURST = 4 };
    const arguments &a;
    std::vector<party> &parties;
    bool quotes;
    std::vector<std::unique_ptr<Channel>> channels;
    std::vector<unsigned> takers;
    std::vector<std::atomic<unsigned>> makers;
    std::atomic<bool> stop{false};
    std::vector<uint64_t> next;   /* the lead's */
    std::vector<uint64_t> before; /* what each party had done when the window began */

    void send(party &self, Channel &out, uint64_t value)
    {
        out.send(value);
        self.sum += checked ? spread(value) : 0;
    }
    /* False at the end. */
    bool receive(party &self, Channel &in, uint64_t &value)
    {
        if ((value = in.recv()) == end_value)
            return false;
        self.sum -= checked ? spread(value) : 0;
        return true;
    }
    void leave(int out)
    {
        if (out >= 0 && makers[out].fetch_sub(1) == 1)
            for (unsigned k = 0; k < takers[out]; k++)
                channels[out]->send(end_value);
    }
    void make(unsigned i, const role &r, uint64_t count)
    {
        Channel &out = *channels[r.out];
        party &self = parties[i];
        uint64_t turns = r.thinks ? a.work : 0, made = self.made;
        for (uint64_t end = made + count; made < end && !stop.load(std::memory_order_relaxed);) {
            think(turns);
            send(self, out, value_of(i, made++));
            self.ops.store(made, std::memory_order_relaxed);
        }
        self.made = made;
    }
    void make_quotes(unsigned i, const role &r)
    {
        party &self = parties[i];
        for (uint64_t bars = 1; !stop.load(std::memory_order_relaxed); bars++) {
            for (int k = 0; k < BAR; k++)
                send(self, *channels[r.out], value_of(i, self.made++));
            self.ops.store(self.made, std::memory_order_relaxed);
            if (bars % BURST == 0)
                think(BURST * a.work);
        }
    }
    void take(unsigned i, const role &r, uint64_t count, std::vector<uint64_t> &order)
    {
        Channel &in = *channels[r.in];
        party &self = parties[i];
        uint64_t turns = r.thinks ? a.work : 0, taken = 0, per = quotes ? BAR : 1;
        for (uint64_t value; taken < count && receive(self, in, value); taken += per) {
            if (checked && r.in == 0)
                look_at(self, value, order);
            think(turns);
            self.ops.store(taken + per, std::memory_order_relaxed);
        }
        self.taken += taken;
    }
    void pass(unsigned i, const role &r, std::vector<uint64_t> &order)
    {
        Channel &in = *channels[r.in], &out = *channels[r.out];
        party &self = parties[i];
        uint64_t turns = r.thinks ? a.work : 0, per = quotes ? BAR : 1, got = 0;
        for (uint64_t value; receive(self, in, value);) {
            if (checked && r.in == 0)
                look_at(self, value, order);
            think(turns);
            if (++got % per == 0) {
                send(self, out, value);
                self.ops.store(got, std::memory_order_relaxed);
            }
        }
    }

  public:
    enum { multiple = BAR };
    workload(const arguments &given, std::vector<party> &who)
        : a(given), parties(who), quotes(given.scenario == "price-quote"), next(who.size()),
          before(who.size())
    {
        int count = 0;
        for (unsigned i = 0; i < parties.size(); i++)
            count = std::max(count, role_of(a, i).out + 1);
        takers.resize(count);
        makers = std::vector<std::atomic<unsigned>>(count);
        for (unsigned i = 0; i < parties.size(); i++) {
            role r = role_of(a, i);
            if (r.in >= 0)
                takers[r.in]++;
            if (r.out >= 0)
                makers[r.out]++;
        }
        for (int i = 0; i < count; i++)
            channels.emplace_back(new Channel(quotes && i == 1 ? 0 : a.capacity));
    }
    void lead(uint64_t ops)
    {
        role r = role_of(a, 0);
        if (r.in < 0)
            make(0, r, ops);
        else
            take(0, r, ops, next);
    }
    void begin()
    {
        for (size_t i = 1; i < parties.size(); i++)
            before[i] = parties[i].ops.load(std::memory_order_relaxed);
    }
    /* Whether the lead has lived on what was done before the window: a step that the others do was
     * done less often in it, by more than an eighth. Who send on one channel share a step. */
    bool is_fed_from_before(uint64_t led) const
    {
        std::vector<uint64_t> steps(role_of(a, 0).in < 0 ? 0 : channels.size());
        for (unsigned i = 1; i < parties.size() && !steps.empty(); i++)
            steps[role_of(a, i).out] += parties[i].ops.load(std::memory_order_relaxed) - before[i];
        return std::any_of(steps.begin(), steps.end(),
                           [led](uint64_t done) { return done < led - led / 8; });
    }
    /* Waits until the others are behind what the lead made by no more than so much. */
    void settle(uint64_t behind)
    {
        auto waits = [this, behind] {
            uint64_t taken = 0;
            for (size_t i = 1; i < parties.size(); i++)
                taken += parties[i].ops.load(std::memory_order_relaxed);
            return taken + behind < parties[0].made;
        };
        while (role_of(a, 0).in < 0 && waits())
            Peer::crew::relax();
    }
    void serve(unsigned i)
    {
        role r = role_of(a, i);
        std::vector<uint64_t> order(parties.size());
        if (r.in < 0 && quotes)
            make_quotes(i, r);
        else if (r.in < 0)
            make(i, r, UINT64_MAX >> 1);
        else if (r.out < 0)
            take(i, r, UINT64_MAX, order);
        else
            pass(i, r, order);
        leave(r.out);
    }
    void finish()
    {
        stop.store(true);
        role r = role_of(a, 0);
        if (r.in < 0)
            leave(r.out);
        else
            take(0, r, UINT64_MAX, next);
    }
    std::string verdict()
    {
        uint64_t made = 0, taken = 0, sum = 0;
        bool disordered = false;
        for (const party &p : parties) {
            made += p.made;
            taken += p.taken;
            sum += p.sum;
            disordered = disordered || p.disordered;
        }
        if constexpr (!Peer::fifo) /* an end may have overtaken values */
            for (auto &channel : channels)
                for (uint64_t value; channel->try_recv(value); taken++)
                    sum -= checked ? spread(value) : 0;
        if (made != taken)
            return std::to_string(made) + " values were sent, " + std::to_string(taken) + " came";
        if (sum != 0)
            return "what came is not what was sent";
        return disordered && Peer::fifo ? "values of one sender came out of order" : "";
    }
};

/* A channel with a buffer or without, as its capacity says: price-quote has one of each. */
template <class Peer> class either
{
    std::unique_ptr<typename Peer::buffered> buffered;
    std::unique_ptr<typename Peer::rendezvous> rendezvous;

  public:
    explicit either(uint64_t capacity)
    {
        if (capacity)
            buffered.reset(new typename Peer::buffered(capacity));
        else
            rendezvous.reset(new typename Peer::rendezvous(0));
    }
    void send(uint64_t value)
    {
        if (buffered)
            buffered->send(value);
        else
            rendezvous->send(value);
    }
    uint64_t recv()
    {
        return buffered ? buffered->recv() : rendezvous->recv();
    }
};

inline void skip_misplaced(const std::vector<party> &parties)
{
    for (const party &p : parties)
        if (!p.error.empty())
            give_up(p.error);
}

/* Looks at everybody's progress; true where each one who counts has got on since `before`. */
inline bool look(const std::vector<party> &parties, bool pairs, const std::vector<uint64_t> &before,
                 std::vector<uint64_t> &now)
{
    bool all = true;
    for (size_t i = 0; i < parties.size(); i++) {
        now[i] = parties[i].ops.load(std::memory_order_relaxed);
        all = all && ((pairs && i % 2 == 0) || now[i] - before[i] >= 8);
    }
    return all;
}

/* As the lab's own: waits a step at a time until all got on. Returns the time of the last look. */
inline uint64_t wait_for_all(const std::vector<party> &parties, bool pairs, uint64_t step_ns,
                             const std::vector<uint64_t> &before, std::vector<uint64_t> &now)
{
    uint64_t at = 0;
    bool all = false;
    for (int step = 0; step < 32 && !all; step++) {
        sleep_ns(step_ns);
        at = clock_ns();
        all = look(parties, pairs, before, now);
    }
    return at;
}

/* What a crowd did in its window. */
inline sample sum_crowd(bool pairs, const std::vector<uint64_t> &before,
                        const std::vector<uint64_t> &after, double window_ns)
{
    double sum = 0, squares = 0, active = 0, parties = (double)(before.size() / (1 + pairs));
    for (size_t i = pairs; i < before.size(); i += 1 + pairs) {
        double ops = (double)(after[i] - before[i]);
        sum += ops;
        squares += ops * ops;
        active += ops > 0;
    }
    sample s;
    s.ops = (uint64_t)sum;
    s.window_ns = window_ns;
    s.overlap = parties > 1 ? active / parties : NAN;
    s.fairness = parties > 1 && squares > 0 ? sum * sum / (parties * squares) : NAN;
    return s;
}

template <class Peer, class Scenario> sample crowd_window(const arguments &a)
{
    std::vector<party> parties(a.threads);
    std::vector<uint64_t> before(a.threads), after(a.threads);
    bool pairs = Scenario::pairs;
    Scenario it(a, parties);
    typename Peer::crew crew;
    crew.start(a, parties, [&it](unsigned i) { it.part(i); });
    wait_for_all(parties, pairs, a.window_ns / 8, before, after);
    usage used;
    uint64_t start = clock_ns();
    look(parties, pairs, after, before);
    uint64_t end = wait_for_all(parties, pairs, a.window_ns, before, after);
    used.stop();
    it.stop.store(true);
    crew.join();
    skip_misplaced(parties);
    std::string wrong = it.verdict();
    if (!wrong.empty())
        fail(wrong);
    sample s = sum_crowd(pairs, before, after, (double)(end - start));
    s.count(used);
    return s;
}

/* One window of a scenario with a lead. It calls for `ops` operations until the window is over, and
 * warms up with twice as many. */
template <class Peer, class Scenario>
sample lead_window(const arguments &a, uint64_t ops, bool find)
{
    std::vector<party> parties(a.threads);
    Scenario it(a, parties);
    typename Peer::crew crew;
    sample s;
    crew.start(a, parties, [&](unsigned i) {
        if (i != 0)
            return it.serve(i);
        if (!find)
            it.lead(2 * ops);
        it.settle(0);
        it.begin();
        usage used;
        uint64_t start = clock_ns();
        do {
            it.lead(ops);
            it.settle(ops);
            s.ops += ops;
            s.window_ns = (double)(clock_ns() - start);
        } while (!find && (s.window_ns < (double)a.window_ns || it.is_fed_from_before(s.ops)));
        it.settle(0);
        s.window_ns = (double)(clock_ns() - start);
        used.stop();
        s.count(used);
        it.finish();
    });
    crew.join();
    skip_misplaced(parties);
    std::string wrong = it.verdict();
    if (!wrong.empty())
        fail(wrong);
    return s;
}

template <class Peer, class Scenario> void measure_lead(const arguments &a)
{
    enum { LOOKS = 16, MULTIPLE = Scenario::multiple }; /* at the clock, in a window */
    uint64_t ops = MULTIPLE;
    sample found;
    do {
        ops *= 8;
        found = lead_window<Peer, Scenario>(a, ops, true);
    } while (found.window_ns < (double)a.window_ns / LOOKS / 4);
    double wanted = (double)a.window_ns / LOOKS / (found.window_ns / (double)found.ops) / MULTIPLE;
    ops = MULTIPLE * (wanted < 1 ? 1 : (uint64_t)wanted);
    for (uint64_t i = 0; i < a.samples; i++)
        put_sample(a, i, lead_window<Peer, Scenario>(a, ops, false));
}

template <class Peer, class Scenario> void measure_crowd(const arguments &a)
{
    uint64_t missed = 0, index = 0;
    for (uint64_t i = 0; i < a.samples; i++) {
        sample s = crowd_window<Peer, Scenario>(a);
        if (s.ops == 0)
            missed++;
        else
            put_sample(a, index++, s);
    }
    if (missed)
        time_out(missed, a.samples);
}

template <class Peer, class Channel, bool checked> void measure_with(const arguments &a)
{
    if constexpr (std::is_same_v<Channel, none>)
        lack(a.capacity == 0 ? "rendezvous" : "a buffer");
    else if (a.scenario == "prod-cons")
        measure_crowd<Peer, prod_cons<Peer, Channel, checked>>(a);
    else if (a.scenario == "go-chan-uncontended")
        measure_crowd<Peer, uncontended<Peer, Channel, checked>>(a);
    else if (a.scenario == "go-chan-contended")
        measure_crowd<Peer, contended<Peer, Channel, checked>>(a);
    else if (a.scenario == "park-wake" || a.scenario == "go-chan-sync")
        measure_lead<Peer, ping_pong<Peer, Channel, checked>>(a);
    else if (a.scenario == "buffer-hop")
        measure_lead<Peer, buffer_hop<Peer, Channel, checked>>(a);
    else if (a.scenario == "go-make-chan")
        measure_lead<Peer, make_chan<Peer, Channel>>(a);
    else
        measure_lead<Peer, workload<Peer, Channel, checked>>(a);
}

template <class Peer, bool checked> void measure(const arguments &a)
{
    const char *why = a.capacity ? Peer::refuses(a.capacity) : nullptr;
    if (a.scenario == "cancel")
        lack("select");
    if (why)
        lack(why);
    if (a.capacity == 0)
        return measure_with<Peer, typename Peer::rendezvous, checked>(a);
    if (a.scenario != "price-quote")
        return measure_with<Peer, typename Peer::buffered, checked>(a);
    if constexpr (std::is_same_v<typename Peer::rendezvous, none>)
        lack("rendezvous");
    else
        measure_lead<Peer, workload<Peer, either<Peer>, checked>>(a);
}

template <class Peer> int run(int argc, char **argv)
{
    arguments a = read_arguments(Peer::about, argc, argv);
    if (a.check)
        measure<Peer, true>(a);
    else
        measure<Peer, false>(a);
    return put_end(0, "");
}

} // namespace peer

#endif
