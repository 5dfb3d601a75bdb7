# Rows of labelled points with intervals on one logarithmic axis, in titled groups, over shaded
# bands. y is the row, from the top down.
# Called with: rows, xmin, xmax, left (room for labels), times (1: multiples, 0: ns), axis.
# Columns: kind, y, x, low, high, colour, point, label, value. Kinds:
#   band (low to high; y and point are the first and the last row), title,
#   row (label, and value in red), point, mark.
set lmargin at screen 1.0 * left / width # 1.0: gnuplot divides whole numbers as C does
set rmargin at screen 1 - 24.0 / width
set tmargin at screen 1 - 8.0 / height
set bmargin at screen 48.0 / height
set logscale x
set xrange [xmin:xmax]
set yrange [rows:0]
unset ytics
set border 1
set grid xtics
set xtics ()
set format x ""
do for [k = -2:11] { if (10.0**k >= xmin * 0.999 && 10.0**k <= xmax * 1.001) { \
    set xtics add (tic_name(k) 10.0**k) } }
# On less than two decades, decades only would be too few tics.
if (times && xmax < 100 * xmin) { do for [k = -2:2] { do for [m in "2 5"] { \
    x = m * 10.0**k; \
    if (x >= xmin && x <= xmax) { set xtics add (sprintf("%g×", x) x) } } } }
set label axis at graph 0.5, screen 12.0 / height center textcolor rgb "#333333"
set style fill solid 1 noborder
unset key
f = "sans-serif,12"
plot data using (kind("band") ? ($4 + $5) / 2 : NaN):(($2 + $7) / 2):4:5:2:7:6 \
         with boxxyerror lc rgb variable, \
     data using (kind("point") ? $3 : NaN):2:4:5:6 with xerrorbars pt 0 lw 2 lc rgb variable, \
     data using (kind("point") || kind("mark") ? $3 : NaN):2:(kind("mark") ? 0.55 : 0.8):7:6 \
         with points ps variable pt variable lw 1.5 lc rgb variable, \
     data using (kind("title") ? xmin : NaN):2:(bold(strcol(8))) \
         with labels left offset -0.5,0 font "sans-serif,13" tc rgb "#222222", \
     data using (kind("point") || kind("row") ? xmin : NaN):2:8 \
         with labels right offset -0.8,0 noenhanced font f tc rgb "#222222", \
     data using (kind("point") ? $5 : NaN):2:9 \
         with labels left offset 0.9,0 noenhanced font f tc rgb "#444444", \
     data using (kind("row") ? xmin : NaN):2:9 \
         with labels left offset 0.9,0 noenhanced font f tc rgb "#b00020"
