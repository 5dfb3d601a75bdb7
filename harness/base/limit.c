/* Time limits of processes (limit.h). All state is in struct limit; whether a process is held is
 * read from the kernel. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/limit.h"
#include "harness/base/clock.h"
#include <stdio.h>
#include <string.h>

static const uint64_t look_ns = 1000000000, patience_ns = 3600000000000;

/* Whether the process is stopped (T) or its tracer holds it (t). Its state is the letter behind its
 * name, which stands in brackets and may hold any character. */
static bool is_held(pid_t pid)
{
    char path[40], text[256];
    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    FILE *f = fopen(path, "re");
    if (!f)
        return false;
    text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
    fclose(f);
    const char *name_end = strrchr(text, ')');
    return name_end && (name_end[1] == ' ') && (name_end[2] == 'T' || name_end[2] == 't');
}

void limit_begin(struct limit *limit, pid_t pid, uint64_t ns)
{
    *limit = (struct limit){
        .pid = pid, .limit_ns = ns, .patience_ns = patience_ns, .looked_ns = clock_ns()};
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* A look that comes soon after the one before, as while records arrive, asks nobody. */
uint64_t limit_left(struct limit *limit)
{
    uint64_t now = clock_ns(), passed = least(now - limit->looked_ns, look_ns);
    bool soon = passed < look_ns / 4 && limit->used_ns + passed < limit->limit_ns;
    limit->stood_still |= now - limit->looked_ns >= 2 * look_ns;
    limit->looked_ns = now;
    if (!soon)
        limit->held = is_held(limit->pid);
    limit->stood_still |= limit->held;
    if (limit->held)
        limit->held_ns += passed;
    else
        limit->used_ns += passed;
    if (limit->used_ns >= limit->limit_ns || limit->held_ns >= limit->patience_ns)
        return 0;
    return least(limit->limit_ns - limit->used_ns, look_ns);
}
