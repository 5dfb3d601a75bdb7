/* Goroutines that are waited for: by a group, or one by one for their results. The state is in the
 * group or the task. */
/* SPDX-License-Identifier: MIT */
#include "core/base/throw.h"
#include "core/sync/waiter.h"
#include <hchan/sched.h>

/* A goroutine of a group; its copy lies on the goroutine's stack. */
struct member {
    struct hchan_waitgroup *wg;
    void (*fn)(void *);
    void *arg;
};

static void run_member(void *arg)
{
    const struct member *m = arg;
    m->fn(m->arg);
    hchan_waitgroup_done(m->wg);
}

/* As newproc() does: it would see run_member() or run_task() here. */
static void must_be_there(bool fn)
{
    if (!fn)
        gothrow("go of nil func value");
}

int hchan_waitgroup_go(struct hchan_waitgroup *wg, void (*fn)(void *), void *arg)
{
    const struct member m = {wg, fn, arg};
    must_have(wg, "hchan_waitgroup_go", "the group is NULL");
    must_be_there(fn);
    hchan_waitgroup_add(wg, 1);
    int error = hchan_newproc_copy(run_member, &m, sizeof(m));
    if (error)
        hchan_waitgroup_done(wg);
    return error;
}

static void run_task(void *arg)
{
    struct hchan_task *task = arg;
    task->result_ = task->fn_(task->arg_);
    hchan_waitgroup_done(&task->end_);
}

int hchan_task_go(struct hchan_task *task, void *(*fn)(void *), void *arg)
{
    must_have(task, "hchan_task_go", "the task is NULL");
    must_be_there(fn);
    *task = (struct hchan_task){.fn_ = fn, .arg_ = arg};
    hchan_waitgroup_add(&task->end_, 1);
    return newproc(run_task, task);
}

void *hchan_task_wait(struct hchan_task *task)
{
    must_have(task, "hchan_task_wait", "the task is NULL");
    waitgroup_wait_from(&task->end_, __builtin_return_address(0));
    return task->result_;
}
