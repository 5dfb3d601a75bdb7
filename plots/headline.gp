# Cost of the three paths: median and interval of each cell, the text's claimed band behind it.
# Called with: data, output.
set terminal svg size 1000,560 dynamic background "#ffffff" font "sans-serif,12"
set output output
set datafile separator "\t"
set logscale y
set ylabel "ns per operation (median and interval)"
set xtics rotate by -40 left nomirror
set grid ytics lc rgb "#dddddd"
set key top left
set style fill solid 0.35 noborder
set lmargin 10
set rmargin 12
set bmargin 13
stats data using 1 nooutput
set xrange [-0.6:STATS_max + 0.6]
plot data using 1:6:($1-0.45):($1+0.45):6:7 with boxxyerror lc rgb "#e6c86e" title "claimed by the source text", \
     data using 1:3:4:5:xtic(2) with yerrorbars pt 7 ps 0.7 lc rgb "#1f4e8c" title "measured"
