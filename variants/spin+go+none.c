/* Go's channel on goroutines: a park is a switch of stacks in user space. */
#define VARIANT_PARTS(PART) PART(spin, go, none)
#include "variant.inc.h"
