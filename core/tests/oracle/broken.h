/* Ways to spoil a channel, compiled only into oracle_broken: the comparison with Go must see each
 * of them. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_TESTS_ORACLE_BROKEN_H
#define CORE_TESTS_ORACLE_BROKEN_H

#include <hchan/hchan.h>

#ifdef ORACLE_BROKEN
enum { BROKEN = true };
#define ORACLE_NAME  "oracle_broken"
#define BROKEN_USAGE ", --broken WAY once"

/* The variant with one of its functions spoiled; NULL if there is no such way. Valid until the next
 * call. */
const struct hchan_variant *broken_variant(const struct hchan_variant *variant, const char *way);
#else
enum { BROKEN = false };
#define ORACLE_NAME  "oracle_interpret"
#define BROKEN_USAGE ""

static inline const struct hchan_variant *broken_variant(const struct hchan_variant *variant,
                                                         const char *way)
{
    (void)variant;
    (void)way;
    return NULL;
}
#endif

#endif
