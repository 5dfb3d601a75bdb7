/* Finds the program's resources and peers (parts.h), starting from /proc/self/exe. It keeps no
 * state. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/parts.h"
#include "harness/base/files.h"
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

static bool is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* A part's folder: in the build folder, where the program is at the top and tests are one folder
 * below; or where it is installed, which is also the answer if it is nowhere. */
static int find_part(const char *built, const char *installed, char path[PATH_MAX])
{
    char program[PATH_MAX], above[PATH_MAX];
    snprintf(above, sizeof(above), "../%s", built);
    const char *const places[] = {built, above, installed};
    int status = find_program(program);
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) && !status; i++) {
        if (!join(program, places[i], path))
            status = -ENAMETOOLONG;
        else if (is_folder(path))
            break;
    }
    return status;
}

int parts_peers(char path[PATH_MAX])
{
    return find_part(PARTS_PEERS_BUILT, PARTS_PEERS_FROM_BIN, path);
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
    int status = chosen ? 0 : find_part(PARTS_DATA_BUILT, PARTS_DATA_FROM_BIN, folder);
    if (!status)
        return 0;
    snprintf(error, size,
             "the program does not find itself (/proc/self/exe: %s): name the folder "
             "of its resources with HCHANLAB_DATA",
             strerror(-status));
    return -ENOPKG;
}

/* Checks that a file of the folder is there and can be read; writes its path. */
static int check_file(const char *folder, const char *name, char path[PATH_MAX], char *error,
                      size_t size)
{
    struct stat st;
    int status = 0;
    if (snprintf(path, PATH_MAX, "%s/%s", folder, name) >= PATH_MAX)
        status = -ENAMETOOLONG;
    else if (stat(path, &st) || access(path, R_OK))
        status = -errno;
    else if (!S_ISREG(st.st_mode))
        status = -EISDIR;
    if (!status)
        return 0;
    snprintf(error, size, "no resource %s in %s (%s): %s", name, folder, strerror(-status), remedy);
    return -ENOPKG;
}

/* Resources of another version may lack what this program asks of them. */
static int check_version(const char *folder, char *error, size_t size)
{
    char path[PATH_MAX], *text = NULL;
    size_t length;
    int status = check_file(folder, "version", path, error, size);
    if (status)
        return status;
    if (file_read(path, &text, &length) == 0) {
        text[strcspn(text, "\n")] = '\0';
        if (strcmp(text, HCHANLAB_VERSION) == 0) {
            free(text);
            return 0;
        }
    }
    snprintf(error, size, "the resources in %s are of version %.32s and the program is %s: %s",
             folder, text ? text : "n/a", HCHANLAB_VERSION, remedy);
    free(text);
    return -ENOPKG;
}

int parts_resource(const char *name, char path[PATH_MAX], char *error, size_t size)
{
    char folder[PATH_MAX];
    int status = find_resources(folder, error, size);
    if (!status)
        status = check_version(folder, error, size);
    return status ? status : check_file(folder, name, path, error, size);
}
