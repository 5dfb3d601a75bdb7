/* A non-blocking send on a full buffer: select { case c <- v: default: }. */
/* SPDX-License-Identifier: MIT */
static int nb_send_full_setup(struct bench *b)
{
    int error = loop_makechan(b, 0, b->params.elem, b->params.capacity);
    if (error)
        return error;
    unsigned char *value = calloc(1, b->params.elem + 1);
    if (!value)
        return -ENOMEM;
    for (; b->setup_sends < b->params.capacity; b->setup_sends++)
        chansend(b->chan[0], value, false, NULL);
    free(value);
    return 0;
}

static void nb_send_full_lead(struct worker *w, uint64_t ops)
{
    hchan *c = w->bench->chan[0];
    for (uint64_t i = 0; i < ops; i++)
        loop_try_send(w, c, w->elem);
}

static const struct scenario scenario_nb_send_full = {
    .name = "nb-send-full",
    .summary = "non-blocking send that finds the buffer full",
    .op = "failed send",
    .capacity = {1, 0, 1000000},
    .elem = {8, 0, 65535},
    .threads = {1, 1, 1},
    .pure_outcomes = PURE(SEND_FULL),
    .pure_per_op = 1,
    .setup = nb_send_full_setup,
    .lead = nb_send_full_lead,
};
