/* What Go's BenchmarkMakeChan measures: make(chan T, 8). Byte, Int, Struct/32 and Struct/40 are the
 * element sizes 1, 8, 32 and 40; Struct/0 is 0. One operation is one channel made and freed. Go
 * leaves freeing to its collector, which is part of its ns/op; here chanfree() is timed. */
/* SPDX-License-Identifier: MIT */
static void go_make_chan_lead(struct worker *w, uint64_t ops)
{
    struct bench *b = w->bench;
    for (uint64_t i = 0; i < ops; i++)
        chanfree(loop_makechan_or_throw(b, 0, b->params.elem, b->params.capacity));
    b->chan[0] = NULL;
}

static const struct scenario scenario_go_make_chan = {
    .name = "go-make-chan",
    .summary = "Go's MakeChan: make a channel, and free it",
    .op = "channel made and freed",
    .capacity = {8, 0, 1000000},
    .elem = {8, 0, 65535},
    .threads = {1, 1, 1},
    .group = "go-bench",
    .lead = go_make_chan_lead,
};
