/* Finds the program's resources and peers (parts.h), starting from /proc/self/exe. It keeps no
 * state. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/parts.h"
#include "harness/base/files.h"
#include "harness/base/say.h"
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where the parts lie, seen from the program's folder: in a build folder, where the program is at
 * the top and tests are one folder below; and where it is installed. */
static const struct tree {
    const char *data, *peers;
} trees[] = {
    {PARTS_DATA_BUILT, PARTS_PEERS_BUILT},
    {"../" PARTS_DATA_BUILT, "../" PARTS_PEERS_BUILT},
    {PARTS_DATA_FROM_BIN, PARTS_PEERS_FROM_BIN},
};

enum { TREES = sizeof(trees) / sizeof(trees[0]) };

/* The file in the folder of resources that names their version, and marks a tree. */
static const char mark[] = "version";

static const char remedy[] =
    "install hchanlab again, or name the folder of its resources with HCHANLAB_DATA";

/* The folder of the running program, however it was called: the kernel has followed the links. */
static int find_program(char folder[PATH_MAX])
{
    ssize_t length = readlink("/proc/self/exe", folder, PATH_MAX - 1);
    if (length < 0)
        return -errno;
    folder[length] = '\0';
    char *last = strrchr(folder, '/');
    if (!last || length == PATH_MAX - 1)
        return -ENAMETOOLONG;
    *last = '\0';
    return 0;
}

/* Writes FOLDER/RELATIVE, where RELATIVE may begin with "../"; FOLDER has no links in it. */
static bool join(const char *folder, const char *relative, char path[PATH_MAX])
{
    size_t length = strlen(folder);
    for (; strncmp(relative, "../", 3) == 0; relative += 3)
        while (length > 0 && folder[--length] != '/')
            ;
    return snprintf(path, PATH_MAX, "%.*s/%s", (int)length, folder, relative) < PATH_MAX;
}

/* Whether the administrator, the user, or whoever put the program there has made this file, which
 * is a link itself if it is one: 0, -EPERM if it is another user's, or what stat() says. */
static int check_owner(const char *path)
{
    struct stat st, program;
    if (lstat(path, &st))
        return -errno;
    if (st.st_uid == 0 || st.st_uid == geteuid())
        return 0;
    return stat("/proc/self/exe", &program) == 0 && program.st_uid == st.st_uid ? 0 : -EPERM;
}

/* Whether a folder of resources has the mark, and both are ours. */
static int check_mark(const char *folder)
{
    char path[PATH_MAX];
    int status = check_owner(folder);
    if (!status && snprintf(path, sizeof(path), "%s/%s", folder, mark) >= (int)sizeof(path))
        status = -ENAMETOOLONG;
    return status ? status : check_owner(path);
}

/* Finds the tree that the program belongs to, and writes the program's folder and the tree's folder
 * of resources. A program that somebody has copied, say into /tmp, belongs to none: whatever others
 * keep in /tmp/share or /tmp/libexec is not its own. Returns NULL with the reason in `why`. */
static const struct tree *find_tree(char program[PATH_MAX], char data[PATH_MAX], char *why,
                                    size_t size)
{
    int status = find_program(program);
    if (status)
        snprintf(why, size, "the program does not find itself (/proc/self/exe: %s)",
                 strerror(-status));
    bool told = status;
    for (size_t i = 0; i < TREES && !told; i++) {
        status = join(program, trees[i].data, data) ? check_mark(data) : -ENAMETOOLONG;
        if (!status)
            return &trees[i];
        told = status == -EPERM;
        snprintf(why, size, "no resource %s in %s (%s)", mark, data,
                 told ? "it is another user's" : strerror(-status));
    }
    return NULL;
}

int parts_peers(char path[PATH_MAX], char *error, size_t size)
{
    char program[PATH_MAX], data[PATH_MAX], why[PATH_MAX + 64];
    const struct tree *tree = find_tree(program, data, why, sizeof(why));
    bool fits = tree && join(program, tree->peers, path);
    if (fits && check_owner(path) != -EPERM)
        return 0;
    if (fits)
        snprintf(why, sizeof(why), "the folder %s is another user's", path);
    else if (tree)
        snprintf(why, sizeof(why), "the path of the program is too long");
    snprintf(error, size,
             "%s: install hchanlab again, or name the folder of its peers with HCHANLAB_PEERS",
             why);
    return -ENOPKG;
}

/* The folder of resources. What HCHANLAB_DATA names is made absolute, since gnuplot runs in another
 * folder. */
static int find_resources(char folder[PATH_MAX], char *error, size_t size)
{
    const char *chosen = getenv("HCHANLAB_DATA");
    if (chosen && !realpath(chosen, folder)) {
        snprintf(error, size,
                 "HCHANLAB_DATA is '%s' (%s): name the folder of resources, or unset it", chosen,
                 strerror(errno));
        return -ENOPKG;
    }
    char program[PATH_MAX], why[PATH_MAX + 64];
    if (chosen || find_tree(program, folder, why, sizeof(why)))
        return 0;
    snprintf(error, size, "%s: %s", why, remedy);
    return -ENOPKG;
}

/* Checks that a file of the folder, or a folder, is there and can be read; writes its path. */
static int check_part(const char *folder, const char *name, bool is_folder, char path[PATH_MAX],
                      char *error, size_t size)
{
    struct stat st;
    int status = 0;
    if (snprintf(path, PATH_MAX, "%s/%s", folder, name) >= PATH_MAX)
        status = -ENAMETOOLONG;
    else if (stat(path, &st) || access(path, R_OK))
        status = -errno;
    else if (is_folder ? !S_ISDIR(st.st_mode) : !S_ISREG(st.st_mode))
        status = is_folder ? -ENOTDIR : -EISDIR;
    if (!status)
        return 0;
    snprintf(error, size,
             status == -ENOENT ? "no resource %s in %s (%s): %s"
                               : "the resource %s in %s can't be read (%s): %s",
             name, folder, strerror(-status), remedy);
    return -ENOPKG;
}

/* Resources of another version may lack what this program asks of them. */
static int check_version(const char *folder, char *error, size_t size)
{
    char path[PATH_MAX], *text = NULL;
    size_t length;
    int status = check_part(folder, mark, false, path, error, size);
    if (status)
        return status;
    status = file_read(path, &text, &length);
    if (status) {
        snprintf(error, size, "the resource %s in %s can't be read (%s): %s", mark, folder,
                 strerror(-status), remedy);
        return -ENOPKG;
    }
    text[strcspn(text, "\n")] = '\0';
    make_plain(text);
    status = strcmp(text, HCHANLAB_VERSION) == 0 ? 0 : -ENOPKG;
    if (status && !text[0])
        snprintf(error, size, "the resource %s in %s names no version, and should name %s: %s",
                 mark, folder, HCHANLAB_VERSION, remedy);
    else if (status)
        snprintf(error, size, "the resources in %s are of version %.32s and the program is %s: %s",
                 folder, text, HCHANLAB_VERSION, remedy);
    free(text);
    return status;
}

static int find_part(const char *name, bool is_folder, char path[PATH_MAX], char *error,
                     size_t size)
{
    char folder[PATH_MAX];
    int status = find_resources(folder, error, size);
    if (!status)
        status = check_version(folder, error, size);
    return status ? status : check_part(folder, name, is_folder, path, error, size);
}

int parts_resource(const char *name, char path[PATH_MAX], char *error, size_t size)
{
    return find_part(name, false, path, error, size);
}

int parts_folder(const char *name, char path[PATH_MAX], char *error, size_t size)
{
    return find_part(name, true, path, error, size);
}
