/* Source lines by libdwfl: hchan/lines.h. Each call opens the program's debug information anew, so
 * there is no state. Built without libdw, it gives symbols. */
#include <hchan/lines.h>

#ifdef HCHAN_LIBDW

#include <elfutils/libdwfl.h>
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

/* The file's name and the line; NULL if they are not known. dwfl_module_getsrc() finds a
 * compilation unit by .debug_aranges, which clang does not write; without it, all units are
 * searched. */
static const char *line_of(Dwfl_Module *module, Dwarf_Addr pc, int *line)
{
    Dwfl_Line *found = dwfl_module_getsrc(module, pc);
    if (found)
        return dwfl_lineinfo(found, NULL, line, NULL, NULL, NULL);
    Dwarf_Addr bias;
    for (Dwarf_Die *unit = NULL; (unit = dwfl_module_nextcu(module, unit, &bias)) != NULL;) {
        Dwarf_Line *at =
            dwarf_haspc(unit, pc - bias) > 0 ? dwarf_getsrc_die(unit, pc - bias) : NULL;
        if (at) {
            dwarf_lineno(at, line); /* fails only without a line */
            return dwarf_linesrc(at, NULL, NULL);
        }
    }
    return NULL;
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
    Dwfl_Module *module = dwfl_addrmodule(dwfl, pc);
    int line = 0;
    const char *file = module ? line_of(module, pc, &line) : NULL;
    if (!file)
        return false;
    const char *function = dwfl_module_addrname(module, pc);
    snprintf(text, size, "%s (%s:%d)", function ? function : "?", below_here(file), line);
    return true;
}

void hchan_place_line(const void *callerpc, char *text, size_t size)
{
    Dwfl *dwfl = open_self();
    /* The byte before a return address is in the call, and so of its line and its function. */
    if (!dwfl || !find_line(dwfl, (Dwarf_Addr)(uintptr_t)callerpc - 1, text, size))
        hchan_place_symbol(callerpc, text, size);
    if (dwfl)
        dwfl_end(dwfl);
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
