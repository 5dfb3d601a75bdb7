/* A pipeline of as many stages as there are threads: the first makes values, each receives from the
 * one before and sends to the next, and the last, which is the lead, takes them. Every stage thinks
 * about each value. One operation is one value through all stages. There is a channel between each
 * two stages. Nothing forces the path.
 *
 * Worker 1 is the first stage, and worker 0 the last; worker i sends on channel i - 1. */
/* SPDX-License-Identifier: MIT */
static int pipeline_setup(struct bench *b)
{
    int error = 0;
    for (unsigned i = 0; i + 1 < b->params.threads && !error; i++)
        error = loop_makechan(b, (int)i, b->params.elem, b->params.capacity);
    return error;
}

static void pipeline_lead(struct worker *w, uint64_t ops)
{
    struct bench *b = w->bench;
    hchan *in = b->chan[b->params.threads - 2];
    for (uint64_t i = 0; i < ops; i++) {
        loop_recv(w, in, w->elem);
        bench_work(b->work_turns);
    }
}

static void pipeline_make(struct worker *w, hchan *out)
{
    struct bench *b = w->bench;
    uint64_t sent = 0;
    while (!load_rlx(&b->stop)) { /* a flag, and a count: both publish nothing */
        bench_work(b->work_turns);
        loop_send(w, out, w->elem);
        store_rlx(&w->ops, ++sent);
    }
    store_rlx(&b->sent, sent); /* read when all have ended */
}

static void pipeline_serve(struct worker *w)
{
    struct bench *b = w->bench;
    hchan *out = b->chan[w->index - 1];
    if (w->index == 1)
        pipeline_make(w, out);
    else
        for (uint64_t passed = 1; loop_recv(w, b->chan[w->index - 2], w->elem); passed++) {
            bench_work(b->work_turns);
            loop_send(w, out, w->elem);
            store_rlx(&w->ops, passed); /* a count; publishes nothing */
        }
    loop_close(out);
}

/* Goes on receiving until the last value is out, so that none is left behind in a send. */
static void pipeline_finish(struct bench *b)
{
    uint64_t left = 0;
    store_rlx(&b->stop, 1); /* a flag; publishes nothing */
    while (loop_recv(b->lead, b->chan[b->params.threads - 2], b->lead->elem))
        left++;
    store_rlx(&b->taken, left); /* read when all have ended */
}

static bool pipeline_check(const struct bench *b, uint64_t ops)
{
    return load_rlx(&b->sent) == ops + load_rlx(&b->taken); /* all have ended */
}

static const struct scenario scenario_pipeline = {
    .name = "pipeline",
    .summary = "stages in a row, each receives from the one before and sends to the next",
    .op = "value through all stages",
    .capacity = {0, 0, 1000000},
    .elem = {8, 0, 65535},
    .threads = {4, 2, THREADS_MAX},
    .work = {0, 0, 1000000},
    .group = "workloads",
    .mix = true,
    .places = true,
    .setup = pipeline_setup,
    .feeds = true,
    .stages = THREADS_MAX,
    .lead = pipeline_lead,
    .serve = pipeline_serve,
    .finish = pipeline_finish,
    .check = pipeline_check,
};
