/* With a chan.inc.h in which a sender wakes the receiver, then copies: see CMakeLists.txt. */
#define VARIANT_PARTS(PART) PART(futex, futex, none)
#include "variant.inc.h"
