/* Reads and writes whole files (files.h). It owns no state: a draft is the caller's, in memory
 * until it is committed. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/files.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int file_read(const char *path, char **data, size_t *length)
{
    FILE *in = fopen(path, "re");
    if (!in)
        return -errno;
    struct file_draft copy;
    int status = file_draft(&copy);
    char block[65536];
    for (size_t got; !status && (got = fread(block, 1, sizeof(block), in)) > 0;)
        if (fwrite(block, 1, got, copy.out) != got)
            status = -ENOMEM;
    if (!status && ferror(in))
        status = -EIO;
    fclose(in);
    if (copy.out && fclose(copy.out) && !status)
        status = -ENOMEM;
    if (status) {
        free(copy.data);
        return status;
    }
    *data = copy.data;
    *length = copy.length;
    return 0;
}

int files_make_folder(const char *path, mode_t mode)
{
    char part[PATH_MAX];
    if (snprintf(part, sizeof(part), "%s", path) >= (int)sizeof(part))
        return -ENAMETOOLONG;
    for (char *p = part + 1;; p++) {
        if (*p != '/' && *p != '\0')
            continue;
        char kept = *p;
        *p = '\0';
        struct stat st;
        if (mkdir(part, mode) && (errno != EEXIST || stat(part, &st)))
            return -errno;
        if (kept == '\0')
            return stat(part, &st) ? -errno : S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
        *p = kept;
    }
}

int file_draft(struct file_draft *draft)
{
    draft->data = NULL;
    draft->out = open_memstream(&draft->data, &draft->length);
    return draft->out ? 0 : -ENOMEM;
}

void file_discard(struct file_draft *draft)
{
    if (draft->out)
        fclose(draft->out);
    free(draft->data);
    draft->out = NULL;
    draft->data = NULL;
}

static int write_all(int fd, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t done = write(fd, data, length);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return -errno;
        data += done;
        length -= (size_t)done;
    }
    return 0;
}

static int write_and_rename(const struct file_draft *draft, const char *path)
{
    char part[PATH_MAX];
    if (snprintf(part, sizeof(part), "%s.part", path) >= (int)sizeof(part))
        return -ENAMETOOLONG;
    int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return -errno;
    int status = write_all(fd, draft->data, draft->length);
    if (!status && fsync(fd))
        status = -errno;
    if (close(fd) && !status)
        status = -errno;
    if (!status && rename(part, path))
        status = -errno;
    if (status)
        unlink(part);
    return status;
}

int file_commit(struct file_draft *draft, const char *path)
{
    int status = fclose(draft->out) ? -ENOMEM : 0;
    draft->out = NULL;
    if (!status)
        status = write_and_rename(draft, path);
    file_discard(draft);
    return status;
}
