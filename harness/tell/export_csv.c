/* CSV (RFC 4180) of the lines that the table of cells has. It owns no state. */
/* SPDX-License-Identifier: MIT */
#include "harness/tell/export.h"
#include "harness/tell/tables.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* One field, quoted if it holds a character that means something in CSV. */
static void csv_field(FILE *out, const char *field, size_t length)
{
    bool quote = memchr(field, ',', length) || memchr(field, '"', length);
    if (quote)
        fputc('"', out);
    for (size_t i = 0; i < length; i++) {
        if (field[i] == '"')
            fputc('"', out);
        fputc(field[i], out);
    }
    if (quote)
        fputc('"', out);
}

/* A line of a table as a line of CSV, with the line end of RFC 4180. */
static void csv_line(FILE *out, const char *line)
{
    for (;;) {
        size_t length = strcspn(line, "\t\n");
        csv_field(out, line, length);
        if (line[length] != '\t')
            break;
        fputc(',', out);
        line += length + 1;
    }
    fputs("\r\n", out);
}

int export_csv(FILE *out, struct store *s, const struct run *run, const struct row *rows,
               size_t count)
{
    (void)s;
    (void)run;
    csv_line(out, CELLS_HEADER);
    for (size_t i = 0; i < count; i++) {
        char *line = NULL;
        size_t size;
        FILE *f = open_memstream(&line, &size);
        if (!f)
            return -errno;
        tables_put_cell(f, &rows[i]);
        if (fclose(f) == EOF) {
            free(line);
            return -ENOMEM;
        }
        csv_line(out, line);
        free(line);
    }
    return ferror(out) ? -EIO : 0;
}
