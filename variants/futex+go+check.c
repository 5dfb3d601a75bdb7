/* Goroutines, Go's three-state mutex and Go's lock-free check: the nearest to Go itself. */
#define VARIANT_PARTS(PART) PART(futex, go, check)
#include "variant.inc.h"
