# Where the program's parts lie, seen from the program in a build folder (harness/base/parts.h), and the
# day of the version, which manual pages show.
# SPDX-License-Identifier: MIT
include_guard(DIRECTORY)
include(GNUInstallDirs)
set(HCHANLAB_DATA_BUILT share/hchanlab)
set(HCHANLAB_PEERS_BUILT libexec/hchanlab/peers)
file(STRINGS ${PROJECT_SOURCE_DIR}/CITATION.cff HCHANLAB_DATE REGEX "^date-released:")
string(REGEX REPLACE "[^0-9]*([0-9-]+).*" "\\1" HCHANLAB_DATE "${HCHANLAB_DATE}")
