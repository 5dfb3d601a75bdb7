/* The same for goroutines. */
#define VARIANT_PARTS(PART) PART(futex, go, ring)
#include "variant.inc.h"
