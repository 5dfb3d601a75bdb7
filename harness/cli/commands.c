/* The table of commands (commands.h). No other state. */
/* SPDX-License-Identifier: MIT */
#include "harness/cli/commands.h"
#include "core/base/nearest.h"
#include "harness/base/say.h"
#include <string.h>

const struct command *const commands[] = {
    &cmd_doctor, &cmd_list,    &cmd_sweep,  &cmd_rerun,  &cmd_runs,       &cmd_report,
    &cmd_export, &cmd_compare, &cmd_advise, &cmd_ratio,  &cmd_selftest,   &cmd_leaks,
    &cmd_life,   &cmd_crowd,   &cmd_cell,   &cmd_manual, &cmd_completion, NULL,
};

const struct command *commands_find(const char *name)
{
    const char *names[sizeof(commands) / sizeof(commands[0])];
    size_t count = 0;
    for (; commands[count]; count++) {
        names[count] = commands[count]->name;
        if (strcmp(names[count], name) == 0)
            return commands[count];
    }
    const char *near = nearest(name, names, count);
    if (near)
        complain(EXIT_USAGE, "no command '%s': did you mean '%s'?", name, near);
    else
        complain(EXIT_USAGE, "no command '%s': `hchanlab --help` lists them", name);
    return NULL;
}
