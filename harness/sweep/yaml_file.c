/* Reads YAML through libyaml (yaml_file.h). It owns no state. */
/* SPDX-License-Identifier: MIT */
#include "harness/sweep/yaml_file.h"
#include "core/base/nearest.h"
#include "harness/base/say.h"
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BYTES_MAX = 1 << 20, KEYS_MAX = 32 };

/* What libyaml found wrong: "PATH:LINE: did not find expected key". */
static int refuse_syntax(const char *path, const yaml_parser_t *parser)
{
    if (parser->error == YAML_MEMORY_ERROR)
        return complain(EXIT_ENVIRONMENT, "%s: out of memory: free some", path);
    return complain(EXIT_USAGE, "%s:%zu: %s: this is no YAML: correct that line, or the one above",
                    path, parser->problem_mark.line + 1,
                    parser->problem ? parser->problem : "it can't be read");
}

/* Whether the stream ends here. EXIT_OK, or a complaint's status. */
static int check_end(yaml_parser_t *parser, const char *path)
{
    yaml_document_t next;
    if (!yaml_parser_load(parser, &next))
        return refuse_syntax(path, parser);
    yaml_node_t *root = yaml_document_get_root_node(&next);
    int status = root ? complain(EXIT_USAGE,
                                 "%s:%zu: a second document begins: leave `---` out, or make it "
                                 "another file",
                                 path, yaml_file_line(root))
                      : EXIT_OK;
    yaml_document_delete(&next);
    return status;
}

static int parse(struct yaml_file *file, yaml_parser_t *parser)
{
    if (!yaml_parser_load(parser, &file->document))
        return refuse_syntax(file->path, parser);
    int status =
        yaml_document_get_root_node(&file->document)
            ? check_end(parser, file->path)
            : complain(EXIT_USAGE, "%s:1: the file is empty: give it `crosses:`", file->path);
    if (status != EXIT_OK)
        yaml_document_delete(&file->document);
    return status;
}

/* Reads at most so many bytes; the file may be a pipe. 0 with *text, which the caller frees, or a
 * negative errno: -EFBIG if there is more. */
static int read_text(const char *path, char **text, size_t *length)
{
    FILE *in = fopen(path, "re");
    if (!in)
        return -errno;
    *text = malloc(BYTES_MAX + 1);
    *length = *text ? fread(*text, 1, BYTES_MAX + 1, in) : 0;
    int status = !*text ? -ENOMEM : ferror(in) ? -errno : *length > BYTES_MAX ? -EFBIG : 0;
    fclose(in);
    if (status)
        free(*text);
    return status;
}

int yaml_file_open(struct yaml_file *file, const char *path)
{
    char *text = NULL;
    size_t length = 0;
    yaml_parser_t parser;
    int status = read_text(path, &text, &length);
    file->path = path;
    if (status)
        return complain(EXIT_IO, "%s: %s: name a plan's file that can be read", path,
                        strerror(-status));
    if (!yaml_parser_initialize(&parser)) {
        free(text);
        return complain(EXIT_ENVIRONMENT, "%s: out of memory: free some", path);
    }
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
    status = parse(file, &parser);
    yaml_parser_delete(&parser);
    free(text);
    return status;
}

void yaml_file_close(struct yaml_file *file)
{
    yaml_document_delete(&file->document);
}

yaml_node_t *yaml_file_root(struct yaml_file *file)
{
    return yaml_document_get_root_node(&file->document);
}

size_t yaml_file_line(const yaml_node_t *node)
{
    return node->start_mark.line + 1;
}

int yaml_file_refuse(const struct yaml_file *file, const yaml_node_t *node, const char *format, ...)
{
    char text[768];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    return complain(EXIT_USAGE, "%s:%zu: %s", file->path, yaml_file_line(node), text);
}

const char *yaml_file_text(const yaml_node_t *node)
{
    if (node->type != YAML_SCALAR_NODE)
        return NULL;
    const char *text = (const char *)node->data.scalar.value;
    return text[0] && strlen(text) == node->data.scalar.length ? text : NULL;
}

const yaml_node_t *yaml_file_item(struct yaml_file *file, yaml_node_t *node, size_t i)
{
    if (node->type == YAML_SCALAR_NODE)
        return i == 0 ? node : NULL;
    if (node->type != YAML_SEQUENCE_NODE)
        return NULL;
    const yaml_node_item_t *item = node->data.sequence.items.start + i;
    return item < node->data.sequence.items.top ? yaml_document_get_node(&file->document, *item)
                                                : NULL;
}

static int refuse_key(const struct yaml_file *file, const struct yaml_key *keys,
                      const yaml_node_t *node)
{
    const char *names[KEYS_MAX];
    size_t count = 0, used = 0;
    char all[512] = "";
    for (; keys[count].name; count++) {
        names[count] = keys[count].name;
        if (used < sizeof(all))
            used += (size_t)snprintf(all + used, sizeof(all) - used, "%s%s", count ? ", " : "",
                                     names[count]);
    }
    const char *text = yaml_file_text(node);
    const char *near = text ? nearest(text, names, count) : NULL;
    if (near)
        return yaml_file_refuse(file, node, "no key '%s': did you mean '%s'?", text, near);
    return yaml_file_refuse(file, node, "no key '%s': one of %s", text ? text : "", all);
}

int yaml_file_read(void *to, const struct yaml_key *keys, struct yaml_file *file, yaml_node_t *node,
                   const char *what)
{
    size_t line[KEYS_MAX] = {0};
    if (node->type != YAML_MAPPING_NODE)
        return yaml_file_refuse(file, node, "%s", what);
    const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
    for (; pair < node->data.mapping.pairs.top; pair++) {
        const yaml_node_t *name = yaml_document_get_node(&file->document, pair->key);
        yaml_node_t *value = yaml_document_get_node(&file->document, pair->value);
        const char *text = yaml_file_text(name);
        size_t i = 0;
        while (keys[i].name && !(text && strcmp(keys[i].name, text) == 0))
            i++;
        if (!keys[i].name)
            return refuse_key(file, keys, name);
        if (line[i])
            return yaml_file_refuse(file, name, "%s stands in line %zu already: give it once", text,
                                    line[i]);
        line[i] = yaml_file_line(name);
        int status = keys[i].take(to, &keys[i], file, value);
        if (status != EXIT_OK)
            return status;
    }
    return EXIT_OK;
}
