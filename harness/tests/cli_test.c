/* Bad input gets one clear line on standard error that says what would be right, a status other
 * than 0, and loses nothing. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/say.h"
#include "harness/cli/manual.h"
#include "harness/tests/program.h"
#include <hchan/hchan.h>
#include <sched.h>
#include <sqlite3.h>

struct bad {
    const char *line;
    int status;
    const char *says; /* what the line must hold */
};

static const struct bad bad_lines[] = {
    {"$H swep", EXIT_USAGE, "did you mean 'sweep'"},
    {"$H frobnicate", EXIT_USAGE, "--help"},
    {"$H help swep", EXIT_USAGE, "did you mean 'sweep'"},
    {"$H help sweep more", EXIT_USAGE, "help does not take 'more'"},
    {"$H -x", EXIT_USAGE, "--help"},
    {"$H sweep --quik", EXIT_USAGE, "did you mean --quick"},
    {"$H sweep --zzzzzzzz", EXIT_USAGE, "--help"},
    {"$H sweep --quick --full", EXIT_USAGE, "choose one"},
    {"$H sweep --quick --quick", EXIT_USAGE, "give it once"},
    {"$H sweep --quick=yes", EXIT_USAGE, "takes no value"},
    {"$H sweep --scenario hand-off", EXIT_USAGE, "did you mean 'handoff'"},
    {"$H sweep --scenario ''", EXIT_USAGE, "is empty"},
    {"$H sweep --scenario", EXIT_USAGE, "needs a value"},
    {"$H sweep --variant tiket", EXIT_USAGE, "did you mean 'ticket'"},
    {"$H sweep --variant nothing-like-it", EXIT_USAGE, "hchanlab list"},
    {"$H sweep --variant ticket,tiket", EXIT_USAGE, "no variant 'tiket': did you mean 'ticket'"},
    {"$H sweep --variant ticket,", EXIT_USAGE, "separated by commas"},
    {"$H sweep --scenario ,handoff", EXIT_USAGE, "separated by commas"},
    {"$H sweep --group go-bench,,workloads", EXIT_USAGE, "separated by commas"},
    {"$H sweep --reps 0", EXIT_USAGE, "from 1 to 1000"},
    {"$H sweep --reps -1", EXIT_USAGE, "from 1 to 1000"},
    {"$H sweep --reps 1e3", EXIT_USAGE, "from 1 to 1000"},
    {"$H sweep --reps 99999999999999999999999", EXIT_USAGE, "from 1 to 1000"},
    {"$H sweep --reps ' 5'", EXIT_USAGE, "from 1 to 1000"},
    {"$H sweep --reps 5x", EXIT_USAGE, "from 1 to 1000"},
    {"$H sweep --reps nan", EXIT_USAGE, "from 1 to 1000"},
    {"$H sweep --capacity 1099511627776", EXIT_USAGE, "from 0 to 1000000"},
    {"$H sweep --capacity 1,,2", EXIT_USAGE, "separated by commas"},
    {"$H sweep --capacity ''", EXIT_USAGE, "separated by commas"},
    {"$H sweep --elem 65536", EXIT_USAGE, "from 0 to 65535"},
    {"$H sweep --elem -8", EXIT_USAGE, "from 0 to 65535"},
    {"$H sweep --threads 0", EXIT_USAGE, "from 1 to 1024"},
    {"$H sweep --threads 100000", EXIT_USAGE, "from 1 to 1024"},
    {"$H sweep --scenario handoff --threads 7", EXIT_USAGE, "handoff takes --threads 2 only"},
    {"$H sweep --work -1", EXIT_USAGE, "from 0 to 1ms"},
    {"$H sweep --work 1000001", EXIT_USAGE, "from 0 to 1ms"},
    {"$H sweep --work 99999999999999999999999", EXIT_USAGE, "from 0 to 1ms"},
    {"$H sweep --work 1e3", EXIT_USAGE, "from 0 to 1ms"},
    {"$H sweep --work nan", EXIT_USAGE, "from 0 to 1ms"},
    {"$H sweep --work ' 5'", EXIT_USAGE, "from 0 to 1ms"},
    {"$H sweep --work 10,", EXIT_USAGE, "separated by commas"},
    {"$H sweep --work ''", EXIT_USAGE, "separated by commas"},
    {"$H sweep --work 2us,2ms", EXIT_USAGE, "from 0 to 1ms, such as 500ns, 2us or 1ms"},
    {"$H sweep --work us", EXIT_USAGE, "from 0 to 1ms"},
    {"$H sweep --work 2m", EXIT_USAGE, "from 0 to 1ms"},
    {"$H sweep --work 1.5us", EXIT_USAGE, "from 0 to 1ms"},
    {"$H sweep --work inf", EXIT_USAGE, "from 0 to 1ms"},
    {"$H sweep --variant 'mutex*'", EXIT_USAGE, "no variant 'mutex*': `hchanlab list` shows"},
    {"$H sweep --variant 'futex*,tiket'", EXIT_USAGE, "did you mean 'ticket'"},
    {"$H sweep --variant 'futex-[z'", EXIT_USAGE, "no variant 'futex-[z'"},
    {"$H sweep --lock tiket", EXIT_USAGE, "no lock 'tiket': did you mean 'ticket'"},
    {"$H sweep --lock ticket --variant spin-mutex", EXIT_USAGE, "leave one of them out"},
    {"$H sweep --scenario floor-empty --lock ticket", EXIT_USAGE, "floors have no variant"},
    {"$H sweep --samples 0", EXIT_USAGE, "from 1 to 1000"},
    {"$H sweep --samples 1.5", EXIT_USAGE, "from 1 to 1000"},
    {"$H sweep --window 0", EXIT_USAGE, "a time from 100us to 10s, such as"},
    {"$H sweep --window 11s", EXIT_USAGE, "a time from 100us to 10s, such as"},
    {"$H sweep --window nan", EXIT_USAGE, "a time from 100us to 10s, such as"},
    {"$H sweep --producers 0", EXIT_USAGE, "from 1 to 1024"},
    {"$H sweep --scenario prod-cons --producers 4 --consumers 1", EXIT_USAGE,
     "prod-cons has as many producers as consumers: fan-in is 4 to 1"},
    {"$H sweep --scenario fan-in --producers 1 --consumers 4", EXIT_USAGE,
     "fan-in has one consumer: fan-out is 1 to 4"},
    {"$H sweep --scenario fan-out --producers 3", EXIT_USAGE,
     "fan-out has one producer: fan-in has 3 producers"},
    {"$H sweep --scenario pipeline --consumers 2", EXIT_USAGE,
     "pipeline has no producers and consumers: "},
    {"$H sweep --scenario handoff --producers 2 --consumers 2", EXIT_USAGE,
     "handoff is 1 to 1: prod-cons is 2 to 2"},
    {"$H sweep --producers 3 --consumers 2", EXIT_USAGE,
     "no chosen scenario is 3 to 2: no scenario is 3 to 2: choose as many of both"},
    {"$H sweep --group goroutines --producers 2", EXIT_USAGE,
     "no chosen scenario has 2 producers: fan-in has 2 producers"},
    {"$H sweep --producers 4 --threads 5", EXIT_USAGE, "--threads is how many there are of both"},
    {"$H sweep --cell '('", EXIT_USAGE, "give an extended regular expression, such as"},
    {"$H sweep --cell nothing-like-it", EXIT_USAGE, "no cell of the plan matches: "},
    {"$H sweep --held 99999999999999999s", EXIT_USAGE, "from 0 to 1ms"},
    {"$H sweep --away '2 us'", EXIT_USAGE, "from 0 to 1ms"},
    {"$H sweep --work", EXIT_USAGE, "needs a value"},
    {"$H sweep --work 100", EXIT_USAGE, "no scenario of the plan takes it"},
    {"$H sweep --scenario handoff --work 0", EXIT_USAGE, "no scenario of the plan takes it"},
    {"$H sweep --scenario prod-cons --threads 3", EXIT_USAGE, "takes --threads 2 to 1024, even"},
    {"$H sweep --group go-bnch", EXIT_USAGE, "did you mean 'go-bench'"},
    {"$H sweep --group nothing-like-it", EXIT_USAGE, "hchanlab list"},
    {"$H sweep --group ''", EXIT_USAGE, "is empty"},
    {"$H cell prod-cons/variant=ticket/capacity=1/elem=8/threads=3/work=0/place=same-pu",
     EXIT_USAGE, "needs threads= here, of 2 to 1024, even"},
    {"$H cell prod-cons/variant=ticket/capacity=1/elem=8/threads=2/work=-1/place=same-pu",
     EXIT_USAGE, "needs work= here, of 0 to 1000000"},
    {"$H sweep --place nowhere", EXIT_USAGE, "same-pu, smt, l2, l3, package, machine"},
    {"taskset -c $CPU $H sweep --place l3 --dry-run", EXIT_ENVIRONMENT, "this machine has same-pu"},
    {"$H sweep --adaptive --reps 20", EXIT_USAGE, "choose one"},
    {"$H sweep --resume", EXIT_USAGE, "needs a value"},
    {"$H sweep --resume ''", EXIT_USAGE, "is empty"},
    {"$H sweep --resume latest --db /nonexistent/lab.db", EXIT_IO, "hchanlab sweep"},
    {"$H sweep --resume latest --dry-run", EXIT_USAGE, "leave --dry-run out"},
    {"$H sweep --retry-failed 0 --db /nonexistent/lab.db", EXIT_USAGE, "'0' is no run"},
    {"$H rerun", EXIT_USAGE, "name the run"},
    {"$H rerun 1 2", EXIT_USAGE, "does not take '2'"},
    {"$H rerun 1 --reps 3", EXIT_USAGE, "has no option --reps"},
    {"$H rerun 1 --name latest", EXIT_USAGE, "not `latest`"},
    {"$H rerun latest --db /nonexistent/lab.db", EXIT_IO, "hchanlab sweep"},
    {"HCHANLAB_PAUSE=x $H rerun latest", EXIT_USAGE, "from 0 to 86400"},
    {"$H sweep extra", EXIT_USAGE, "does not take 'extra'"},
    {"$H sweep --scenario handoff --db /nonexistent/lab.db", EXIT_IO, "--db"},
    {"$H sweep --scenario handoff --db /dev/full", EXIT_IO, "--db"},
    {"$H sweep --scenario handoff --db /", EXIT_IO, "--db"},
    {"$H cell", EXIT_USAGE, "name the cell"},
    {"$H cell handoff/variant=ticket", EXIT_USAGE, "needs elem= here, of 0 to 65535"},
    {"$H cell handoff", EXIT_USAGE, "needs /variant= after it"},
    {"$H cell handoff/variant=tiket/elem=8/place=same-pu", EXIT_USAGE,
     "no variant or peer 'tiket'"},
    {"$H cell hand-off/variant=ticket", EXIT_USAGE, "ticket has no scenario 'hand-off'"},
    {"$H cell handoff/variant=ticket/elem=8", EXIT_USAGE, "needs /place= at its end"},
    {"$H cell handoff/variant=ticket/elem=8/place=same-pu/", EXIT_USAGE, "it should read handoff/"},
    {"$H cell handoff/variant=ticket/elem=8/place=foo", EXIT_USAGE, "no place 'foo'"},
    {"$H cell floor-cacheline/place=same-pu", EXIT_USAGE, "needs two PUs"},
    {"$H cell floor-empty >/dev/full", EXIT_IO, "standard output: No space left on device"},
    {"$H cell ../../etc/passwd", EXIT_USAGE, "--dry-run"},
    {"$H report --db /nonexistent/lab.db", EXIT_IO, "hchanlab sweep"},
    {"$H report 0 --db /nonexistent/lab.db", EXIT_USAGE, "latest"},
    {"$H report 1x", EXIT_USAGE, "latest"},
    {"$H report one --db /nonexistent/lab.db", EXIT_IO, "hchanlab sweep"},
    {"$H report 1 2", EXIT_USAGE, "does not take '2'"},
    {"$H report -o", EXIT_USAGE, "-o needs a value"},
    {"$H report -o=", EXIT_USAGE, "-o is empty"},
    {"$H report -db x", EXIT_USAGE, "did you mean --db"},
    {"$H report -hx", EXIT_USAGE, "has no option -hx"},
    {"$H export --format gbnch", EXIT_USAGE, "did you mean 'gbench'"},
    {"$H export --format xml", EXIT_USAGE, "gbench, go, csv"},
    {"$H export -1", EXIT_USAGE, "--help"},
    {"$H export --db \"" SOURCE_DIR "/CMakeLists.txt\"", EXIT_IO, "is not a store"},
    {"$H compare", EXIT_USAGE, "compare needs two words"},
    {"$H compare ticket mcs --mrgin 3", EXIT_USAGE, "did you mean --margin"},
    {"$H compare ticket mcs --margin 101%", EXIT_USAGE, "percent from 1% to 100%"},
    {"$H compare ticket mcs --db /nonexistent/lab.db", EXIT_IO, "hchanlab sweep"},
    {"$H compare 1 ./2.json", EXIT_USAGE, "two runs (run:N), two files"},
    {"$H doctor --jsn", EXIT_USAGE, "did you mean --json"},
    {"$H leaks --after 0", EXIT_USAGE, "seconds from 0.1 to 3600"},
    {"$H leaks --after 0.09", EXIT_USAGE, "seconds from 0.1 to 3600"},
    {"$H leaks --after 3600.1", EXIT_USAGE, "seconds from 0.1 to 3600"},
    {"$H leaks --after nan", EXIT_USAGE, "seconds from 0.1 to 3600"},
    {"$H leaks --after 1e3", EXIT_USAGE, "seconds from 0.1 to 3600"},
    {"$H leaks --after .", EXIT_USAGE, "seconds from 0.1 to 3600"},
    {"$H leaks --after 1.2.3", EXIT_USAGE, "seconds from 0.1 to 3600"},
    {"$H leaks --after ''", EXIT_USAGE, "seconds from 0.1 to 3600"},
    {"$H leaks --variant tiket", EXIT_USAGE, "did you mean 'ticket'"},
    {"$H leaks --variant nothing-like-it", EXIT_USAGE, "hchanlab list"},
    {"$H leaks ./program", EXIT_USAGE, "'./program': usage: hchanlab leaks [options]\n"},
    {"$H leaks -- --after", EXIT_USAGE, "does not take '--after'"},
    {"$H leaks >&-", EXIT_IO, "standard output: Bad file descriptor: write elsewhere"},
    {"$H leaks >/dev/full", EXIT_IO, "standard output: No space left on device"},
    {"$H crowd --goroutines 0", EXIT_USAGE, "from 1 to 10000000"},
    {"$H crowd --goroutines 10000001", EXIT_USAGE, "from 1 to 10000000"},
    {"$H crowd --goroutines 1e6", EXIT_USAGE, "from 1 to 10000000"},
    {"$H crowd --reps 0", EXIT_USAGE, "from 1 to 1000"},
    {"$H crowd --variant ticket", EXIT_USAGE, "parks threads, not goroutines: one of "},
    {"$H crowd --variant futex+go+rnig", EXIT_USAGE, "did you mean 'futex+go+ring'"},
    {"$H crowd --variant nothing-like-it", EXIT_USAGE, "one of "},
    {"$H crowd --variant futex+go+ring,ticket", EXIT_USAGE, "--variant ticket parks threads"},
    {"$H crowd --records", EXIT_USAGE, "name it: --variant "},
    {"$H crowd 1000", EXIT_USAGE, "'1000': usage: hchanlab crowd [options]\n"},
    {"$H crowd --goroutines 10 --reps 1 >/dev/full", EXIT_IO, "standard output"},
    {"$H lief", EXIT_USAGE, "did you mean 'life'"},
    {"$H life --variant tiket", EXIT_USAGE, "did you mean 'ticket'"},
    {"$H life --variant nothing-like-it", EXIT_USAGE, "hchanlab list"},
    {"$H life --variant ''", EXIT_USAGE, "is empty"},
    {"$H life --varient ticket", EXIT_USAGE, "did you mean --variant"},
    {"$H life 7", EXIT_USAGE, "'7': usage: hchanlab life [options]\n"},
    {"$H life >&-", EXIT_IO, "standard output: Bad file descriptor"},
    {"$H life >/dev/full", EXIT_IO, "standard output: No space left on device"},
    {"$H list all", EXIT_USAGE, "does not take 'all': usage: hchanlab list [options]\n"},
    {"$H list --names variant", EXIT_USAGE, "did you mean 'variants'"},
    {"$H list --names everything", EXIT_USAGE, "one of variants goroutine-variants peers"},
    {"$H runs 1", EXIT_USAGE, "'1': usage: hchanlab runs [options]\n"},
    {"$H runs --db /nonexistent/lab.db", EXIT_IO, "hchanlab sweep"},
    {"$H manual swep", EXIT_USAGE, "did you mean 'sweep'"},
    {"$H manual sweep list", EXIT_USAGE, "does not take 'list'"},
    {"$H completion", EXIT_USAGE, "name bash, zsh or fish"},
    {"$H completion tcsh", EXIT_USAGE, "no shell 'tcsh': name bash, zsh or fish"},
    {"$H completion bash >/dev/full", EXIT_IO, "standard output: No space left on device"},
    {"$H list >&-", EXIT_IO, "standard output: Bad file descriptor"},
    {"$H list >/dev/full", EXIT_IO, "standard output"},
    {"HCHANLAB_PEERS=/nonexistent $H list", EXIT_USAGE, "name a folder that is there"},
    {"ulimit -s 256; $H leaks", EXIT_ENVIRONMENT, "ulimit -s 512"},
    {"ulimit -n 10; $H leaks", EXIT_ENVIRONMENT, "ulimit -n 64"},
    {"$H doctor --json >/dev/full", EXIT_IO, "standard output"},
};

static void test_bad_input_gets_one_clear_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(bad_lines) / sizeof(bad_lines[0]); i++) {
        const struct bad *b = &bad_lines[i];
        const struct said *said = run_program(b->line);
        if (said->status != b->status || !strstr(said->err, b->says) ||
            count_lines(said->err) != 1 || strncmp(said->err, "hchanlab: ", 10) != 0)
            fail_msg("%s\nstatus %d, wanted %d; wanted '%s' in:\n%s", b->line, said->status,
                     b->status, b->says, said->err);
    }
}

/* Given closed streams, when a command opens files, then none of them is taken for a stream; and
 * what cannot be said is in the status. */
static void test_a_closed_stream_is_no_other_file(void **state)
{
    (void)state;
    char folder[64], line[512];
    make_folder(folder);
    snprintf(line, sizeof(line),
             "cd %s; $H sweep --scenario floor-empty --reps 1 --db a.db <&- >&- 2>&-; echo $?; "
             "$H export --db a.db --format csv | grep -c floor-empty",
             folder);
    assert_string_equal(run_program(line)->out, "4\n1\n");
    assert_int_equal(run_program("$H leaks --zzzz 2>&-")->status, EXIT_USAGE);
    assert_int_equal(run_program("$H leaks --zzzz 2>/dev/full")->status, EXIT_USAGE);
    remove_folder(folder);
}

static void test_a_file_that_is_no_store_is_left_alone(void **state)
{
    (void)state;
    char folder[64], line[512];
    make_folder(folder);
    snprintf(line, sizeof(line),
             "echo precious >%s/notes; $H sweep --scenario handoff --db %s/notes; cat %s/notes; "
             "ls -A %s | wc -l",
             folder, folder, folder, folder);
    const struct said *said = run_program(line);
    assert_string_equal(said->out, "precious\n1\n");
    assert_non_null(strstr(said->err, "is not a store"));
    remove_folder(folder);
}

/* A store in the folder: the run of one small cell. */
static void make_lab(const char *folder)
{
    char line[256];
    snprintf(line, sizeof(line), "$H sweep --scenario floor-empty --reps 1 --db %s/a.db", folder);
    const struct said *said = run_program(line);
    if (said->status != EXIT_OK)
        fail_msg("%s", said->err);
}

/* In a log, too, progress says which cell is measured. */
static void test_progress_names_the_cell(void **state)
{
    char folder[64], line[256];
    (void)state;
    make_folder(folder);
    snprintf(line, sizeof(line), "$H sweep --scenario floor-empty --reps 2 --db %s/a.db", folder);
    const struct said *said = run_program(line);
    assert_int_equal(said->status, EXIT_OK);
    assert_non_null(strstr(said->err, " s left  floor-"));
    assert_non_null(strstr(said->err, " 0 min 00 s left  done\n"));
    remove_folder(folder);
}

static sqlite3 *open_lab(const char *folder)
{
    char path[128];
    sqlite3 *db;
    snprintf(path, sizeof(path), "%s/a.db", folder);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    return db;
}

static void test_a_store_of_a_newer_schema_is_left_alone(void **state)
{
    (void)state;
    char folder[64], line[512];
    make_folder(folder);
    make_lab(folder);
    sqlite3 *db = open_lab(folder);
    assert_int_equal(sqlite3_exec(db, "PRAGMA user_version = 99", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK); /* and with it the log is in the file */
    snprintf(line, sizeof(line), "cd %s; md5sum a.db >m; $H report --db a.db; echo $?; md5sum -c m",
             folder);
    const struct said *said = run_program(line);
    assert_non_null(strstr(said->err, "schema 99"));
    assert_non_null(strstr(said->out, "4\na.db: OK"));
    remove_folder(folder);
}

/* Given a store that refuses a run, as one does that may only be read, then the complaint says what
 * else to do. */
static void test_a_store_that_takes_no_run_is_told_with_a_remedy(void **state)
{
    static const char refuse[] = "CREATE TRIGGER refuse BEFORE INSERT ON runs BEGIN "
                                 "SELECT RAISE(FAIL, 'readonly'); END";
    (void)state;
    char folder[64], line[512];
    make_folder(folder);
    make_lab(folder);
    sqlite3 *db = open_lab(folder);
    assert_int_equal(sqlite3_exec(db, refuse, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    snprintf(line, sizeof(line), "cd %s; $H sweep --scenario floor-empty --reps 1 --db a.db",
             folder);
    const struct said *said = run_program(line);
    assert_int_equal(said->status, EXIT_IO);
    assert_non_null(strstr(said->err, "hchanlab: a.db: readonly: name a store that can be written"
                                      " with --db\n"));
    remove_folder(folder);
}

/* Given a user who interrupts while the plots are drawn, then neither a part of a report is left
 * nor a folder that was not there, and the one complaint is not about gnuplot. */
static void test_an_interrupted_report_leaves_nothing(void **state)
{
    (void)state;
    char folder[64], line[1024];
    make_folder(folder);
    snprintf(
        line, sizeof(line),
        "cd %s; $H sweep --scenario buffer-hop --variant ticket --reps 1 --db a.db >o || exit 9; "
        "printf '#!/bin/sh\nkill -INT $PPID\nexit 1\n' >gnuplot; chmod +x gnuplot; "
        "PATH=$PWD:$PATH $H report --db a.db -o r; echo $?; "
        "printf '#!/bin/sh\\nkill -TERM $PPID\\nexec sleep 1000\\n' >gnuplot; "
        "PATH=$PWD:$PATH $H report --db a.db -o r; echo $?; ls -A",
        folder);
    const struct said *said = run_program(line);
    assert_string_equal(said->out, "130\n130\na.db\ngnuplot\no\n");
    assert_non_null(strstr(said->err, "hchanlab: interrupted"));
    assert_null(strstr(said->err, "gnuplot"));
    remove_folder(folder);
}

/* Given a store whose name a shell would take apart, and a command longer than any buffer, when it
 * is swept into, then the command that is kept is that command: a shell reads the same words. */
static void test_the_kept_command_is_the_whole_command_as_a_shell_reads_it(void **state)
{
    static char name[256];
    char folder[64], line[512], path[512], script[128];
    (void)state;
    make_folder(folder);
    memset(name, '\'', 236);
    strcat(name, " \"$x");
    setenv("NAME", name, 1);
    snprintf(line, sizeof(line),
             "cd %s; mkdir \"$NAME\"; set -- --db \"$NAME/a.db\"; for i in $(seq 64); do "
             "set -- \"$@\" --scenario nb-recv-empty --variant futex+go+ring; done; "
             "PATH=${H%%/*}:$PATH; hchanlab sweep --reps 1 \"$@\" >o || exit 9; mv \"$NAME\"/* .",
             folder);
    const struct said *said = run_program(line);
    if (said->status != EXIT_OK)
        fail_msg("%s", said->err);
    sqlite3 *db = open_lab(folder);
    sqlite3_stmt *q;
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT command FROM runs", -1, &q, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(q), SQLITE_ROW);
    assert_true(sqlite3_column_bytes(q, 0) > 4096);
    snprintf(script, sizeof(script), "%s/again", folder);
    FILE *f = fopen(script, "w");
    fprintf(f, "hchanlab() { for last; do :; done; printf %%s \"$last\"; }\n%s\n",
            (const char *)sqlite3_column_text(q, 0));
    fclose(f);
    sqlite3_finalize(q);
    sqlite3_close(db);
    snprintf(line, sizeof(line), "sh %s", script);
    said = run_program(line);
    snprintf(path, sizeof(path), "%s/%s/a.db", folder, name);
    assert_string_equal(said->out, path);
    remove_folder(folder);
}

/* By hand a cell asks nobody; with --ack it goes on while bytes come, and ends without a word where
 * none do, or where nobody reads. */
static void test_a_cell_waits_for_its_reader_if_told_to(void **state)
{
    static const char cell[] = "$H cell floor-empty --samples 2 --window-ns 1000";
    char line[512];
    int broken[2];
    (void)state;
    snprintf(line, sizeof(line), "%s </dev/null", cell);
    struct said *said = run_program(line);
    assert_int_equal(said->status, EXIT_OK);
    size_t lines = count_lines(said->out);
    snprintf(line, sizeof(line), "%s --ack </dev/zero", cell);
    said = run_program(line);
    assert_int_equal(said->status, EXIT_OK);
    assert_int_equal(count_lines(said->out), lines);
    assert_non_null(strstr(said->out, "\"end\""));
    snprintf(line, sizeof(line), "printf x | %s --ack", cell);
    said = run_program(line);
    assert_int_equal(said->status, EXIT_IO);
    assert_int_equal(count_lines(said->out), 2); /* one that was answered, and one that was not */
    assert_string_equal(said->err, "");
    assert_int_equal(pipe(broken), 0);
    close(broken[0]);
    snprintf(line, sizeof(line), "%s --ack </dev/zero >&%d", cell, broken[1]);
    said = run_program(line);
    close(broken[1]);
    assert_int_equal(said->status, EXIT_IO);
    assert_string_equal(said->err, "");
}

static void test_every_command_has_help_and_exits_well(void **state)
{
    static const char *const lines[] = {
        "$H --help",        "$H --version",   "$H sweep --help",  "$H cell --help",
        "$H report --help", "$H list --help", "$H export --help", "$H doctor --help",
        "$H crowd --help",  "$H list",        "$H life --help",   "$H runs --help",
        "$H manual",        "$H manual runs", "$H completion zsh"};
    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        const struct said *said = run_program(lines[i]);
        assert_int_equal(said->status, EXIT_OK);
        assert_string_equal(said->err, "");
        assert_true(strlen(said->out) > 10);
    }
}

static void test_a_command_that_tells_little_has_a_page(void **state)
{
    char path[] = "/tmp/hchanlab-page-XXXXXX", page[4096];
    int file = mkstemp(path), out = dup(STDOUT_FILENO);
    (void)state;
    assert_true(file >= 0 && out >= 0);
    fflush(stdout);
    dup2(file, STDOUT_FILENO);
    manual_print(&(struct command){.name = "new", .summary = "do what is new"});
    fflush(stdout);
    dup2(out, STDOUT_FILENO);
    close(file);
    close(out);
    read_back(path, page, sizeof(page));
    assert_non_null(strstr(page, ".SH SYNOPSIS\n.B hchanlab new\n.SH OPTIONS\n"));
    assert_null(strstr(page, "EXAMPLES"));
}

/* However help is asked for, it is the same; and so is the version. */
static void test_help_has_the_usual_names(void **state)
{
    static const char *const same[][4] = {
        {"$H --help", "$H -h", "$H help", NULL},
        {"$H sweep --help", "$H sweep -h", "$H help sweep", "$H --help sweep"},
        {"$H list --help", "$H list -h", "$H help list", NULL},
        {"$H --version", "$H -V", NULL, NULL},
    };
    static char first[65536];
    (void)state;
    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
        for (size_t k = 0; k < 4 && same[i][k]; k++) {
            const struct said *said = run_program(same[i][k]);
            if (k == 0)
                strcpy(first, said->out);
            if (said->status != EXIT_OK || said->err[0] || strcmp(said->out, first) != 0)
                fail_msg("%s: status %d\n%s%s", same[i][k], said->status, said->out, said->err);
        }
}

/* A value may follow its option, be joined to it by '=', or, after a single letter, by nothing. */
static void test_an_option_and_its_value_may_be_one_word(void **state)
{
    static const char *const reports[] = {
        "$H report --db a.db -o notes",  "$H report --db=a.db -o notes",
        "$H report --db a.db -onotes",   "$H report -o=notes --db=a.db",
        "$H report 1 -onotes --db=a.db", "$H report --db a.db -onotes latest",
    };
    char folder[64], line[512];
    (void)state;
    make_folder(folder);
    make_lab(folder);
    for (size_t i = 0; i < sizeof(reports) / sizeof(reports[0]); i++) {
        snprintf(line, sizeof(line), "cd %s; echo mine >notes; %s; echo $?; cat notes", folder,
                 reports[i]);
        const struct said *said = run_program(line);
        if (strcmp(said->out, "4\nmine\n") != 0 || !strstr(said->err, "hchanlab: notes: "))
            fail_msg("%s:\n%s%s", reports[i], said->out, said->err);
    }
    remove_folder(folder);
}

/* As many lines as the build has variants, and their cells are there. */
static void test_all_variants_have_a_word(void **state)
{
    (void)state;
    const struct said *said =
        run_program("$H sweep --scenario recv-closed --variant all --dry-run | grep /variant=");
    size_t variants = 0;
    for (const struct hchan_variant *v = hchan_variant_next(NULL); v; v = hchan_variant_next(v)) {
        char cell[128];
        snprintf(cell, sizeof(cell), "recv-closed/variant=%s/elem=8\n", hchan_variant_name(v));
        assert_non_null(strstr(said->out, cell));
        variants++;
    }
    assert_int_equal(count_lines(said->out), variants);
}

/* The cells of a dry run. */
static void plan_of(const char *options, char text[65536])
{
    char line[512];
    snprintf(line, sizeof(line), "$H sweep %s --dry-run", options);
    const struct said *said = run_program(line);
    if (said->status != EXIT_OK)
        fail_msg("%s: %s", line, said->err);
    strcpy(text, said->out);
}

/* The samples of one process are not independent, so an interval over them is marked. */
static void test_an_interval_of_too_few_processes_is_marked(void **state)
{
    (void)state;
    char folder[64], line[512];
    make_folder(folder);
    for (int reps = 5; reps <= 6; reps++) {
        snprintf(line, sizeof(line), "cd %s; $H sweep --scenario floor-empty --reps %d --db a.db",
                 folder, reps);
        const struct said *said = run_program(line);
        const char *row = strstr(said->out, "\nfloor-empty ");
        assert_int_equal(said->status, EXIT_OK);
        assert_non_null(row);
        bool marked = memchr(row, '*', strcspn(row + 1, "\n"));
        bool explained = strstr(said->out, "\n* over the samples of fewer than six processes");
        assert_int_equal(marked, reps < 6);
        assert_int_equal(explained, reps < 6);
    }
    remove_folder(folder);
}

static void test_names_may_be_listed_and_repeated(void **state)
{
    static const char *const same[][2] = {
        {"--scenario handoff,recv-closed --variant ticket,futex-park",
         "--scenario handoff --scenario recv-closed --variant ticket --variant futex-park"},
        {"--group go-bench,workloads --variant ticket",
         "--group go-bench --group workloads --variant ticket"},
    };
    static char one[65536], other[65536];
    (void)state;
    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
        plan_of(same[i][0], one);
        plan_of(same[i][1], other);
        assert_string_equal(one, other);
    }
}

static void test_dry_run_prints_cells_and_time_and_stores_nothing(void **state)
{
    (void)state;
    char folder[64], line[256];
    make_folder(folder);
    snprintf(line, sizeof(line), "cd %s; $H sweep --quick --dry-run --db x.db; ls -A", folder);
    const struct said *said = run_program(line);
    assert_int_equal(said->status, EXIT_OK);
    assert_non_null(strstr(said->out, "park-wake/variant=futex-park/elem=8/place=same-pu\n"));
    assert_non_null(strstr(said->out, "floor-atomic\n"));
    assert_non_null(strstr(said->out, " cells, "));
    assert_null(strstr(said->out, "x.db"));
    remove_folder(folder);
}

/* For the command lines: a CPU that this process may use. */
static void name_a_cpu(void)
{
    static cpu_set_t allowed[16]; /* of machines with up to 16384 */
    char number[16] = "0";
    if (sched_getaffinity(0, sizeof(allowed), allowed) == 0)
        for (size_t cpu = 8 * sizeof(allowed); cpu-- > 0;)
            if (CPU_ISSET_S(cpu, sizeof(allowed), allowed))
                snprintf(number, sizeof(number), "%zu", cpu);
    setenv("CPU", number, 1);
}

int main(void)
{
    name_a_cpu();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bad_input_gets_one_clear_line),
        cmocka_unit_test(test_a_closed_stream_is_no_other_file),
        cmocka_unit_test(test_a_file_that_is_no_store_is_left_alone),
        cmocka_unit_test(test_a_store_of_a_newer_schema_is_left_alone),
        cmocka_unit_test(test_progress_names_the_cell),
        cmocka_unit_test(test_a_store_that_takes_no_run_is_told_with_a_remedy),
        cmocka_unit_test(test_an_interrupted_report_leaves_nothing),
        cmocka_unit_test(test_the_kept_command_is_the_whole_command_as_a_shell_reads_it),
        cmocka_unit_test(test_a_cell_waits_for_its_reader_if_told_to),
        cmocka_unit_test(test_every_command_has_help_and_exits_well),
        cmocka_unit_test(test_help_has_the_usual_names),
        cmocka_unit_test(test_a_command_that_tells_little_has_a_page),
        cmocka_unit_test(test_an_option_and_its_value_may_be_one_word),
        cmocka_unit_test(test_all_variants_have_a_word),
        cmocka_unit_test(test_an_interval_of_too_few_processes_is_marked),
        cmocka_unit_test(test_names_may_be_listed_and_repeated),
        cmocka_unit_test(test_dry_run_prints_cells_and_time_and_stores_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
