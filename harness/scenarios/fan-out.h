/* Fan-out: one writer, who leads, sends on a channel that many read; the first reader wins each
 * value and thinks after it. One operation is one value sent; values still in the buffer when the
 * window ends are received after it. Nothing forces the path. */
static int fan_out_setup(struct bench *b)
{
    return loop_makechan(b, 0, b->params.elem, b->params.capacity);
}

static void fan_out_lead(struct worker *w, uint64_t ops)
{
    hchan *c = w->bench->chan[0];
    for (uint64_t i = 0; i < ops; i++)
        loop_send(w, c, w->elem);
}

static void fan_out_serve(struct worker *w)
{
    struct bench *b = w->bench;
    uint64_t taken = 0;
    for (; loop_recv(w, b->chan[0], w->elem); taken++)
        bench_work(b->params.work);
    fadd_rlx(&b->taken, taken); /* read when all have ended */
}

static void fan_out_finish(struct bench *b)
{
    loop_close(b->chan[0]);
}

static bool fan_out_check(const struct bench *b, uint64_t ops)
{
    return load_rlx(&b->taken) == ops;
}

static const struct scenario scenario_fan_out = {
    .name = "fan-out",
    .summary = "one writer on a channel, many readers: the first one wins each value",
    .op = "value sent",
    .capacity = {0, 0, 1000000},
    .elem = {8, 0, 65535},
    .threads = {4, 2, THREADS_MAX},
    .work = {0, 0, 1000000},
    .group = "workloads",
    .mix = true,
    .places = true,
    .setup = fan_out_setup,
    .lead = fan_out_lead,
    .serve = fan_out_serve,
    .finish = fan_out_finish,
    .check = fan_out_check,
};
