/* `hchanlab completion`: prints what makes a shell complete the program's command lines. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/say.h"
#include "harness/cli/commands.h"
#include "harness/cli/completion.h"
#include <string.h>

static const char *wanted;

static const struct {
    const char *name;
    void (*print)(void);
} shells[] = {{"bash", completion_bash}, {"zsh", completion_zsh}, {"fish", completion_fish}};

static int cmd_completion_run(void)
{
    for (size_t i = 0; wanted && i < sizeof(shells) / sizeof(shells[0]); i++)
        if (strcmp(wanted, shells[i].name) == 0) {
            shells[i].print();
            return EXIT_OK;
        }
    return complain(EXIT_USAGE, "completion: no shell '%s': name bash, zsh or fish",
                    wanted ? wanted : "");
}

const struct command cmd_completion = {
    .name = "completion",
    .summary = "print a shell's completion of commands, options and values",
    .usage = "SHELL",
    .about =
        "Prints a script for bash, zsh or fish, made from the same tables as the commands' "
        "options. Names of variants, scenarios and runs are asked of the program when they are "
        "completed. The scripts are installed with the program where these shells look for "
        "them.",
    .examples = "eval \"$(hchanlab completion bash)\"\n"
                "hchanlab completion fish | source",
    .offer = {.words = "bash zsh fish"},
    .positional = &wanted,
    .positional_max = 1,
    .run = cmd_completion_run,
};
