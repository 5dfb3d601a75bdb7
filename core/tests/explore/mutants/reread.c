/* See park/reread.h. */
#define VARIANT_PARTS(PART) PART(futex, reread, none)
#include "variant.inc.h"
