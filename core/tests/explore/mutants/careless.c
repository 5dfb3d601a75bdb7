/* See lock/careless.h. */
#define VARIANT_PARTS(PART) PART(careless, futex, none)
#include "variant.inc.h"
