/* A worker pool: one party sends jobs on one channel, the workers receive them, work, and send the
 * results on another channel, from which the lead collects them. One operation is one job done: two
 * channels, and the work. Both channels have the given capacity. Nothing forces the path.
 *
 * Worker 0 collects, worker 1 sends the jobs, the others are the pool. */
/* SPDX-License-Identifier: MIT */
static int worker_pool_setup(struct bench *b)
{
    int error = loop_makechan(b, 0, b->params.elem, b->params.capacity);
    return error ? error : loop_makechan(b, 1, b->params.elem, b->params.capacity);
}

static void worker_pool_lead(struct worker *w, uint64_t ops)
{
    hchan *results = w->bench->chan[1];
    for (uint64_t i = 0; i < ops; i++)
        loop_recv(w, results, w->elem);
}

static void worker_pool_send_jobs(struct worker *w)
{
    struct bench *b = w->bench;
    uint64_t sent = 0;
    while (!load_rlx(&b->stop)) { /* a flag, and a count: both publish nothing */
        loop_send(w, b->chan[0], w->elem);
        store_rlx(&w->ops, ++sent);
    }
    store_rlx(&b->sent, sent); /* read when all have ended */
    loop_close(b->chan[0]);
}

static void worker_pool_serve(struct worker *w)
{
    struct bench *b = w->bench;
    if (w->index == 1) {
        worker_pool_send_jobs(w);
        return;
    }
    for (uint64_t done = 1; loop_recv(w, b->chan[0], w->elem); done++) {
        bench_work(b->work_turns);
        loop_send(w, b->chan[1], w->elem);
        store_rlx(&w->ops, done); /* a count; publishes nothing */
    }
    if (bench_leave(b, b->params.threads - 2))
        loop_close(b->chan[1]);
}

/* Goes on receiving until the last value is out, so that none is left behind in a send. */
static void worker_pool_finish(struct bench *b)
{
    uint64_t left = 0;
    store_rlx(&b->stop, 1); /* a flag; publishes nothing */
    while (loop_recv(b->lead, b->chan[1], b->lead->elem))
        left++;
    store_rlx(&b->taken, left); /* read when all have ended */
}

static bool worker_pool_check(const struct bench *b, uint64_t ops)
{
    return load_rlx(&b->sent) == ops + load_rlx(&b->taken); /* all have ended */
}

static const struct scenario scenario_worker_pool = {
    .name = "worker-pool",
    .summary = "workers receive jobs from one channel and send results to another",
    .op = "job done",
    .capacity = {0, 0, 1000000},
    .elem = {8, 0, 65535},
    .threads = {4, 3, THREADS_MAX},
    .work = {0, 0, 1000000},
    .sides = {1, SIDE_MANY, 1},
    .group = "workloads",
    .mix = true,
    .places = true,
    .setup = worker_pool_setup,
    .feeds = true,
    .stages = 1,
    .lead = worker_pool_lead,
    .serve = worker_pool_serve,
    .finish = worker_pool_finish,
    .check = worker_pool_check,
};
