/* What the program was built from (build.h). It owns the commit that main() told; the build id is
 * read from the program's notes, as they were loaded. */
/* SPDX-License-Identifier: MIT */
#include "harness/machine/build.h"
#include "harness/machine/env_facts.h"
#include <elf.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static const char *build_commit = "", *build_dirty = "";

void build_set_commit(const char *commit, const char *dirty)
{
    build_commit = commit;
    build_dirty = dirty;
}

enum { ID_MAX = 32 }; /* bytes; SHA-1 has 20 */

static size_t round_up(size_t n)
{
    return (n + 3) & ~(size_t)3;
}

/* Writes the build id among the notes of a segment in hexadecimal; false if there is none. */
static bool read_notes(const unsigned char *notes, size_t size, char text[2 * ID_MAX + 1])
{
    ElfW(Nhdr) note;
    while (size >= sizeof(note)) {
        memcpy(&note, notes, sizeof(note));
        size_t name = round_up(note.n_namesz), content = round_up(note.n_descsz);
        const unsigned char *id = notes + sizeof(note) + name;
        if (name > size || content > size || sizeof(note) + name + content > size)
            return false;
        if (note.n_type == NT_GNU_BUILD_ID && note.n_descsz <= ID_MAX &&
            note.n_namesz == sizeof("GNU") && memcmp(notes + sizeof(note), "GNU", 4) == 0) {
            for (size_t i = 0; i < note.n_descsz; i++)
                sprintf(text + 2 * i, "%02x", id[i]);
            return note.n_descsz > 0;
        }
        notes += sizeof(note) + name + content;
        size -= sizeof(note) + name + content;
    }
    return false;
}

/* Looks at the first object, which is the program, and at no other. */
static int find_id(struct dl_phdr_info *program, size_t size, void *text)
{
    (void)size;
    for (int i = 0; i < program->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &program->dlpi_phdr[i];
        const void *notes = (const void *)(uintptr_t)(program->dlpi_addr + segment->p_vaddr);
        if (segment->p_type == PT_NOTE && read_notes(notes, segment->p_memsz, text))
            break;
    }
    return 1;
}

void build_add(json_t *environment)
{
    char id[2 * ID_MAX + 1] = "";
    dl_iterate_phdr(find_id, id);
    json_object_set_new(environment, "hchanlab_commit", fact_text(build_commit));
    json_object_set_new(environment, "hchanlab_dirty", fact_text(build_dirty));
    json_object_set_new(environment, "hchanlab_build_id", fact_text(id));
}
