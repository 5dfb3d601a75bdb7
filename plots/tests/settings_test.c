/* The pictures are the same whoever draws them: neither the user's gnuplot settings nor the
 * variables of his environment get into them. */
/* SPDX-License-Identifier: MIT */
#include "plots/tests/built.h"
#include <dirent.h>
#include <sys/stat.h>

/* Variables that gnuplot, its libraries and its terminals obey, set to what would show. */
static const char *const variables[][2] = {
    {"GNUTERM", "dumb"},         {"GNUPLOT_LIB", "/nowhere"},   {"GDFONTPATH", "/nowhere"},
    {"GNUPLOT_FONTPATH", "/x"},  {"GNUPLOT_PS_DIR", "/x"},      {"GNUPLOT_DRIVER_DIR", "/x"},
    {"GNUPLOT_SHARE_DIR", "/x"}, {"GNUHELP", "/nowhere"},       {"FIT_LOG", "/nowhere/fit.log"},
    {"LC_ALL", "de_DE.UTF-8"},   {"LC_NUMERIC", "de_DE.UTF-8"}, {"LANG", "ja_JP.EUC-JP"},
    {"TZ", "Asia/Tokyo"},        {"POSIXLY_CORRECT", "1"},      {"PAGER", "false"},
};

enum { VARIABLES = sizeof(variables) / sizeof(variables[0]) };

/* What ~/.gnuplot may hold: another terminal, and what lasts from one plot to the next. */
static const char *const settings[] = {
    "set terminal dumb\nset output 'elsewhere'\n",
    "set title 'mine'\nset label 'MINE' at graph 0.5,0.5\nset key outside\n",
    "set logscale xy\nset decimalsign ','\nset encoding iso_8859_1\nset border 0\n",
    "exit\n",
    "this is no command\n",
};

enum { SETTINGS = sizeof(settings) / sizeof(settings[0]) };

static void put(const char *directory, const char *name, const char *content)
{
    char path[600];
    snprintf(path, sizeof(path), "%s/%s", directory, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(content, f);
    fclose(f);
}

/* Every file at the top of the folder, one behind the other, in the order of the directory of the
 * pictures' names; the caller frees. */
static char *read_all_made(void)
{
    struct dirent **entries;
    char *all = NULL;
    size_t size;
    FILE *out = open_memstream(&all, &size);
    int count = scandir(folder, &entries, NULL, alphasort);
    assert_true(out && count > 0);
    for (int i = 0; i < count; i++) {
        if (strstr(entries[i]->d_name, ".svg") || strstr(entries[i]->d_name, ".html")) {
            char *content = read_made(entries[i]->d_name);
            fprintf(out, "%s:\n%s\n", entries[i]->d_name, content);
            free(content);
        }
        free(entries[i]);
    }
    free(entries);
    fclose(out);
    assert_has(all, ".svg:\n");
    return all;
}

static void assert_built_as(const char *plain, const char *why)
{
    build(usual, CELLS);
    char *now = read_all_made();
    if (strcmp(plain, now) != 0)
        fail_msg("with %s the pictures are others", why);
    free(now);
}

static void test_the_users_settings_do_not_get_into_the_pictures(void **state)
{
    char home[512], under[600];
    (void)state;
    make_folder("plain");
    build(usual, CELLS);
    char *plain = read_all_made(), *before = strdup(getenv("HOME") ? getenv("HOME") : "");
    snprintf(home, sizeof(home), "%s/data", folder);
    snprintf(under, sizeof(under), "%s/gnuplot", home);
    mkdir(under, 0777);
    setenv("HOME", home, 1);
    setenv("XDG_CONFIG_HOME", home, 1);
    for (size_t i = 0; i < SETTINGS; i++) {
        put(home, ".gnuplot", settings[i]);
        put(under, "gnuplotrc", settings[i]);
        assert_built_as(plain, settings[i]);
    }
    setenv("HOME", before, 1);
    unsetenv("XDG_CONFIG_HOME");
    free(before);
    free(plain);
    remove_folder();
}

static void test_the_users_variables_do_not_get_into_the_pictures(void **state)
{
    (void)state;
    make_folder("plain");
    build(usual, CELLS);
    char *plain = read_all_made();
    for (size_t i = 0; i < VARIABLES; i++)
        setenv(variables[i][0], variables[i][1], 1);
    assert_built_as(plain, "the user's variables");
    for (size_t i = 0; i < VARIABLES; i++)
        unsetenv(variables[i][0]);
    free(plain);
    remove_folder();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_users_settings_do_not_get_into_the_pictures),
        cmocka_unit_test(test_the_users_variables_do_not_get_into_the_pictures),
    };
    if (system("gnuplot --version >/dev/null 2>&1") != 0)
        return 77;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
