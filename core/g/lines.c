/* Source lines by libdwfl: hchan/lines.h. Each call opens the program's debug information anew, so
 * there is no state. Built without libdw, it gives symbols. */
/* SPDX-License-Identifier: MIT */
#include <hchan/lines.h>

#ifdef HCHAN_LIBDW

#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <hchan/sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The modules of this process as they are now. Each call makes its own list, so that objects that
 * dlopen() has loaded since are in it, threads share nothing, and a fork finds nothing locked. NULL
 * without /proc, a descriptor or memory. */
static Dwfl *open_self(void)
{
    static const Dwfl_Callbacks callbacks = {
        .find_elf = dwfl_linux_proc_find_elf,
        .find_debuginfo = dwfl_standard_find_debuginfo,
    };
    Dwfl *dwfl = dwfl_begin(&callbacks);
    if (dwfl && dwfl_linux_proc_report(dwfl, getpid())) {
        dwfl_end(dwfl);
        return NULL;
    }
    if (dwfl)
        dwfl_report_end(dwfl, NULL, NULL); /* fails only if a callback does, and there is none */
    return dwfl;
}

/* A place in the source. */
struct source {
    const char *file;   /* as the compiler was given it */
    const char *folder; /* where the compiler ran; NULL if it is not known */
    int line;
};

/* The folder in which the compiler ran for this unit; NULL if it is not known. */
static const char *folder_of(Dwarf_Die *unit)
{
    Dwarf_Attribute folder;
    return dwarf_formstring(dwarf_attr(unit, DW_AT_comp_dir, &folder));
}

/* Whether the place is known. dwfl_module_getsrc() finds a compilation unit by .debug_aranges,
 * which clang does not write; without it, all units are searched. */
static bool find_source(Dwfl_Module *module, Dwarf_Addr pc, struct source *at)
{
    Dwfl_Line *found = dwfl_module_getsrc(module, pc);
    Dwarf_Addr bias;
    if (found) {
        at->file = dwfl_lineinfo(found, NULL, &at->line, NULL, NULL, NULL);
        at->folder = dwfl_line_comp_dir(found);
        return at->file != NULL;
    }
    for (Dwarf_Die *unit = NULL; (unit = dwfl_module_nextcu(module, unit, &bias)) != NULL;) {
        Dwarf_Line *line =
            dwarf_haspc(unit, pc - bias) > 0 ? dwarf_getsrc_die(unit, pc - bias) : NULL;
        if (line) {
            dwarf_lineno(line, &at->line); /* fails only without a line */
            at->file = dwarf_linesrc(line, NULL, NULL);
            at->folder = folder_of(unit);
            return at->file != NULL;
        }
    }
    return false;
}

/* Appends a path to an absolute one of *length bytes, without its "." and "..". */
static void add_path(char *whole, size_t size, size_t *length, const char *path)
{
    while (*path) {
        size_t part = strcspn(path, "/");
        if (part == 2 && path[0] == '.' && path[1] == '.') {
            while (*length > 0 && whole[--*length] != '/')
                continue;
        } else if (part > 0 && !(part == 1 && path[0] == '.') && *length + part + 1 < size) {
            whole[(*length)++] = '/';
            memcpy(whole + *length, path, part);
            *length += part;
        }
        path += part + (path[part] == '/');
    }
    whole[*length] = '\0';
}

/* The absolute name of the file, or the compiler's own if its folder is not known. */
static void name_whole(const struct source *at, char *whole, size_t size)
{
    bool absolute = at->file[0] == '/';
    if (!absolute && (!at->folder || at->folder[0] != '/')) {
        snprintf(whole, size, "%s", at->file);
        return;
    }
    size_t length = 0;
    if (!absolute)
        add_path(whole, size, &length, at->folder);
    add_path(whole, size, &length, at->file);
}

/* The file relative to the working directory, if it is below that. */
static const char *below_here(const char *file)
{
    char here[1024];
    if (!getcwd(here, sizeof(here)))
        return file;
    size_t length = strlen(here);
    return strncmp(file, here, length) == 0 && file[length] == '/' ? file + length + 1 : file;
}

static bool find_line(Dwfl *dwfl, Dwarf_Addr pc, char *text, size_t size)
{
    char whole[4096];
    struct source at = {0};
    Dwfl_Module *module = dwfl_addrmodule(dwfl, pc);
    if (!module || !find_source(module, pc, &at))
        return false;
    name_whole(&at, whole, sizeof(whole));
    const char *function = dwfl_module_addrname(module, pc);
    snprintf(text, size, "%s (%s:%d)", function ? function : "?", below_here(whole), at.line);
    return true;
}

struct place {
    const void *callerpc;
    char *text;
    size_t size;
};

static void find_place(void *arg)
{
    const struct place *p = arg;
    Dwfl *dwfl = open_self();
    /* The byte before a return address is in the call, and so of its line and its function. */
    if (!dwfl || !find_line(dwfl, (Dwarf_Addr)(uintptr_t)p->callerpc - 1, p->text, p->size))
        hchan_place_symbol(p->callerpc, p->text, p->size);
    if (dwfl)
        dwfl_end(dwfl);
}

void hchan_place_line(const void *callerpc, char *text, size_t size)
{
    hchan_apart(find_place, &(struct place){callerpc, text, size}); /* libdw needs a big stack */
}

bool hchan_lines_known(void)
{
    return true;
}

#else

void hchan_place_line(const void *callerpc, char *text, size_t size)
{
    hchan_place_symbol(callerpc, text, size);
}

bool hchan_lines_known(void)
{
    return false;
}

#endif
