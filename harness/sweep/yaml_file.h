/* A YAML file and where in it something stands, over libyaml: for reading what people wrote, with
 * complaints that name the file, the line and what would be right. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_SWEEP_YAML_FILE_H
#define HARNESS_SWEEP_YAML_FILE_H

#include <stddef.h>
#include <stdint.h>
#include <yaml.h>

/* A file whose one document is in memory. Nodes and texts belong to it. */
struct yaml_file {
    const char *path; /* borrowed */
    yaml_document_t document;
};

/* Reads the file. EXIT_OK, and yaml_file_close() releases it; or a complaint's status: the file
 * can't be read, is no YAML, or holds no document, or several. */
int yaml_file_open(struct yaml_file *file, const char *path);
void yaml_file_close(struct yaml_file *file);

/* The outermost node, which is there. */
yaml_node_t *yaml_file_root(struct yaml_file *file);

/* Complains about a node: "PATH:LINE: ...". Returns EXIT_USAGE. */
int yaml_file_refuse(const struct yaml_file *file, const yaml_node_t *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

size_t yaml_file_line(const yaml_node_t *node);

/* The text of a scalar; NULL if the node is none, is empty, or has a NUL in it. */
const char *yaml_file_text(const yaml_node_t *node);

/* The items of a node: of a list, or a scalar, which is its own only item. NULL behind the last,
 * and of a mapping. */
const yaml_node_t *yaml_file_item(struct yaml_file *file, yaml_node_t *node, size_t i);

/* What a mapping may hold: a row for each key, ended by a name that is NULL. take() gets the value,
 * and returns EXIT_OK or a complaint's status. */
struct yaml_key {
    const char *name;
    int (*take)(void *to, const struct yaml_key *key, struct yaml_file *file, yaml_node_t *value);
    size_t offset;     /* within what `to` points to */
    uint64_t min, max; /* of numbers */
    uint64_t unit_ns;  /* of times without a unit; 0: it is a number */
    int kind;          /* of names */
};

/* Hands each value of a mapping to its key's take(), in their order. EXIT_OK, or a complaint's
 * status: `node` is no mapping (`what` says what it should be), a key is unknown or given twice. */
int yaml_file_read(void *to, const struct yaml_key *keys, struct yaml_file *file, yaml_node_t *node,
                   const char *what);

#endif
