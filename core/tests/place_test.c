/* The places in reports: by symbols and by source lines, also if the program lacks either. The
 * build puts the functions named __wrap_... in the place of those of the C library and of libdw, so
 * that they fail, or give the answers that the test wants. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/support.h"
#include <dlfcn.h>
#include <hchan/lines.h>
#include <link.h>
#include <sys/resource.h>

/* libdw's types are of no interest here. */
int __real_dladdr1(const void *pc, Dl_info *in, void **extra, int flags);
void *__real_dwfl_begin(const void *callbacks);
const char *__real_dwfl_module_addrname(void *module, uint64_t pc);
int __wrap_dladdr1(const void *pc, Dl_info *in, void **extra, int flags);
void *__wrap_dwfl_begin(const void *callbacks);
const char *__wrap_dwfl_module_addrname(void *module, uint64_t pc);

static const Dl_info *answer; /* of dladdr1(), for a file loaded at BIAS; NULL: the real one */
static bool no_memory, no_names;

enum { BIAS = 0x5000 };

int __wrap_dladdr1(const void *pc, Dl_info *in, void **extra, int flags)
{
    static struct link_map map = {.l_addr = BIAS};
    if (!answer)
        return __real_dladdr1(pc, in, extra, flags);
    *in = *answer;
    *extra = &map;
    return 1;
}

static void assert_symbol(const Dl_info *in, uintptr_t callerpc, const char *wanted)
{
    char text[64];
    answer = in;
    hchan_place_symbol((const void *)callerpc, text, sizeof(text));
    answer = NULL;
    assert_string_equal(text, wanted);
}

static void test_a_place_by_symbols_has_what_is_known(void **state)
{
    (void)state;
    assert_symbol(&(Dl_info){"/usr/bin/leaky", NULL, "ask", (void *)0x5100}, 0x511d,
                  "ask+0x1c (leaky+0x11c)");
    assert_symbol(&(Dl_info){"leaky", NULL, "ask", (void *)0x5100}, 0x511d,
                  "ask+0x1c (leaky+0x11c)"); /* found by PATH */
    assert_symbol(&(Dl_info){"/usr/bin/leaky", NULL, NULL, NULL}, 0x511d, "leaky+0x11c");
    assert_symbol(&(Dl_info){0}, 0x511d, "0x511c"); /* a program started without a name */
    assert_symbol(NULL, 0x11, "0x10");              /* in no file */
}

#ifdef HCHAN_LIBDW
void *__wrap_dwfl_begin(const void *callbacks)
{
    return no_memory ? NULL : __real_dwfl_begin(callbacks);
}

const char *__wrap_dwfl_module_addrname(void *module, uint64_t pc)
{
    return no_names ? NULL : __real_dwfl_module_addrname(module, pc);
}
#endif

/* Where the last call of note_caller() returns to. */
static const void *caller;

static bool note_caller(hchan *c, void *elem)
{
    (void)c;
    (void)elem;
    caller = __builtin_return_address(0);
    return false;
}

/* The return address of the call in receive_from_afar(), in this version of the shared object. */
static const void *afar(const char *file)
{
    char path[4096];
    bool (*receive)(bool (*)(hchan *, void *), hchan *);
    snprintf(path, sizeof(path), BINARY_DIR "/core/%s", file);
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL); /* stays open for the look-up of places */
    if (!handle)
        fail_msg("%s", dlerror());
    void *found = dlsym(handle, "receive_from_afar");
    assert_non_null(found);
    memcpy(&receive, &found, sizeof(receive));
    receive(note_caller, NULL);
    return caller;
}

static void assert_line(const void *pc, const char *wanted)
{
    char text[4096];
    hchan_place_line(pc, text, sizeof(text));
    assert_string_equal(text, wanted);
}

/* Without a line, the place is the one by symbols. */
static void assert_no_line(const void *pc, const char *part)
{
    char text[4096], symbol[4096];
    hchan_place_line(pc, text, sizeof(text));
    hchan_place_symbol(pc, symbol, sizeof(symbol));
    assert_string_equal(text, symbol);
    if (!strstr(text, part) || strstr(text, ".c:"))
        fail_msg("wanted %s in: %s", part, text);
}

#define SHARED_C "core/tests/watch_shared.c"

static void skip_where_there_are_no_lines(void)
{
    if (hchan_lines_known())
        return;
    assert_no_line(afar("libwatch_shared.so"), "receive_from_afar+0x");
    skip();
}

/* The call is in line 7. */
static void test_a_line_is_found_with_a_table_of_addresses_or_without(void **state)
{
    (void)state;
    skip_where_there_are_no_lines();
    assert_int_equal(chdir(SOURCE_DIR), 0);
    assert_line(afar("libwatch_shared.so"), "receive_from_afar (" SHARED_C ":8)");
    assert_line(afar("watch_no_aranges.so"), "receive_from_afar (" SHARED_C ":8)");
}

static void test_where_there_is_no_line_the_place_is_a_symbol(void **state)
{
    Dl_info in;
    (void)state;
    skip_where_there_are_no_lines();
    assert_no_line(afar("watch_no_lines.so"), "receive_from_afar+0x");
    assert_no_line(afar("watch_stripped.so"), "receive_from_afar+0x");
    assert_no_line((const void *)0x11, "0x10"); /* in no file */
    assert_int_not_equal(dladdr(afar("watch_no_aranges.so"), &in), 0);
    assert_no_line((const char *)in.dli_fbase + 1, "watch_no_aranges.so+0"); /* in no function */
}

static void test_where_the_system_refuses_the_place_is_a_symbol(void **state)
{
    struct rlimit before;
    const void *pc = afar("libwatch_shared.so");
    (void)state;
    skip_where_there_are_no_lines();
    no_memory = true;
    assert_no_line(pc, "receive_from_afar+0x");
    no_memory = false;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    struct rlimit none = {.rlim_cur = 0, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    assert_no_line(pc, "receive_from_afar+0x");
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(chdir(SOURCE_DIR), 0);
    no_names = true;
    assert_line(pc, "? (" SHARED_C ":8)");
    no_names = false;
    assert_line(pc, "receive_from_afar (" SHARED_C ":8)");
}

/* Given a working directory, then a file below it has its path from there, and any other its whole
 * path: also if only the text of the path begins alike, or if the directory has been removed. */
static void test_a_file_is_named_from_the_working_directory(void **state)
{
    char gone[] = "/tmp/hchan-gone-XXXXXX";
    const void *pc = afar("libwatch_shared.so");
    (void)state;
    skip_where_there_are_no_lines();
    assert_int_equal(chdir(SOURCE_DIR "/core"), 0);
    assert_line(pc, "receive_from_afar (tests/watch_shared.c:8)");
    assert_int_equal(chdir(BINARY_DIR), 0);
    assert_line(pc, "receive_from_afar (" SOURCE_DIR "/" SHARED_C ":8)");
    assert_int_equal(chdir("/"), 0);
    assert_line(pc, "receive_from_afar (" SOURCE_DIR "/" SHARED_C ":8)");
    assert_non_null(mkdtemp(gone));
    assert_int_equal(chdir(gone), 0);
    assert_int_equal(rmdir(gone), 0);
    assert_line(pc, "receive_from_afar (" SOURCE_DIR "/" SHARED_C ":8)");
    assert_int_equal(chdir(BINARY_DIR), 0);
}

/* Given a file that the compiler knew by a relative path, then it is found from the compiler's
 * folder, wherever the program runs. */
static void test_a_relative_name_is_of_the_folder_of_the_compiler(void **state)
{
    static const char *const compiled[] = {"watch_relative.so", "watch_relative_no_aranges.so"};
    (void)state;
    skip_where_there_are_no_lines();
    for (size_t i = 0; i < 2; i++) {
        const void *pc = afar(compiled[i]);
        assert_int_equal(chdir(SOURCE_DIR), 0);
        assert_line(pc, "receive_from_afar (" SHARED_C ":8)");
        assert_int_equal(chdir("/"), 0);
        assert_line(pc, "receive_from_afar (" SOURCE_DIR "/" SHARED_C ":8)");
    }
    assert_int_equal(chdir(BINARY_DIR), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_place_by_symbols_has_what_is_known),
        cmocka_unit_test(test_a_line_is_found_with_a_table_of_addresses_or_without),
        cmocka_unit_test(test_where_there_is_no_line_the_place_is_a_symbol),
        cmocka_unit_test(test_where_the_system_refuses_the_place_is_a_symbol),
        cmocka_unit_test(test_a_file_is_named_from_the_working_directory),
        cmocka_unit_test(test_a_relative_name_is_of_the_folder_of_the_compiler),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
