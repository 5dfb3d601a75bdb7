# Percentile curves. x: the percentile, in nines; y: the time within which that share of operations
# ended.
# Called with: curves, ymin, ymax, colours, heading. Data: a block per curve, its first line the title.
set title bold(heading) offset 0,-0.6
set logscale y
set xrange [0:6.3]
set yrange [ymin:ymax]
set xtics ("50%%" 0.30103, "90%%" 1, "99%%" 2, "99.9%%" 3, "4 nines" 4, "" 5, "6 nines" 6)
set ytics ()
set format y ""
do for [k = 0:9] { set ytics add (tic_name(k) 10.0**k) }
set grid xtics ytics
set border 3
set lmargin 8
set rmargin 2
set key below reverse Left samplen 1.2 spacing 0.95 maxcols 3 width -1 font "sans-serif,11" \
    noenhanced
plot for [i = 0:curves - 1] data index i using 1:2 with steps lw 2 \
    lc rgb word(colours, i + 1) title columnheader(1)
