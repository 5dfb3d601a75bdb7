/* The readers' VFS (reading.h): SQLite's own, but for what opens and deletes. It is made once and
 * belongs to the process. */
/* SPDX-License-Identifier: MIT */
#include "harness/store/reading.h"
#include <sqlite3.h>
#include <stddef.h>

static sqlite3_vfs vfs;

static sqlite3_vfs *real(void)
{
    return sqlite3_vfs_find(NULL);
}

static int reading_open(sqlite3_vfs *v, sqlite3_filename name, sqlite3_file *file, int flags,
                        int *out_flags)
{
    (void)v;
    /* A file without a name is a scratch file of SQLite's own, which it deletes. */
    if (name)
        flags = (flags & ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)) | SQLITE_OPEN_READONLY;
    return real()->xOpen(real(), name, file, flags, out_flags);
}

static int reading_delete(sqlite3_vfs *v, const char *name, int sync)
{
    (void)v;
    (void)name;
    (void)sync;
    return SQLITE_READONLY;
}

const char *reading_vfs(void)
{
    if (vfs.zName)
        return vfs.zName;
    if (!real())
        return NULL;
    vfs = *real();
    vfs.pNext = NULL;
    vfs.zName = "hchanlab-reading";
    vfs.xOpen = reading_open;
    vfs.xDelete = reading_delete;
    if (sqlite3_vfs_register(&vfs, 0) == SQLITE_OK)
        return vfs.zName;
    vfs.zName = NULL;
    return NULL;
}
