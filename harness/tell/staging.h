/* A report is made in a folder beside its place and moved there when it is whole: what fails leaves
 * the older report as it was. The files of the older one that the new one does not have are removed
 * then, by the list that each report keeps of its own (data/files.txt); files of others stay. */
#ifndef HARNESS_TELL_STAGING_H
#define HARNESS_TELL_STAGING_H

#include <limits.h>
#include <stdbool.h>

struct staging {
    char place[PATH_MAX];   /* where the report is to be */
    char made[PATH_MAX];    /* where it is made: a folder inside, of this process; has data/ */
    bool fresh;             /* the place is a folder that staging_begin() made */
    char blocked[PATH_MAX]; /* of -EEXIST and -EISDIR: what in the place is not to be replaced */
};

/* Makes both folders, and those above. 0; -EEXIST where a page is there that no report has put
 * there; or another negative errno, with nothing left behind but the folders above. */
int staging_begin(struct staging *s, const char *place);

/* Moves what was made to its place, index.html last. 0; -EEXIST where that would replace a file
 * that no report has put there; or another negative errno. What can be known to fail fails before
 * anything is replaced; what was made is gone in any case. */
int staging_commit(struct staging *s);

/* Removes what was made, the place with it where it was not there before. */
void staging_abandon(struct staging *s);

#endif
