/* The library's version, as the build configured it into <hchan/version.h>. No state. */
/* SPDX-License-Identifier: MIT */
#include <hchan/version.h>

int hchan_version(void)
{
    return HCHAN_VERSION;
}

const char *hchan_version_string(void)
{
    return HCHAN_VERSION_STRING;
}
