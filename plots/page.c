/* Builds the page: runs the sections in order, then writes report.md and, last, index.html. Neither
 * is written before both are complete. */
/* SPDX-License-Identifier: MIT */
#include "plots/page.h"
#include "harness/base/files.h"
#include "harness/base/parts.h"
#include "plots/doc.h"
#include "plots/model.h"
#include "plots/sections.h"
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *id, *heading;
    int (*put)(const struct page *p);
    bool (*has)(const struct model *m); /* what the section is about; NULL: there always is some */
} sections[] = {
    {"terms", "Terms", section_glossary, NULL},
    {"paths", "The three paths by variant and place", section_paths, has_paths},
    {"multiples", "The same as multiples of the floor", section_multiples, has_multiples},
    {"claims", "The lesson's claims, and what was measured", section_claims, NULL},
    {"parking", "Park and wake, window by window", section_parking, has_parking},
    {"latency", "Latency of single operations", section_latency, has_latency},
    {"mix", "Which path the operations took", section_mix, NULL},
    {"locks", "The locks with more threads", section_locks, has_locks},
    {"workloads", "The variants in each workload", section_workloads, has_workloads},
    {"barging", "FIFO handoff against barging", section_barging, NULL},
    {"peers", "Other people's channels", section_peers, has_peers},
    {"measuring", "What the measuring costs", section_measuring, NULL},
    {"counters", "Hardware counters", section_counters, has_counters},
    {"floors", "Floors", section_floors, NULL},
    {"cells", "Every cell", section_cells, NULL},
    {"method", "How it was measured", section_method, NULL},
    {"machine", "The machine and the run", section_machine, NULL},
    {"repeat", "The command that repeats this run", section_repeat, NULL},
};

enum { SECTIONS = sizeof(sections) / sizeof(sections[0]) };

static const char title[] = "What a send and a receive cost on each path of a channel";

static bool is_there(const struct model *m, size_t section)
{
    return !sections[section].has || sections[section].has(m);
}

static int write_sections(const struct page *p)
{
    doc_heading(p->d, 1, "", title);
    int status = section_answer(p);
    doc_list_begin(p->d, "contents");
    for (size_t i = 0; i < SECTIONS; i++)
        if (is_there(p->m, i))
            doc_link(p->d, sections[i].id, sections[i].heading);
    doc_list_end(p->d);
    for (size_t i = 0; i < SECTIONS && !status; i++) {
        if (!is_there(p->m, i))
            continue;
        doc_heading(p->d, 2, sections[i].id, sections[i].heading);
        status = sections[i].put(p);
    }
    return status ? status : p->d->status;
}

static int commit(struct file_draft *draft, const char *directory, const char *name)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof(path), "%s/%s", directory, name) >= (int)sizeof(path)) {
        file_discard(draft);
        return -ENAMETOOLONG;
    }
    return file_commit(draft, path);
}

/* Both files are complete in memory before either is written. The page comes last, so any failure
 * leaves the previous page in place. */
static int write_twins(const struct model *m, const char *directory, char *error, size_t size)
{
    struct file_draft html = {0}, md = {0};
    char *css = NULL, path[PATH_MAX];
    size_t length;
    int status = parts_resource("page.css", path, error, size);
    if (!status)
        status = file_read(path, &css, &length);
    if (!status)
        status = file_draft(&html);
    if (!status)
        status = file_draft(&md);
    if (!status) {
        struct doc doc = {.html = html.out, .md = md.out, .directory = directory};
        doc_begin(&doc, title, css);
        status = write_sections(&(struct page){m, &doc, directory, error, size});
        doc_end(&doc);
    }
    if (!status)
        status = commit(&md, directory, "report.md");
    if (!status)
        status = commit(&html, directory, "index.html");
    file_discard(&md);
    file_discard(&html);
    free(css);
    return status;
}

int page_build(const char *directory, char *error, size_t size)
{
    struct model m;
    error[0] = '\0';
    int status = model_read(&m, directory, error, size);
    if (status)
        return status;
    status = write_twins(&m, directory, error, size);
    if (status && !error[0])
        snprintf(error, size,
                 "%s: the report could not be written (%s): choose another folder with -o",
                 directory, strerror(-status));
    model_free(&m);
    return status;
}
