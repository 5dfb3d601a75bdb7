// wants: blobs: the element is too large
// SPDX-License-Identifier: MIT
#include "types.h"

struct blob {
    char bytes[HCHAN_MAX_ELEM + 1];
};

HCHAN_TYPE(blobs, struct blob);
