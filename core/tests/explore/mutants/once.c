/* See park/once.h. */
#define VARIANT_PARTS(PART) PART(futex, once, none)
#include "variant.inc.h"
