/* Go's benchmark format of a run: configuration lines, and a line a sample. It owns no state. */
#include "harness/tell/export.h"
#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* A configuration line, `key: value`; the key starts with a lower-case letter and has no space. */
static void put_config(FILE *out, const char *key, const char *value)
{
    if (!value)
        return;
    fprintf(out, "%s: ", key);
    for (; *value; value++)
        fputc((unsigned char)*value < ' ' ? ' ' : *value, out);
    fputc('\n', out);
}

/* "Benchmark" and the cell's name, whose first part is in camel case: Go's tools need an upper-case
 * letter and no space. The number after the last dash is that of processors, Go's GOMAXPROCS; it is
 * left out if the run does not have it. */
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
        fputc(first_part && upper ? toupper((unsigned char)*name) : *name, out);
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
    json_int_t processors = json_integer_value(json_object_get(env, "cpus_allowed"));
    json_decref(env);
    for (size_t i = 0; i < count; i++) {
        struct sample *samples;
        size_t n;
        int status = store_samples(s, rows[i].id, &samples, &n);
        if (status)
            return status;
        for (size_t k = 0; k < n; k++) {
            put_name(out, rows[i].cell.name, processors);
            fprintf(out, " %llu %.4f ns/op\n", (unsigned long long)samples[k].ops,
                    samples[k].ns_per_op);
        }
        free(samples);
    }
    return ferror(out) ? -EIO : 0;
}
