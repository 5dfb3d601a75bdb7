/* Builds the page: the headline's data and plot, then index.html and report.md. */
#include "plots/page.h"
#include "plots/files.h"
#include "plots/model.h"
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the source text claims of a path, in ns per operation as the cells count it. */
static const struct claim {
    const char *path;
    double low_ns, high_ns;
    const char *words;
} claims[] = {
    {"handoff", 40, 100, "40 to 100 ns per send/receive pair"},
    {"buffer", 60, 120, "30 to 60 ns per send, so 60 to 120 ns per pair"},
    {"park", 200, 1000, "200 ns and more, plus a scheduler round trip (shaded to 1000)"},
};

static const struct claim *find_claim(const char *path)
{
    for (size_t i = 0; i < sizeof(claims) / sizeof(claims[0]); i++)
        if (strcmp(claims[i].path, path) == 0)
            return &claims[i];
    return NULL;
}

/* Text for HTML. */
static void put_html(FILE *out, const char *text)
{
    for (; *text; text++)
        if (*text == '<' || *text == '>' || *text == '&' || *text == '"')
            fprintf(out, "&#%d;", *text);
        else
            fputc(*text, out);
}

static size_t put_headline(const struct model *m, FILE *out)
{
    size_t count = 0;
    for (size_t i = 0; i < m->headline_count; i++) {
        const struct page_cell *c = m->headline[i];
        const struct claim *claim = find_claim(c->path);
        if (!cell_is_ok(c) || cell_is_impure(c) || !claim)
            continue;
        bool interval = cell_has_interval(c);
        fprintf(out, "%zu\t%s %s\t%.9g\t%.9g\t%.9g\t%g\t%g\n", count++, c->path, cell_where(c).text,
                c->median_ns, interval ? c->ci_low_ns : c->median_ns,
                interval ? c->ci_high_ns : c->median_ns, claim->low_ns, claim->high_ns);
    }
    return count;
}

/* Runs gnuplot on the headline. 0, or a negative errno with a sentence. */
static int plot_headline(const char *directory, char *error, size_t size)
{
    char line[4 * PATH_MAX];
    if (strchr(directory, '\'')) {
        snprintf(error, size, "%s: a folder's name may not hold a quote: choose another with -o",
                 directory);
        return -EINVAL;
    }
    if (system("command -v gnuplot >/dev/null 2>&1") != 0) {
        snprintf(error, size, "gnuplot is not there: install Debian's package gnuplot-nox");
        return -ENOEXEC;
    }
    snprintf(line, sizeof(line),
             "gnuplot -e \"data='%s/data/headline.tsv'; output='%s/headline.svg'\" "
             "'%s/headline.gp' >/dev/null 2>&1",
             directory, directory, PLOTS_DIR);
    if (system(line) == 0)
        return 0;
    snprintf(error, size, "gnuplot failed on %s/headline.gp: try it by hand", PLOTS_DIR);
    return -EIO;
}

static void put_row(FILE *out, const struct page_cell *c)
{
    const char *words[] = {
        c->name,
        number_interval(c->median_ns, c->ci_low_ns, c->ci_high_ns).text,
    };
    fputs(cell_is_impure(c) ? "<tr class=\"impure\"><td>" : "<tr><td>", out);
    put_html(out, words[0]);
    fputs("</td><td>", out);
    put_html(out, cell_is_ok(c) ? words[1] : c->reason);
    fputs("</td><td>", out);
    put_html(out, number_share(c->purity).text);
    fputs("</td><td>", out);
    put_html(out, number_times(c->floor_ratio).text);
    fputs("</td><td>", out);
    put_html(out, c->status);
    fputs("</td></tr>\n", out);
}

static void put_facts(FILE *out, const struct tsv *table)
{
    for (size_t i = 0; i < table->rows; i++) {
        fputs("<tr><td>", out);
        put_html(out, tsv_text(table, i, "key"));
        fputs("</td><td>", out);
        put_html(out, tsv_text(table, i, "value"));
        fputs("</td></tr>\n", out);
    }
}

static void put_page(FILE *out, const struct model *m, const char *svg)
{
    fputs("<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>hchanlab</title>\n"
          "<style>body{font:15px sans-serif;max-width:70em;margin:2em auto;padding:0 1em}"
          "table{border-collapse:collapse}td,th{padding:.2em .6em;border-bottom:1px solid #ddd;"
          "text-align:left}.impure{color:#a33}svg{max-width:100%;height:auto}</style>\n"
          "<h1>What the three paths cost</h1>\n",
          out);
    fputs(svg, out);
    fputs("<p>The bands are what the source text claims of goroutines; here the parties are "
          "threads, whose park is a system call:</p><ul>\n",
          out);
    for (size_t i = 0; i < sizeof(claims) / sizeof(claims[0]); i++)
        fprintf(out, "<li>%s: %s</li>\n", claims[i].path, claims[i].words);
    fputs("</ul>\n<h2>Every cell</h2>\n<p>Purity is the share of operations on the path that the "
          "cell is named after; below 99% the row is red and not plotted.</p><table>"
          "<tr><th>cell</th><th>median [interval]</th><th>purity</th><th>times floor</th>"
          "<th>status</th></tr>\n",
          out);
    for (size_t i = 0; i < m->cell_count; i++)
        put_row(out, &m->cells[i]);
    fputs("</table>\n<h2>Run</h2>\n<table>", out);
    put_facts(out, &m->run);
    fputs("</table>\n<h2>Environment</h2>\n<table>", out);
    put_facts(out, &m->environment);
    fputs("</table>\n</html>\n", out);
}

static void put_markdown(FILE *out, const struct model *m)
{
    fputs("# What the three paths cost\n\n![headline](headline.svg)\n\n"
          "| cell | median [interval] | purity | times floor | status |\n|---|---|---|---|---|\n",
          out);
    for (size_t i = 0; i < m->cell_count; i++) {
        const struct page_cell *c = &m->cells[i];
        fprintf(out, "| %s | %s | %s | %s | %s |\n", c->name,
                number_interval(c->median_ns, c->ci_low_ns, c->ci_high_ns).text,
                number_share(c->purity).text, number_times(c->floor_ratio).text, c->status);
    }
    fprintf(out, "\nRepeat it: `%s`\n", model_fact(&m->run, "command"));
}

static int commit(struct file_draft *draft, const char *directory, const char *name)
{
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/%s", directory, name);
    return file_commit(draft, path);
}

static int write_pages(const struct model *m, const char *directory, char *error, size_t size)
{
    struct file_draft draft;
    char path[PATH_MAX], *svg = NULL;
    size_t length;
    int status = file_draft(&draft);
    if (status)
        return status;
    size_t plotted = put_headline(m, draft.out);
    status = commit(&draft, directory, "data/headline.tsv");
    if (!status && plotted)
        status = plot_headline(directory, error, size);
    snprintf(path, sizeof(path), "%s/headline.svg", directory);
    if (!status && plotted)
        status = file_read(path, &svg, &length);
    char *body = svg ? strstr(svg, "<svg") : NULL;
    if (!status && (status = file_draft(&draft)) == 0) {
        put_page(draft.out, m,
                 body ? body : "<p>No path was measured purely: nothing to plot.</p>");
        status = commit(&draft, directory, "index.html");
    }
    if (!status && (status = file_draft(&draft)) == 0) {
        put_markdown(draft.out, m);
        status = commit(&draft, directory, "report.md");
    }
    free(svg);
    return status;
}

int page_build(const char *directory, char *error, size_t size)
{
    struct model m;
    error[0] = '\0';
    int status = model_read(&m, directory, error, size);
    if (status)
        return status;
    status = write_pages(&m, directory, error, size);
    if (status && !error[0])
        snprintf(error, size,
                 "%s: the report could not be written (%s): choose another folder "
                 "with -o",
                 directory, strerror(-status));
    model_free(&m);
    return status;
}
