# Cost over a parameter: a line with intervals per variant.
# Called with: curves, last (the position of the last value), ymin, ymax, looks (colour and point of
# each), tics (a value and its position, in turn), heading.
# Data: a block per curve, its first line the title.
set title bold(heading) offset 0,-0.6
set xrange [-0.3:last + 0.3]
set logscale y
set yrange [ymin:ymax]
set ytics ()
set format y ""
part(k, m) = sprintf("%g %s", m * word(decades, k + 3), word(units, k + 3))
do for [k = -1:10] { do for [m in "1 2 5"] { set ytics add (part(k, m + 0) m * 10.0**k) } }
set xtics ()
do for [k = 1:words(tics) / 2] { set xtics add (word(tics, 2 * k - 1) word(tics, 2 * k) + 0.0) }
set grid xtics ytics
set border 3
set lmargin 11
set key below reverse Left samplen 2 spacing 1 noenhanced
set ylabel "per operation"
dodge(i) = 0.03 * (i - (curves - 1) / 2.0)
plot for [i = 0:curves - 1] data index i using ($1 + dodge(i)):2:3:4 with yerrorlines lw 2 \
    pt int(word(looks, 2 * i + 2)) ps 0.7 lc rgb word(looks, 2 * i + 1) title columnheader(1)
