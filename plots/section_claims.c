/* The source text's claims, each with what was measured and a verdict. */
#include "plots/claims.h"
#include "plots/sections.h"

static const struct doc_column columns[] = {
    {"claim, and how it is judged", COLUMN_TEXT},
    {"measured: least to greatest median", COLUMN_TEXT},
    {"verdict, where and for whom", COLUMN_TEXT},
};

int section_claims(const struct page *p)
{
    doc_text(
        p->d,
        "Verdicts are computed from this run. A cost holds where the whole interval lies "
        "in the claimed range, and is lower or higher where none of it does; a "
        "comparison is a ratio paired by process. The numbers of the text are about "
        "goroutines, which park in user space; so do they here with variants that have go among "
        "their parts. The parties of the others are threads, which park in the kernel. What is "
        "counted and not timed (outcomes, context switches) has no "
        "interval: it is compared as it is.");
    doc_table_begin(p->d, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < claim_count; i++) {
        struct judgement j;
        struct note rule = {""};
        int status = claim_judge(p->m, &claims[i], &j);
        if (status)
            return status;
        claim_rule(&claims[i], &rule);
        doc_row(p->d, "");
        doc_quoted(p->d, claims[i].quote, rule.text);
        doc_cell(p->d, j.measured.text);
        doc_marked(p->d, verdict_look(j.verdict), verdict_words(j.verdict), j.says.text);
    }
    doc_table_end(p->d);
    doc_aside(p->d, "small",
              "Factors in the last column say how far an observation is beyond the nearer "
              "end of the claimed range.");
    return 0;
}
