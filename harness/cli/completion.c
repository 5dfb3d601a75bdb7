/* Prints the shells' scripts (completion.h): the part of each that is the same for any table, and a
 * line for each command, option and value. No state. */
/* SPDX-License-Identifier: MIT */
#include "harness/cli/completion.h"
#include "harness/cli/commands.h"
#include <stdio.h>
#include <string.h>

/* Prints text inside single quotes of a shell, and a backslash before the characters of `special`.
 */
static void put_quoted(const char *text, const char *special)
{
    for (; *text; text++)
        if (*text == '\'')
            fputs("'\\''", stdout);
        else
            printf(strchr(special, *text) ? "\\%c" : "%c", *text);
}

static const char *either(const char *text, const char *other)
{
    return text ? text : other;
}

static void put_commands(void)
{
    for (const struct command *const *c = commands; *c; c++)
        printf("%s%s", c == commands ? "" : " ", (*c)->name);
}

/* --- bash: one function, which looks at the command and at the word before the cursor --- */

static const char bash_head[] =
    "# Completion of hchanlab's command lines for bash; printed by `hchanlab completion bash`.\n"
    "\n"
    "# Offers the words, and those that a command of the program prints, after a prefix.\n"
    "_hchanlab_offer() { # PREFIX WORDS [COMMAND...]\n"
    "    local - IFS=$' \\t\\n' words=$2 word\n"
    "    set -f\n"
    "    [ $# -eq 2 ] || words+=\" $(\"$program\" \"${@:3}\" 2>/dev/null)\"\n"
    "    for word in $words; do\n"
    "        [[ $word != \"${cur#\"$1\"}\"* ]] || COMPREPLY+=(\"$1$word\")\n"
    "    done\n"
    "}\n"
    "\n"
    "_hchanlab_paths() { # -f for files, -d for folders\n"
    "    local path\n"
    "    compopt -o filenames 2>/dev/null\n"
    "    while IFS= read -r path; do\n"
    "        COMPREPLY+=(\"$path\")\n"
    "    done < <(compgen \"$1\" -- \"$cur\")\n"
    "}\n"
    "\n"
    "_hchanlab() {\n"
    "    local program=${COMP_WORDS[0]} cur=${COMP_WORDS[COMP_CWORD]} list\n"
    "    local option=${COMP_WORDS[COMP_CWORD - 1]}\n"
    "    COMPREPLY=()\n"
    "    # --name=value is three words to bash.\n"
    "    if [ \"$cur\" = = ]; then\n"
    "        cur=\n"
    "    elif [ \"$option\" = = ]; then\n"
    "        option=${COMP_WORDS[COMP_CWORD - 2]}\n"
    "    fi\n"
    "    list=${cur%\"${cur##*,}\"}\n"
    "    [ \"$COMP_CWORD\" -gt 1 ] || option=\n"
    "    case \"$option ${COMP_WORDS[1]}\" in\n";

static void bash_offer(const char *prefix, const struct offer *o)
{
    if (o->path)
        printf(" _hchanlab_paths -%c ;;\n", o->path == FILE_PATH ? 'f' : 'd');
    else if (o->words || o->ask)
        printf(" _hchanlab_offer %s '%s'%s%s ;;\n", prefix, either(o->words, ""), o->ask ? " " : "",
               either(o->ask, ""));
    else
        printf(" ;;\n");
}

static void bash_command(const struct command *c)
{
    for (const struct option_spec *s = c->options; s && s->name; s++)
        if (s->kind != OPTION_FLAG) {
            printf("        '%s%s %s')", options_dashes(s), s->name, c->name);
            bash_offer(s->kind == OPTION_WORDS ? "\"$list\"" : "''", &s->offer);
        }
    printf("        *' %s')\n            case $cur in\n                -*) _hchanlab_offer '' '",
           c->name);
    for (const struct option_spec *s = c->options; s && s->name; s++)
        printf("%s%s ", options_dashes(s), s->name);
    printf("--help' ;;\n                *)");
    bash_offer("''", &c->offer);
    printf("            esac\n            ;;\n");
}

void completion_bash(void)
{
    fputs(bash_head, stdout);
    fputs("        ' '*) _hchanlab_offer '' '", stdout);
    put_commands();
    fputs(" help --help --version' ;;\n        *' help') _hchanlab_offer '' '", stdout);
    put_commands();
    fputs("' ;;\n", stdout);
    for (const struct command *const *c = commands; *c; c++)
        bash_command(*c);
    fputs("    esac\n}\n\ncomplete -F _hchanlab hchanlab\n", stdout);
}

/* --- zsh: _arguments, which knows what an option is --- */

static const char zsh_head[] =
    "#compdef hchanlab\n"
    "# Completion of hchanlab's command lines for zsh; printed by `hchanlab completion zsh`.\n"
    "\n"
    "# Offers the words, and those that a command of the program prints.\n"
    "_hchanlab_offer() { # WORDS [COMMAND...]\n"
    "    local -a offered\n"
    "    offered=(${=1})\n"
    "    shift\n"
    "    (( ! $# )) || offered+=(${(f)\"$($program \"$@\" 2>/dev/null)\"})\n"
    "    compadd -a offered\n"
    "}\n"
    "\n"
    "# The same for the last of several, separated by commas.\n"
    "_hchanlab_list() {\n"
    "    compset -P '*,'\n"
    "    _hchanlab_offer \"$@\"\n"
    "}\n"
    "\n"
    "_hchanlab() {\n"
    "    local program=${(Q)words[1]} context state line\n"
    "    local -A opt_args\n"
    "    _arguments -C '(- *)'{-h,--help}'[show the commands]' \\\n"
    "        '(- *)'{-V,--version}'[show the version]' '1: :->command' '*:: :->words'\n"
    "    if [[ $state == command ]]; then\n"
    "        local -a commands=(\n";

static void zsh_offer(const char *function, const struct offer *o)
{
    if (o->path)
        fputs(o->path == FILE_PATH ? "_files" : "_files -/", stdout);
    else if (o->words || o->ask)
        printf("{%s \"%s\"%s%s}", function, either(o->words, ""), o->ask ? " " : "",
               either(o->ask, ""));
}

static void zsh_command(const struct command *c)
{
    printf("        %s)\n            _arguments '(- *)'{-h,--help}'[show this]'", c->name);
    for (const struct option_spec *s = c->options; s && s->name; s++) {
        bool joined = s->kind != OPTION_FLAG && s->name[1];
        printf(" \\\n                '%s%s%s%s%s[", s->kind == OPTION_WORDS ? "*" : "",
               options_dashes(s), s->name, joined ? "=" : "",
               s->kind != OPTION_FLAG && !joined ? "+" : "");
        put_quoted(s->help, "[]:\\");
        putchar(']');
        if (s->kind != OPTION_FLAG) {
            printf(":%s:", s->argument);
            zsh_offer(s->kind == OPTION_WORDS ? "_hchanlab_list" : "_hchanlab_offer", &s->offer);
        }
        putchar('\'');
    }
    if (c->positional) {
        printf(" \\\n                '1:word:");
        zsh_offer("_hchanlab_offer", &c->offer);
        putchar('\'');
    }
    printf("\n            ;;\n");
}

void completion_zsh(void)
{
    fputs(zsh_head, stdout);
    for (const struct command *const *c = commands; *c; c++) {
        printf("            '%s:", (*c)->name);
        put_quoted((*c)->summary, ":\\");
        puts("'");
    }
    puts("            'help:show the commands, or the options of one'\n        )\n"
         "        _describe command commands\n        return\n    fi\n"
         "    case $line[1] in");
    printf("        help) _arguments '1:command:(");
    put_commands();
    puts(")' ;;");
    for (const struct command *const *c = commands; *c; c++)
        zsh_command(*c);
    puts("    esac\n}\n\n_hchanlab \"$@\"");
}

/* --- fish: a line for each thing that may be offered --- */

/* The values, as fish's command substitution; for a list, those after the last comma. */
static void fish_offer(const struct offer *o, bool list)
{
    const char *words = either(o->words, ""), *ask = either(o->ask, "");
    if (o->path == FILE_PATH) {
        fputs(" -r -F", stdout);
    } else if (o->path) {
        fputs(" -x -a '(__fish_complete_directories)'", stdout);
    } else if (list && (o->words || o->ask)) {
        printf(" -x -a '(__fish_complete_list , \"string split \\\" \\\" \\\"%s\\\"", words);
        if (o->ask)
            printf("; hchanlab %s 2>/dev/null", ask);
        fputs("\")'", stdout);
    } else {
        printf(" -x -a '%s", words);
        if (o->ask)
            printf(" (hchanlab %s 2>/dev/null)", ask);
        putchar('\'');
    }
}

static void fish_command(const struct command *c)
{
    const char *when = "complete -c hchanlab -n '__fish_seen_subcommand_from";
    for (const struct option_spec *s = c->options; s && s->name; s++) {
        printf("%s %s' -%c %s -d '", when, c->name, s->name[1] ? 'l' : 's', s->name);
        put_quoted(s->help, "");
        putchar('\'');
        if (s->kind != OPTION_FLAG)
            fish_offer(&s->offer, s->kind == OPTION_WORDS);
        putchar('\n');
    }
    printf("%s %s' -s h -l help -d 'show this'\n", when, c->name);
    if (c->offer.words || c->offer.ask) {
        printf("%s %s'", when, c->name);
        fish_offer(&c->offer, false);
        putchar('\n');
    }
}

void completion_fish(void)
{
    puts("# Completion of hchanlab's command lines for fish; printed by `hchanlab completion "
         "fish`.\n"
         "complete -c hchanlab -f\n"
         "complete -c hchanlab -n __fish_use_subcommand -l help -s h -d 'show the commands'\n"
         "complete -c hchanlab -n __fish_use_subcommand -l version -s V -d 'show the version'\n"
         "complete -c hchanlab -n __fish_use_subcommand -a help -d 'show a command'\\''s options'");
    printf("complete -c hchanlab -n '__fish_seen_subcommand_from help' -a '");
    put_commands();
    puts("'");
    for (const struct command *const *c = commands; *c; c++) {
        printf("complete -c hchanlab -n __fish_use_subcommand -a %s -d '", (*c)->name);
        put_quoted((*c)->summary, "");
        puts("'");
        fish_command(*c);
    }
}
