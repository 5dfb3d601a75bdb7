/* Looks a variant up among the names that a run's environment has (goroutines.h). It owns no state.
 */
/* SPDX-License-Identifier: MIT */
#include "harness/base/goroutines.h"
#include <stddef.h>
#include <string.h>

bool goroutines_named(const char *names, const char *variant)
{
    size_t length = strlen(variant);
    if (!names || !names[0])
        return strstr(variant, "+go+") != NULL;
    for (const char *at = names; length && (at = strstr(at, variant)) != NULL; at += length)
        if ((at == names || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
            return true;
    return false;
}
