# Cost over the number of threads: a line with intervals per lock.
# Called with: curves, most (threads), ymin, ymax, looks (colour and point of each), heading.
# Data: a block per curve, its first line the title.
set title bold(heading) offset 0,-0.6
set logscale x 2
set xrange [0.85:most * 1.2]
set logscale y
set xtics 2
set yrange [ymin:ymax]
set ytics ()
set format y ""
do for [k = -1:10] { set ytics add (tic_name(k) 10.0**k) }
set grid xtics ytics
set border 3
set lmargin 11
set key below reverse Left samplen 2 spacing 1 noenhanced
set xlabel "threads"
set ylabel "per lock and unlock pair"
dodge(i) = 2**(0.06 * (i - (curves - 1) / 2.0))
plot for [i = 0:curves - 1] data index i using ($1 * dodge(i)):2:3:4 with yerrorlines lw 2 \
    pt int(word(looks, 2 * i + 2)) ps 0.7 lc rgb word(looks, 2 * i + 1) title columnheader(1)
