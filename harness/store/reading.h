/* How SQLite opens files for a reader, which leaves nothing behind and changes nothing. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_STORE_READING_H
#define HARNESS_STORE_READING_H

/* The name of a VFS of SQLite that opens every file read-only, creates none and deletes none; NULL
 * if it can't be had. SQLite itself would make a log beside a database that it only reads; the log
 * would belong to the reader, and keep the database's owner from writing. */
const char *reading_vfs(void);

#endif
