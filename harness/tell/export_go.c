/* Go's benchmark format of a run: configuration lines, and a line a process. It owns no state. */
/* SPDX-License-Identifier: MIT */
#include "harness/store/processes.h"
#include "harness/tell/export.h"
#include "harness/tell/utf8.h"
#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* A configuration line, `key: value`; the key starts with a lower-case letter and has no space.
 * Go's tools refuse a file of which any line is not UTF-8. */
static void put_config(FILE *out, const char *key, const char *value)
{
    char *text = value ? utf8_copy(value) : NULL;
    if (!text)
        return;
    fprintf(out, "%s: ", key);
    for (const char *c = text; *c; c++)
        fputc((unsigned char)*c < ' ' ? ' ' : *c, out);
    fputc('\n', out);
    free(text);
}

/* "Benchmark" and the cell's name, whose first part is in camel case: Go's tools need an upper-case
 * letter and no space, and the name of a peer is that of a file. The number after the last dash is
 * that of processors, Go's GOMAXPROCS; it is left out if the run does not have it. */
static void put_name(FILE *out, const char *name, json_int_t processors)
{
    bool upper = true, first_part = true;
    fputs("Benchmark", out);
    for (; *name; name++) {
        first_part = first_part && *name != '/';
        if (first_part && *name == '-') {
            upper = true;
            continue;
        }
        bool plain = *name > ' ' && *name <= '~';
        fputc(!plain ? '_' : first_part && upper ? toupper((unsigned char)*name) : *name, out);
        upper = false;
    }
    if (processors > 0)
        fprintf(out, "-%lld", (long long)processors);
}

int export_go(FILE *out, struct store *s, const struct run *run, const struct row *rows,
              size_t count)
{
    json_t *env = json_loads(run->environment, 0, NULL);
    put_config(out, "goos", "linux");
    const char *arch = json_string_value(json_object_get(env, "architecture"));
    put_config(out, "goarch", arch && strcmp(arch, "x86_64") == 0 ? "amd64" : arch);
    put_config(out, "cpu", json_string_value(json_object_get(env, "cpu_model")));
    put_config(out, "hchanlab-command", run->command);
    put_config(out, "hchanlab-started", run->started);
    put_config(out, "hchanlab-commit", json_string_value(json_object_get(env, "hchanlab_commit")));
    put_config(out, "hchanlab-name", run->name);
    put_config(out, "hchanlab-note", run->note);
    json_int_t processors = json_integer_value(json_object_get(env, "cpus_allowed"));
    json_decref(env);
    for (size_t i = 0; i < count; i++) {
        struct process_row *processes;
        size_t n;
        int status = processes_read(s, rows[i].id, &processes, &n);
        if (status)
            return status;
        for (size_t k = 0; k < n; k++) {
            put_name(out, rows[i].cell.name, processors);
            fprintf(out, " %llu %.4f ns/op\n", (unsigned long long)processes[k].ops,
                    processes[k].ns_per_op);
        }
        free(processes);
    }
    return ferror(out) ? -EIO : 0;
}
