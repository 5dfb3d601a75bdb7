#include "harness/whole_file.h"
#include <errno.h>
#include <unistd.h>

int whole_file_open(struct whole_file *file, const char *directory, const char *name)
{
    int length = snprintf(file->path, sizeof(file->path), "%s/%s", directory, name);
    int longer =
        snprintf(file->temporary, sizeof(file->temporary), "%s/.%s.%d", directory, name, getpid());
    if (length >= (int)sizeof(file->path) || longer >= (int)sizeof(file->temporary))
        return -ENAMETOOLONG;
    file->stream = fopen(file->temporary, "w");
    return file->stream ? 0 : -errno;
}

int whole_file_close(struct whole_file *file, int status)
{
    errno = 0;
    if (fflush(file->stream) == EOF || ferror(file->stream) || fsync(fileno(file->stream)))
        status = status ? status : errno ? -errno : -EIO;
    if (fclose(file->stream) == EOF && !status)
        status = -errno;
    if (!status && rename(file->temporary, file->path))
        status = -errno;
    if (status)
        unlink(file->temporary);
    return status;
}
