/* `hchanlab manual`: prints a page of the manual, for the build to install. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/say.h"
#include "harness/cli/commands.h"
#include "harness/cli/manual.h"

static const char *wanted;

static int cmd_manual_run(void)
{
    const struct command *command = wanted ? commands_find(wanted) : NULL;
    if (wanted && !command)
        return EXIT_USAGE;
    manual_print(command);
    return EXIT_OK;
}

const struct command cmd_manual = {
    .name = "manual",
    .summary = "print the manual page of a command, or of the program, for man",
    .usage = "[COMMAND]",
    .about =
        "Prints a page in the language of man(7), made from the same table as the command's "
        "options. The pages of a build are installed with it, so this is of use where nothing is "
        "installed.",
    .examples = "hchanlab manual sweep | man -l -",
    .offer = {.ask = "list --names commands"},
    .positional = &wanted,
    .positional_max = 1,
    .run = cmd_manual_run,
};
