/* Makes a report in a folder of its own and moves it to its place (staging.h). It owns no state but
 * what is on the disk: the folder, named after the process, and the list of a report's files. */
/* SPDX-License-Identifier: MIT */
#include "harness/tell/staging.h"
#include "harness/base/files.h"
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char list_name[] = "data/files.txt", page_name[] = "index.html";

/* The folders of a report, each before what is in it. */
static const char *const folders[] = {"", "data/"};
enum { FOLDERS = sizeof(folders) / sizeof(folders[0]) };

static bool join(char *path, const char *folder, const char *name)
{
    return snprintf(path, PATH_MAX, "%s/%s", folder, name) < PATH_MAX;
}

/* Calls `each` for every file of a report's folders, until one fails. */
static int each_file(const char *report, int (*each)(void *arg, const char *name), void *arg)
{
    int status = 0;
    for (unsigned i = 0; i < FOLDERS && !status; i++) {
        char path[PATH_MAX], name[PATH_MAX];
        DIR *dir = join(path, report, folders[i]) ? opendir(path) : NULL;
        if (!dir)
            return -errno;
        for (struct dirent *e; !status && (e = readdir(dir)) != NULL;) {
            struct stat st;
            snprintf(name, sizeof(name), "%s%s", folders[i], e->d_name);
            if (join(path, report, name) && lstat(path, &st) == 0 && !S_ISDIR(st.st_mode))
                status = each(arg, name);
        }
        closedir(dir);
    }
    return status;
}

static int remove_file(void *arg, const char *name)
{
    char path[PATH_MAX];
    if (join(path, arg, name))
        unlink(path);
    return 0;
}

void staging_abandon(struct staging *s)
{
    char path[PATH_MAX];
    each_file(s->made, remove_file, s->made);
    if (join(path, s->made, "data"))
        rmdir(path);
    rmdir(s->made);
    if (s->fresh && join(path, s->place, "data")) {
        rmdir(path); /* both stay if a report is in them */
        rmdir(s->place);
    }
}

/* Whether there is something that is not a folder. */
static bool is_other(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && !S_ISDIR(st.st_mode);
}

/* Removes what reports that were killed left behind: folders of ours into which nothing was put for
 * an hour. */
static void remove_left(const char *place)
{
    enum { AN_HOUR = 3600 };
    DIR *dir = opendir(place);
    for (struct dirent *e; dir && (e = readdir(dir)) != NULL;) {
        struct staging left = {.fresh = false};
        struct stat st;
        unsigned pid;
        int end = 0;
        if (sscanf(e->d_name, ".part-%u%n", &pid, &end) == 1 && e->d_name[end] == '\0' &&
            join(left.made, place, e->d_name) && lstat(left.made, &st) == 0 &&
            S_ISDIR(st.st_mode) && st.st_uid == geteuid() && st.st_mtime < time(NULL) - AN_HOUR)
            staging_abandon(&left);
    }
    if (dir)
        closedir(dir);
}

/* Whether there is anything in the folder but what a report that was killed may leave: folders of
 * ours, and an empty data/. */
static bool has_things(const char *folder)
{
    char data[PATH_MAX];
    bool found = false;
    DIR *dir = opendir(folder);
    for (struct dirent *e; dir && !found && (e = readdir(dir)) != NULL;) {
        bool itself = strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0;
        bool ours = strncmp(e->d_name, ".part-", 6) == 0;
        if (strcmp(e->d_name, "data") == 0 && join(data, folder, e->d_name))
            found = has_things(data);
        else
            found = !itself && !ours;
    }
    if (dir)
        closedir(dir);
    return found;
}

/* Whether a report would scatter its files among other things. Things may be added to a report. */
static bool is_in_use(const char *place)
{
    char list[PATH_MAX];
    bool report = join(list, place, list_name) && access(list, F_OK) == 0;
    return !report && has_things(place);
}

/* Whether a list, as read_list() has it, names the file. */
static bool names(const char *list, const char *name)
{
    char line[PATH_MAX];
    return snprintf(line, sizeof(line), "\n%s\n", name) < (int)sizeof(line) && strstr(list, line);
}

/* Reads a report's list and puts a newline before it, so that each name stands between two. "" if
 * there is none; a list without a page is not a report's. */
static char *read_list(const char *report)
{
    char path[PATH_MAX], *text = NULL, *list = NULL;
    size_t length = 0;
    if (join(path, report, list_name) && file_read(path, &text, &length) == 0)
        list = malloc(length + 2);
    if (list) {
        list[0] = '\n';
        memcpy(list + 1, text, length + 1);
        if (!names(list, page_name))
            list[0] = '\0';
    }
    free(text);
    return list ? list : calloc(1, 1);
}

struct replacing {
    struct staging *staging;
    const char *older; /* list */
};

/* Refuses to replace what an older report has not put there. */
static int check_target(void *arg, const char *name)
{
    const struct replacing *r = arg;
    char to[PATH_MAX];
    struct stat st;
    if (!join(to, r->staging->place, name))
        return -ENAMETOOLONG;
    if (lstat(to, &st))
        return 0;
    snprintf(r->staging->blocked, PATH_MAX, "%s", name);
    if (S_ISDIR(st.st_mode))
        return -EISDIR;
    return names(r->older, strcmp(name, list_name) == 0 ? page_name : name) ? 0 : -EEXIST;
}

/* Checks the page before anything is made, since that takes its time. */
static int check_page(struct staging *s)
{
    char *older = read_list(s->place);
    struct replacing replacing = {s, older};
    int status = older ? check_target(&replacing, page_name) : -ENOMEM;
    free(older);
    return status;
}

int staging_begin(struct staging *s, const char *place)
{
    char data[PATH_MAX];
    size_t length = strlen(place);
    while (length > 1 && place[length - 1] == '/')
        length--;
    if (snprintf(s->place, PATH_MAX, "%.*s", (int)length, place) >= PATH_MAX ||
        snprintf(s->made, PATH_MAX, "%s/.part-%d", s->place, (int)getpid()) >= PATH_MAX ||
        !join(data, s->place, "data"))
        return -ENAMETOOLONG;
    s->blocked[0] = '\0';
    s->fresh = access(s->place, F_OK) != 0;
    int status = is_other(data) ? -ENOTDIR : check_page(s);
    if (status)
        return status;
    remove_left(s->place);
    if (is_in_use(s->place))
        return -ENOTEMPTY;
    staging_abandon(s); /* what a process of the same number left when it was killed */
    status = files_make_folder(s->place, 0777);
    if (!status)
        status = join(data, s->made, "data") ? files_make_folder(data, 0777) : -ENAMETOOLONG;
    if (status)
        staging_abandon(s);
    return status;
}

static int write_name(void *arg, const char *name)
{
    return fprintf(arg, "%s\n", name) < 0 ? -ENOMEM : 0;
}

static int write_list(const struct staging *s)
{
    char path[PATH_MAX];
    struct file_draft draft;
    int status = join(path, s->made, list_name) ? file_draft(&draft) : -ENAMETOOLONG;
    if (status)
        return status;
    status = each_file(s->made, write_name, draft.out);
    if (status) {
        file_discard(&draft);
        return status;
    }
    return file_commit(&draft, path);
}

static int move_file(void *arg, const char *name)
{
    const struct staging *s = arg;
    char from[PATH_MAX], to[PATH_MAX];
    if (!join(from, s->made, name) || !join(to, s->place, name))
        return -ENAMETOOLONG;
    return rename(from, to) ? -errno : 0;
}

static int move_but_last(void *arg, const char *name)
{
    bool last = strcmp(name, page_name) == 0 || strcmp(name, list_name) == 0;
    return last ? 0 : move_file(arg, name);
}

/* Whether what was made can be put in place, as far as that can be known before. */
static int check_place(struct staging *s, const char *older)
{
    char data[PATH_MAX];
    if (!join(data, s->place, "data"))
        return -ENAMETOOLONG;
    int status = each_file(s->made, check_target, &(struct replacing){s, older});
    if (!status && access(s->place, W_OK))
        status = -errno;
    if (!status)
        status = files_make_folder(data, 0777);
    return !status && access(data, W_OK) ? -errno : status;
}

/* Until all is in place the list has the files of both reports, so that a kill leaves no file that
 * is in no list. */
static int list_both(const struct staging *s, const char *older, const char *newer)
{
    char path[PATH_MAX];
    struct file_draft draft;
    int status = join(path, s->place, list_name) ? file_draft(&draft) : -ENAMETOOLONG;
    if (status)
        return status;
    fputs(older + (older[0] == '\n'), draft.out);
    fputs(newer + (newer[0] == '\n'), draft.out);
    return file_commit(&draft, path);
}

/* Removes the files that the older report's list has and the new one's has not. A line that leads
 * out of the report is ignored. */
static void remove_stale(const struct staging *s, char *older, const char *newer)
{
    for (char *name = strtok(older, "\n"); name; name = strtok(NULL, "\n")) {
        char path[PATH_MAX];
        bool inside = name[0] != '/' && !strstr(name, "..");
        if (!names(newer, name) && inside && join(path, s->place, name))
            unlink(path);
    }
}

int staging_commit(struct staging *s)
{
    char *older = read_list(s->place), *newer = NULL;
    int status = older ? write_list(s) : -ENOMEM;
    if (!status && !(newer = read_list(s->made)))
        status = -ENOMEM;
    if (!status)
        status = check_place(s, older);
    if (!status)
        status = list_both(s, older, newer);
    if (!status)
        status = each_file(s->made, move_but_last, s);
    if (!status)
        status = move_file(s, page_name);
    if (!status)
        remove_stale(s, older, newer);
    if (!status)
        status = move_file(s, list_name);
    staging_abandon(s);
    free(older);
    free(newer);
    return status;
}
