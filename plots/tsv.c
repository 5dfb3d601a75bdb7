/* Reads a table of tab-separated values. The file is read whole and cut into fields in place; a
 * table owns the file's bytes and an array of pointers into them. */
/* SPDX-License-Identifier: MIT */
#include "plots/tsv.h"
#include "harness/base/files.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Terminates the line at *at, moves *at past it and returns its start. */
static char *take_line(char **at)
{
    char *line = *at;
    char *end = line + strcspn(line, "\n");
    *at = *end ? end + 1 : end;
    if (end > line && end[-1] == '\r')
        end[-1] = '\0';
    *end = '\0';
    return line;
}

static void split(char *line, const char **fields, size_t columns)
{
    for (size_t i = 0; i < columns; i++) {
        fields[i] = line ? line : "";
        char *tab = line ? strchr(line, '\t') : NULL;
        if (tab)
            *tab = '\0';
        line = tab ? tab + 1 : NULL;
    }
}

static size_t count_char(const char *text, char c)
{
    size_t count = 0;
    for (; *text; text++)
        count += *text == c;
    return count;
}

int tsv_read(struct tsv *table, const char *path)
{
    memset(table, 0, sizeof(*table));
    size_t length;
    int status = file_read(path, &table->data, &length);
    if (status)
        return status;
    size_t lines = count_char(table->data, '\n') + 1;
    char *at = table->data;
    if (strlen(at) != length || length == 0) {
        tsv_free(table);
        return -EINVAL;
    }
    char *head = take_line(&at);
    table->columns = count_char(head, '\t') + 1;
    table->fields = calloc(lines * table->columns, sizeof(*table->fields));
    if (!table->fields) {
        tsv_free(table);
        return -ENOMEM;
    }
    split(head, table->fields, table->columns);
    while (*at) {
        char *line = take_line(&at);
        if (*line)
            split(line, table->fields + ++table->rows * table->columns, table->columns);
    }
    return 0;
}

void tsv_free(struct tsv *table)
{
    free(table->data);
    free(table->fields);
    memset(table, 0, sizeof(*table));
}

const char *tsv_text(const struct tsv *table, size_t row, const char *column)
{
    for (size_t i = 0; i < table->columns; i++)
        if (strcmp(table->fields[i], column) == 0) {
            const char *field = table->fields[(row + 1) * table->columns + i];
            return strcmp(field, "n/a") == 0 ? "" : field;
        }
    return "";
}

double tsv_number(const struct tsv *table, size_t row, const char *column)
{
    const char *text = tsv_text(table, row, column);
    char *end;
    double value = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(value) ? value : NAN;
}
