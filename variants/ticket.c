/* The same, with a lock that is fair. */
#define VARIANT_PARTS(PART) PART(ticket, futex, none)
#include "variant.inc.h"
