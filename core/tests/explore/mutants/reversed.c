/* See fastpath/reversed.h. */
#define VARIANT_PARTS(PART) PART(futex, futex, reversed)
#include "variant.inc.h"
