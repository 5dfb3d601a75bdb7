/* A report is made in a folder of its own and moved to its place when it is complete, so that a
 * failure leaves the older report as it was. Files that only the older report has are then removed:
 * each report keeps a list of its files (data/files.txt). Other files stay. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_TELL_STAGING_H
#define HARNESS_TELL_STAGING_H

#include <limits.h>
#include <stdbool.h>

struct staging {
    char place[PATH_MAX];   /* where the report is to be */
    char made[PATH_MAX];    /* where it is made: a folder of this process inside, with data/ */
    bool fresh;             /* staging_begin() made the place */
    char blocked[PATH_MAX]; /* what must not be replaced, after -EEXIST or -EISDIR */
};

/* Makes both folders, and those above them. Returns 0; -EEXIST if there is a page that no report
 * has put there; -ENOTEMPTY if other things are there and no report; or another negative errno,
 * with nothing left behind but the folders above. */
int staging_begin(struct staging *s, const char *place);

/* Moves what was made to its place, index.html last. Returns 0; -EEXIST if that would replace a
 * file that no report has put there; or another negative errno. A failure that can be foreseen
 * comes before anything is replaced. What was made is gone in any case. */
int staging_commit(struct staging *s);

/* Removes what was made, and the place too if staging_begin() made it. */
void staging_abandon(struct staging *s);

#endif
