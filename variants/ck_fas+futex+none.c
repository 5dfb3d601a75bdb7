/* As `spin-mutex`, but with a library's spin lock: what ours is worth. */
#define VARIANT_PARTS(PART) PART(ck_fas, futex, none)
#include "variant.inc.h"
