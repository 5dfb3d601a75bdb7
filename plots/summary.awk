# Draws what one value through a channel cost with both parties on one PU, as an SVG: a panel for
# each of the three paths, in it a row for each way to wait or to lock, the cheapest first.
#
#   awk -f plots/summary.awk CELLS.TSV >SUMMARY.SVG
#
# CELLS.TSV is a report's data/cells.tsv. Rows that a run does not have are left out; status 1 where
# it has none. Backgrounds are left to the page, and the colours are of middle brightness, so that
# they can be read on white and on black.
BEGIN {
    FS = "\t"
    add_panel("handoff", "Direct handoff, to a receiver that is parked")
    add_panel("buffer-hop", "Buffer hop, nobody parks")
    add_panel("park-wake", "Park and wake, one way")
    for (i = 1; i <= panels; i += 2) {
        add_row(scenario[i], "futex+go+check", "goroutines")
        add_row(scenario[i], "futex+yield+none", "yield, then sleep")
        add_row(scenario[i], "futex+competitive+check", "spin, yield, sleep")
        add_row(scenario[i], "fastpath", "spin, then sleep")
        add_row(scenario[i], "futex-park", "sleep at once")
        add_row(scenario[i], "futex+early+none", "woken under the lock")
    }
    add_row("buffer-hop", "spin-mutex", "spin lock")
    add_row("buffer-hop", "ticket", "ticket lock")
    add_row("buffer-hop", "futex-park", "mutex (futex)")
    width = 404
    left = 140 # of the axis
    right = 276
    head_height = 18
    row_height = 17
    title_height = 26
}

function add_panel(name, words)
{
    scenario[++panels] = name
    heading[name] = words
}

function add_row(name, variant, words)
{
    label[name, variant] = words
}

NR == 1 {
    for (i = 1; i <= NF; i++)
        column[$i] = i
    next
}

function field(name)
{
    return name in column ? $column[name] : ""
}

# The usual cell of a row that is drawn: 8-byte values, both parties on one PU.
((field("scenario"), field("variant")) in label) && field("place") == "same-pu" &&
    field("elem") == 8 && field("status") == "ok" && field("ci_low_ns") + 0 > 0 {
    s = field("scenario")
    n = ++rows[s]
    words[s, n] = label[s, field("variant")]
    median[s, n] = field("median_ns")
    low[s, n] = field("ci_low_ns")
    high[s, n] = field("ci_high_ns")
    if (least == "" || low[s, n] < least)
        least = low[s, n]
    if (high[s, n] > most)
        most = high[s, n]
    drawn++
}

function swap(table, s, a, b,    kept)
{
    kept = table[s, a]
    table[s, a] = table[s, b]
    table[s, b] = kept
}

function sort_rows(s,    i, k)
{
    for (i = 2; i <= rows[s]; i++)
        for (k = i; k > 1 && median[s, k] + 0 < median[s, k - 1] + 0; k--) {
            swap(words, s, k, k - 1)
            swap(median, s, k, k - 1)
            swap(low, s, k, k - 1)
            swap(high, s, k, k - 1)
        }
}

# Three significant digits, in a unit of so many ns.
function digits(ns, unit)
{
    ns /= unit
    return sprintf(ns >= 99.95 ? "%.0f" : ns >= 9.995 ? "%.1f" : "%.2f", ns)
}

function unit_of(ns)
{
    return ns >= 999.5e6 ? 1e9 : ns >= 999.5e3 ? 1e6 : ns >= 999.5 ? 1e3 : 1
}

function unit_name(unit)
{
    return unit == 1 ? "ns" : unit == 1e3 ? "µs" : unit == 1e6 ? "ms" : "s"
}

function x_of(ns)
{
    return left + (right - left) * (log(ns) - log(first)) / (log(last) - log(first))
}

# From the decade below what is drawn to a little above it.
function set_axis()
{
    for (first = 1; first > least; first /= 10)
        ;
    while (first * 10 <= least)
        first *= 10
    last = most * 1.3
}

function text(x, y, anchor, class, what)
{
    printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" class=\"%s\">%s</text>\n", x, y, anchor,
           class, what
}

function line(x1, y1, x2, y2, class)
{
    printf "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"%s\"/>\n", x1, y1, x2, y2,
           class
}

function draw_head(height)
{
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" " \
           "viewBox=\"0 0 %d %d\" role=\"img\">\n", width, height, width, height
    print "<title>What one value through a channel costs, both parties on one PU</title>"
    print "<style>"
    print "text { font: 12px sans-serif; fill: #78808a }"
    print ".title { font-weight: bold; font-size: 12.5px }"
    print ".range { font-size: 11px }"
    print ".grid { stroke: #808080; stroke-opacity: 0.3 }"
    print ".thread { stroke: #3a86e0; fill: #3a86e0; stroke-width: 2 }"
    print ".goroutine { stroke: #d9730d; fill: #d9730d; stroke-width: 2 }"
    print "</style>"
}

function draw_row(s, i, y,    class, unit)
{
    class = words[s, i] == "goroutines" ? "goroutine" : "thread"
    unit = unit_of(median[s, i])
    text(left - 10, y + 4, "end", "label", words[s, i])
    line(x_of(low[s, i]), y, x_of(high[s, i]), y, class)
    printf "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" class=\"%s\"/>\n", x_of(median[s, i]), y, class
    text(width - 70, y + 4, "end", "value", digits(median[s, i], unit) " " unit_name(unit))
    text(width - 2, y + 4, "end", "range",
         "[" digits(low[s, i], unit) ", " digits(high[s, i], unit) "]")
}

function draw_legend()
{
    text(2, 13, "start", "range", "both parties on one PU:")
    print "<circle cx=\"136\" cy=\"9\" r=\"3.5\" class=\"thread\"/>"
    text(144, 13, "start", "range", "threads")
    print "<circle cx=\"194\" cy=\"9\" r=\"3.5\" class=\"goroutine\"/>"
    text(202, 13, "start", "range", "goroutines")
    text(width - 2, 13, "end", "range", "median [95% interval]")
}

# Returns where the panel ends.
function draw_panel(s, y,    i, top, bottom, ns)
{
    top = y + title_height
    bottom = top + row_height * rows[s]
    text(2, y + 19, "start", "title", heading[s])
    for (ns = first; ns <= last; ns *= 10)
        line(x_of(ns), top, x_of(ns), bottom, "grid")
    sort_rows(s)
    for (i = 1; i <= rows[s]; i++)
        draw_row(s, i, top + row_height * (i - 0.5))
    return bottom
}

function name_decades(y,    ns, unit)
{
    for (ns = first; ns <= last; ns *= 10) {
        unit = unit_of(ns)
        text(x_of(ns), y, "middle", "range", sprintf("%g ", ns / unit) unit_name(unit))
    }
}

END {
    if (!drawn) {
        print "summary.awk: no cell to draw: give a run with both parties on one PU" >"/dev/stderr"
        exit 1
    }
    bottom = head_height
    for (i = 1; i <= panels; i++)
        bottom += rows[scenario[i]] ? title_height + row_height * rows[scenario[i]] : 0
    set_axis()
    draw_head(bottom + 22)
    y = head_height
    draw_legend()
    for (i = 1; i <= panels; i++)
        if (rows[scenario[i]])
            y = draw_panel(scenario[i], y)
    name_decades(bottom + 15)
    print "</svg>"
}
