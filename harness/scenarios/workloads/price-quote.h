/* The lesson's price-quote service: ingest(feed, quotes), aggregate(quotes, bars),
 * persist(bars). The quotes' channel is buffered, to absorb bursts; the bars' is not, so that the
 * step that persists slows down those before it. The feed comes in bursts of four bars' quotes, and
 * pauses after each for as long as it takes to persist them: on average the service just keeps up.
 * One operation is one quote, until its bar is persisted; `work` is what persisting a bar takes.
 * Nothing forces the path: a quote hops while there is room, and a bar is a rendezvous. */
/* SPDX-License-Identifier: MIT */
enum { PRICE_QUOTE_BAR = 64, PRICE_QUOTE_BURST = 4 };

static int price_quote_setup(struct bench *b)
{
    int error = loop_makechan(b, 0, b->params.elem, b->params.capacity);
    return error ? error : loop_makechan(b, 1, b->params.elem, 0);
}

/* persist(bars) */
static void price_quote_lead(struct worker *w, uint64_t ops)
{
    struct bench *b = w->bench;
    for (uint64_t i = 0; i < ops; i += PRICE_QUOTE_BAR) {
        loop_recv(w, b->chan[1], w->elem);
        bench_work(b->work_turns);
    }
}

static void price_quote_ingest(struct worker *w)
{
    struct bench *b = w->bench;
    uint64_t bars = 0;
    while (!load_rlx(&b->stop)) { /* a flag; publishes nothing */
        for (int i = 0; i < PRICE_QUOTE_BAR; i++)
            loop_send(w, b->chan[0], w->elem);
        store_rlx(&w->ops, ++bars * PRICE_QUOTE_BAR);
        if (bars % PRICE_QUOTE_BURST == 0)
            bench_work(PRICE_QUOTE_BURST * b->work_turns);
    }
    store_rlx(&b->sent, bars * PRICE_QUOTE_BAR); /* read when all have ended */
    loop_close(b->chan[0]);
}

static void price_quote_aggregate(struct worker *w)
{
    struct bench *b = w->bench;
    for (uint64_t quotes = 1; loop_recv(w, b->chan[0], w->elem); quotes++)
        if (quotes % PRICE_QUOTE_BAR == 0) {
            loop_send(w, b->chan[1], w->elem);
            store_rlx(&w->ops, quotes); /* a count; publishes nothing */
        }
    loop_close(b->chan[1]);
}

static void price_quote_serve(struct worker *w)
{
    if (w->index == 1)
        price_quote_ingest(w);
    else
        price_quote_aggregate(w);
}

/* Goes on persisting until the last bar is out. */
static void price_quote_finish(struct bench *b)
{
    uint64_t left = 0;
    store_rlx(&b->stop, 1); /* a flag; publishes nothing */
    while (loop_recv(b->lead, b->chan[1], b->lead->elem))
        left += PRICE_QUOTE_BAR;
    store_rlx(&b->taken, left); /* read when all have ended */
}

static bool price_quote_check(const struct bench *b, uint64_t ops)
{
    return load_rlx(&b->sent) == ops + load_rlx(&b->taken); /* all have ended */
}

static const struct scenario scenario_price_quote = {
    .name = "price-quote",
    .summary = "the lesson's service: bursts of quotes, buffered, into bars, unbuffered",
    .op = "quote persisted in a bar",
    .capacity = {1024, 0, 1000000},
    .elem = {8, 0, 65535},
    .threads = {3, 3, 3},
    .work = {0, 0, 1000000},
    .group = "workloads",
    .mix = true,
    .places = true,
    .ops_multiple = PRICE_QUOTE_BAR,
    .setup = price_quote_setup,
    .feeds = true,
    .stages = 2,
    .lead = price_quote_lead,
    .serve = price_quote_serve,
    .finish = price_quote_finish,
    .check = price_quote_check,
};
