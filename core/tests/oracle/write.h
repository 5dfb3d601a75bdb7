/* Writes a history in the format of interpret.go. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_TESTS_ORACLE_WRITE_H
#define CORE_TESTS_ORACLE_WRITE_H

#include "core/tests/check/program.h"
#include <stdio.h>

static inline void write_history(FILE *out, const struct program *p, const struct history *h)
{
    char text[PROGRAM_TEXT];
    bool deadlock = false;
    program_print(p, text);
    fprintf(out, "program %s\n", text);
    for (unsigned i = 0; i < p->nparties; i++)
        for (unsigned j = 0; j < p->parties[i].nops; j++) {
            const struct op_result *r = &h->results[i][j];
            deadlock = deadlock || r->end == OP_PENDING;
            program_print_result(&p->parties[i].ops[j], r, text, sizeof(text));
            fprintf(out, "%u.%u %s\n", i, j, text);
        }
    fprintf(out, "end %s\n", deadlock ? "deadlock" : "done");
}

#endif
