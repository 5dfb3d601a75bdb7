# Sourced by the scripts first, so that what they print and compare does not depend on who calls them:
# numbers and order are the C locale's, whatever the user's is; tools are not told to be strictly
# POSIX; cd goes where it is told, and says nothing.
export LC_ALL=C.UTF-8
unset CDPATH POSIXLY_CORRECT POSIX_ME_HARDER GREP_OPTIONS GREP_COLOR GREP_COLORS AWKPATH
