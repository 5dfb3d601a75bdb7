/* The channel lock that the source text names: a small spin mutex. */
#define VARIANT_PARTS(PART) PART(spin, futex, none)
#include "variant.inc.h"
