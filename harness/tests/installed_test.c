/* The program as it is used outside the sources: moved, with its parts or without them, with the
 * user's store, with runs that have names, and with the command that a run keeps. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/say.h"
#include "harness/tests/program.h"

static char folder[64];

static int begin(void **state)
{
    (void)state;
    make_folder(folder);
    return 0;
}

static int end(void **state)
{
    (void)state;
    remove_folder(folder);
    return 0;
}

/* Runs a line in the test's folder. */
static const struct said *in_folder(const char *line)
{
    char all[3072];
    snprintf(all, sizeof(all), "cd %s; %s", folder, line);
    return run_program(all);
}

static void wants(const char *line, int status, const char *out, const char *err)
{
    const struct said *said = in_folder(line);
    if (said->status != status || !strstr(said->out, out) || !strstr(said->err, err))
        fail_msg("%s\nstatus %d, wanted %d; wanted '%s' and '%s' in:\n%s%s", line, said->status,
                 status, out, err, said->out, said->err);
}

static const char sweep[] = "$H sweep --scenario floor-empty --reps 1 ";

static void make_run(const char *options)
{
    char line[512];
    snprintf(line, sizeof(line), "%s%s", sweep, options);
    wants(line, EXIT_OK, "run ", "");
}

/* The program and its parts as they are installed, in a folder with a space in its name. */
static void install(void)
{
    wants("mkdir -p 'a b/bin' 'a b/share' && cp \"$H\" 'a b/bin/' && "
          "cp -R \"${H%/*}/share/hchanlab\" 'a b/share/'",
          0, "", "");
    make_run("--db a.db");
}

static void test_a_moved_program_finds_its_resources(void **state)
{
    (void)state;
    install();
    wants("'a b/bin/hchanlab' report --db a.db -o one", EXIT_OK, "one/index.html\n", "");
    wants("ln -s 'a b/bin/hchanlab' link; ./link report --db a.db -o two", EXIT_OK, "two/", "");
    wants("PATH='a b/bin':$PATH; hchanlab report --db a.db -o three", EXIT_OK, "three/", "");
    wants("mv 'a b' c; c/bin/hchanlab report --db a.db -o four", EXIT_OK, "four/", "");
    wants("mv c/share/hchanlab d; HCHANLAB_DATA=d c/bin/hchanlab report --db a.db -o five", EXIT_OK,
          "five/", "");
}

/* One line says what is missing and where it was looked for; and no report is begun. */
static void test_a_program_without_its_resources_says_so(void **state)
{
    static const struct {
        const char *damage, *says;
    } cases[] = {
        {"rm -r share/hchanlab", "no resource version in "},
        {"rm -r share/hchanlab", "/a b/share/hchanlab (No such file or directory): install"},
        {"rm share/hchanlab/page.css", "no resource page.css in "},
        {"rm share/hchanlab/page.css; mkdir share/hchanlab/page.css", "(Is a directory)"},
        {"echo 0.0.0 >share/hchanlab/version", "are of version 0.0.0 and the program is "},
        {": >share/hchanlab/version", "/share/hchanlab names no version, and should name "},
        {"echo >share/hchanlab/version", "the resource version in "},
        {"printf '1\\033[2J' >share/hchanlab/version", "are of version 1?[2J and the program is "},
        {"ln -sf /proc/self/mem share/hchanlab/version", "can't be read (Input/output error): "},
        {"ln -sf version share/hchanlab/version", "the resource version in "},
        {"ln -sf version share/hchanlab/version", "can't be read (Too many levels of symbolic"},
        {"export HCHANLAB_DATA=/nonexistent", "HCHANLAB_DATA is '/nonexistent' (No such file"},
        {"export HCHANLAB_DATA=", "HCHANLAB_DATA is ''"},
        {"export HCHANLAB_DATA=/", "no resource version in / ("},
    };
    (void)state;
    install();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char line[1024];
        snprintf(
            line, sizeof(line),
            "rm -rf 'a b/share'; mkdir 'a b/share'; cp -R \"${H%%/*}/share/hchanlab\" 'a b/share/';"
            "cd 'a b'; %s; bin/hchanlab report --db ../a.db -o ../r; echo $?; ls ..",
            cases[i].damage);
        wants(line, 0, "7\na b\na.db\n", cases[i].says);
        assert_int_equal(count_lines(in_folder(line)->err), 1);
    }
}

/* What lies beside a copy of the program alone, without the mark of its tree, is not its own. */
static void test_a_copy_of_the_program_alone_runs_no_program_beside_it(void **state)
{
    static const char *const places[] = {"libexec", "c/libexec"};
    (void)state;
    wants("mkdir -p c/bin && cp \"$H\" c/ && cp \"$H\" c/bin/", 0, "", "");
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        char line[512];
        snprintf(
            line, sizeof(line),
            "P=%s/hchanlab/peers; mkdir -p $P; printf '#!/bin/sh\ntouch '$PWD'/taken\n' >$P/go;"
            "chmod +x $P/go; c/hchanlab list >o; c/bin/hchanlab list >>o; grep -A2 ^peers o",
            places[i]);
        wants(line, 0, "\n  none: no resource version in ", "");
        wants("test ! -e taken; echo $?", 0, "0\n", "");
    }
    wants("c/hchanlab sweep --peers --dry-run", EXIT_ENVIRONMENT, "", "--peers: none is here: ");
    wants("c/hchanlab sweep --variant go --dry-run", EXIT_ENVIRONMENT, "",
          "hchanlab: --variant go: no resource version in ");
    wants(
        "c/hchanlab sweep --variant go --dry-run", EXIT_ENVIRONMENT, "",
        "(No such file or directory): install hchanlab again, or name the folder of its peers with "
        "HCHANLAB_PEERS\n");
}

/* A tree has its mark, but another user has made it, or the mark, or the peers. */
static void test_what_another_user_has_made_is_not_used(void **state)
{
    static const struct {
        const char *whose, *listed, *complaint;
    } cases[] = {
        {"share/hchanlab", "  none: no resource version in ", "(it is another user's): install"},
        {"share/hchanlab/version", "  none: no resource version in ", "(it is another user's): "},
        {"libexec/hchanlab/peers", "  none: the folder ", ""},
    };
    (void)state;
    if (geteuid() != 0)
        skip(); /* only root can give a file away */
    install();
    wants("mkdir -p 'a b/libexec/hchanlab/peers'; cd 'a b'; bin/hchanlab list | grep '^  none: '; "
          "echo $?",
          0, "1\n", "");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char line[512];
        snprintf(
            line, sizeof(line),
            "cd 'a b'; chown -h 12345 %s; bin/hchanlab list; bin/hchanlab report --db ../a.db -o "
            "../r%zu; echo $?; chown -h 0 %s",
            cases[i].whose, i, cases[i].whose);
        wants(line, 0, cases[i].listed, cases[i].complaint);
        wants(line, 0, cases[i].complaint[0] ? "\n7\n" : "\n0\n", "");
    }
    wants("chown -R 12345 'a b'; 'a b/bin/hchanlab' report --db a.db -o s", EXIT_OK, "s/", "");
}

static void test_the_users_store_is_where_xdg_says(void **state)
{
    char line[512];
    (void)state;
    snprintf(line, sizeof(line), "export XDG_DATA_HOME=$PWD/data HOME=$PWD/home; %s", sweep);
    wants(line, EXIT_OK, "/data/hchanlab/lab.db\n", "");
    wants("export XDG_DATA_HOME=$PWD/data; $H report", EXIT_OK,
          "/data/hchanlab/report/index.html\n", "");
    wants("export XDG_DATA_HOME=$PWD/data; $H export --format csv", EXIT_OK, "floor-empty", "");
    snprintf(line, sizeof(line), "export XDG_DATA_HOME=not/absolute HOME=$PWD/home; %s", sweep);
    wants(line, EXIT_OK, "/home/.local/share/hchanlab/lab.db\n", "");
    wants("unset XDG_DATA_HOME; export HOME=$PWD/home; $H runs --names", EXIT_OK, "1\n", "");
    snprintf(line, sizeof(line), "unset XDG_DATA_HOME HOME; %s", sweep);
    wants(line, EXIT_USAGE, "", "hchanlab: no place for the store: neither XDG_DATA_HOME nor HOME");
    wants("unset XDG_DATA_HOME HOME; $H report", EXIT_USAGE, "", "name the store with --db");
    snprintf(line, sizeof(line), "export XDG_DATA_HOME=/dev/null; %s", sweep);
    wants(line, EXIT_IO, "", "hchanlab: /dev/null/hchanlab can't be made (");
    snprintf(line, sizeof(line), "export XDG_DATA_HOME=$PWD/none; %s --dry-run; ls none", sweep);
    wants(line, 2, "", "No such file"); /* ls; a plan needs no store */
}

static void test_a_report_lies_beside_its_store_or_in_a_folder_of_its_own(void **state)
{
    (void)state;
    make_run("--db a.db");
    wants("$H report --db a.db", EXIT_OK, "report/index.html\n", "");
    wants("mkdir s; cp a.db s/; $H report --db s/a.db", EXIT_OK, "s/report/index.html\n", "");
    wants(
        "$H report --db a.db -o .; echo $?; ls", 0, "4\na.db\nreport\ns\n",
        "hchanlab: . holds other things than a report: name an empty or a new folder with -o, such "
        "as ./report\n");
}

static void test_a_run_is_chosen_by_its_name(void **state)
{
    char line[512];
    (void)state;
    make_run("--db a.db");
    make_run("--db a.db --name before --note 'the old\tlock'");
    wants("$H report --db a.db --run before -o r; cat r/data/run.tsv", EXIT_OK,
          "\nname\tbefore\nnote\tthe old lock\n", "");
    wants("$H report --db a.db before -o r", EXIT_OK, "r/index.html", "");
    wants("$H export --db a.db --run=before | grep '\"run'", EXIT_OK, "\"run\": 2,\n", "");
    wants("$H export --db a.db --run before | grep '\"name'", EXIT_OK, "\"name\": \"before\"", "");
    wants("$H export --db a.db --run 1 | grep '\"run\"'", EXIT_OK, "\"run\": 1,", "");
    wants("$H report --db a.db --run after", EXIT_USAGE, "",
          "no run 'after' in a.db: `hchanlab runs`");
    wants("$H report --db a.db before --run 1", EXIT_USAGE, "", "name one run");
    wants("$H report --db a.db 1x", EXIT_USAGE, "",
          "'1x' is no run: give its number, its name, or");
    snprintf(line, sizeof(line), "%s --db a.db --name before; $H runs --db a.db --names | wc -l",
             sweep);
    wants(line, EXIT_OK, "3\n", "--name before: a run in a.db has it: choose another name\n");
    static const char *const wrong[] = {"1st", "latest", "-x", "a/b", "'a b'", "$(printf %065d 0)"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        snprintf(line, sizeof(line), "%s --db b.db --name=%s", sweep, wrong[i]);
        wants(line, EXIT_USAGE, "", "give a letter, and up to 63 letters");
    }
}

static void test_runs_are_listed(void **state)
{
    (void)state;
    make_run("--db a.db");
    make_run("--db a.db --name before --note 'two\nlines'");
    wants("$H runs --db a.db --names", EXIT_OK, "1\n2\nbefore\n", "");
    wants("$H runs --db a.db --tsv | cut -f 1,3,4,6,10", EXIT_OK,
          "run\tname\tmode\tcells\tnote\n1\tn/a\tquick\t", "");
    wants("$H runs --db a.db --tsv | awk -F '\t' 'NF != 10 { bad = 1 } END { print NR, bad + 0 }'",
          EXIT_OK, "3 0\n", "");
    wants("$H runs --db a.db --json | grep -c '\"machine\"'", EXIT_OK, "2\n", "");
    wants("$H runs --db a.db --json", EXIT_OK, "\"note\": \"two\\nlines\"", "");
    wants("$H runs --db a.db", EXIT_OK, "  before\n     two lines\n", "");
    make_run("--db a.db --note \"$(printf 'caf\\351')\"");
    wants("$H runs --db a.db --json", EXIT_OK, "\"note\": \"caf?\"", "");
    wants("$H runs --db /$PWD/a.db --names", EXIT_OK, "1\n2\n", "");
    wants("$H runs --db a.db --json --tsv", EXIT_USAGE, "", "choose one");
    wants("$H runs --db none.db", EXIT_IO, "", "make a store with `hchanlab sweep`");
}

/* The commit and the linker's hash are those that git and readelf name. */
static void test_a_run_knows_its_program(void **state)
{
    (void)state;
    wants("$H doctor --json | grep -cE '\"hchanlab_commit\": \"(v[0-9.]+|[0-9a-f]{40,64})\"'",
          EXIT_OK, "1\n", "");
    wants("command -v readelf >/dev/null || exit 0; "
          "id=$(readelf -n $H | sed -n 's/.*Build ID: //p'); "
          "$H doctor --json | grep -F \"\\\"hchanlab_build_id\\\": \\\"$id\\\"\"",
          EXIT_OK, "", "");
    wants("test $($H doctor --json | sed -n 's/.*build_id\": \"\\(.*\\)\".*/\\1/p' | wc -c) = 41",
          EXIT_OK, "", "");
    make_run("--db a.db");
    wants("$H report --db a.db -o r; grep -c ^hchanlab_ r/data/environment.tsv", EXIT_OK, "4\n",
          "");
}

/* Given a store whose path a shell, a page or a table would change, when the command that the run
 * keeps is given to a shell in another folder, then the store has another run. */
static void test_the_kept_command_works_in_any_folder(void **state)
{
    static const char *const names[] = {"plain", "a b", "it'\\''s", "new\nline", "tab\tand \\"};
    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char line[1024];
        snprintf(line, sizeof(line),
                 "N='%s'; mkdir \"$N\"; cd \"$N\"; %s --db a.db >o; $H report --db a.db -o r >o;"
                 "sed -n 's/^command.//p' r/data/run.tsv >../command; cd /; sh %s/command >%s/o;"
                 "cd %s; $H runs --db \"$N/a.db\" --names",
                 names[i], sweep, folder, folder, folder);
        wants(line, EXIT_OK, "1\n2\n", "");
    }
    wants("$H sweep --scenario floor-empty --db 'new\n'; echo $?; test ! -e 'new\n'", 0, "2\n",
          "hchanlab: --db new?: it ends in a newline");
    wants(
        "cat command; PATH=${H%/*}:$PATH; hchanlab sweep --scenario floor-empty --reps 1 --db b.db "
        ">o; $H report --db b.db -o r >o; grep ^command r/data/run.tsv",
        EXIT_OK, "\ncommand\thchanlab sweep --quick", "");
}

/* A component of PATH that is empty, or begins with no slash, is seen from the current folder.
 * There the name is another program, or is this one only as long as one stays there. */
static void test_the_kept_command_does_not_depend_on_the_current_folder(void **state)
{
    static const char *const paths[] = {":$B:$PATH", ".:$B:$PATH", "/none::$B:$PATH", "d:$B:$PATH"};
    (void)state;
    wants("mkdir -p e/d && cd e && printf 'exit 9\n' >hchanlab && chmod +x hchanlab && "
          "cp hchanlab d/ && mkdir -p x/hchanlab",
          0, "", "");
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        char line[1024];
        snprintf(
            line, sizeof(line),
            "cd e; B=${H%%/*}; PATH=%s; \"$H\" sweep --scenario floor-empty --reps 1 --db b.db >o;"
            "\"$H\" report --db b.db -o r >o; grep ^command r/data/run.tsv",
            paths[i]);
        wants(line, EXIT_OK, "command\t/", "");
        snprintf(line, sizeof(line),
                 "cd ${H%%/*}; PATH=%s; hchanlab sweep --scenario floor-empty --reps 1 --db "
                 "%s/c.db >%s/o;"
                 "hchanlab report --db %s/c.db -o %s/r >%s/o; grep ^command %s/r/data/run.tsv",
                 i % 2 ? ".:$PATH" : ":$PATH", folder, folder, folder, folder, folder, folder);
        wants(line, EXIT_OK, "command\t/", "");
    }
    wants("cd e; B=${H%/*}; PATH=$PWD/x:$B:$PATH; hchanlab sweep --scenario floor-empty --reps 1 "
          "--db b.db >o; hchanlab report --db b.db -o r >o; grep ^command r/data/run.tsv",
          EXIT_OK, "command\thchanlab sweep", "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_moved_program_finds_its_resources),
        TEST(test_a_program_without_its_resources_says_so),
        TEST(test_a_copy_of_the_program_alone_runs_no_program_beside_it),
        TEST(test_what_another_user_has_made_is_not_used),
        TEST(test_the_users_store_is_where_xdg_says),
        TEST(test_a_report_lies_beside_its_store_or_in_a_folder_of_its_own),
        TEST(test_a_run_is_chosen_by_its_name),
        TEST(test_runs_are_listed),
        TEST(test_a_run_knows_its_program),
        TEST(test_the_kept_command_works_in_any_folder),
        TEST(test_the_kept_command_does_not_depend_on_the_current_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
