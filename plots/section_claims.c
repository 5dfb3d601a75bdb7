/* The lesson's claims, each with what was measured and a verdict. */
/* SPDX-License-Identifier: MIT */
#include "plots/claims.h"
#include "plots/sections.h"

static const struct doc_column columns[] = {
    {"claim, and how it is judged", COLUMN_TEXT},
    {"measured: lowest to highest median", COLUMN_TEXT},
    {"verdict, by place and variant", COLUMN_TEXT},
};

int section_claims(const struct page *p)
{
    doc_text(
        p->d,
        "The verdicts are computed from this run. A claimed cost holds if the whole interval "
        "lies in the claimed range; it is lower or higher if all of the interval is outside. "
        "A comparison is a ratio, paired by process. Counts (outcomes, context switches) have "
        "no interval and are compared exactly. The lesson's numbers are about goroutines, "
        "which park in user space. So the verdict is that of " DOC_CODE(
            "futex+go+check") ", the variant closest to Go's own channel; where the run has "
                              "none of its cells for a claim, that of " DOC_CODE(
                                  "futex-park") ", whose threads sleep in the kernel; where it "
                                                "has neither, that of all. The other variants "
                                                "stand beside, and change no verdict.");
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
              "A factor in the last column is the distance from the nearer end of the claimed "
              "range.");
    return 0;
}
