# Stacked shares in titled groups of rows: what sends did, what receives did, how parks ended.
# Called with: rows, left, classes, looks (colour and name of each class).
# Columns: kind (box, row, title), y, from, to, colour, label.
set lmargin at screen 1.0 * left / width
set rmargin at screen 1 - 30.0 / width
set tmargin at screen 1 - 76.0 / height
set bmargin at screen 36.0 / height
set xrange [0:3.4]
set yrange [rows:0]
unset ytics
unset border
unset grid
set xtics ("0" 0, "50%%" 0.5, "100%%" 1, "0" 1.2, "50%%" 1.7, "100%%" 2.2, \
    "0" 2.4, "50%%" 2.9, "100%%" 3.4) scale 0.4
set label 1 bold("sends") at 0.5, graph 1 center offset 0, 0.7
set label 2 bold("receives") at 1.7, graph 1 center offset 0, 0.7
set label 3 bold("parks") at 2.9, graph 1 center offset 0, 0.7
set key at screen 0.5, screen 1 - 4.0 / height center top horizontal maxrows 2 samplen 1 \
    width -3 font "sans-serif,12"
set style fill solid 1 border lc rgb "#ffffff"
plot data using (kind("box") ? ($3 + $4) / 2 : NaN):2:3:4:($2 - 0.4):($2 + 0.4):5 \
         with boxxyerror lc rgb variable notitle, \
     for [i = 1:classes] keyentry with boxes fs solid 1 lc rgb word(looks, 2 * i - 1) \
         title word(looks, 2 * i), \
     data using (kind("title") ? 0 : NaN):2:(bold(strcol(6))) \
         with labels left offset -0.5,0 font "sans-serif,13" tc rgb "#222222" \
         notitle, \
     data using (kind("row") ? 0 : NaN):2:6 \
         with labels right offset -0.8,0 noenhanced font "sans-serif,12" tc rgb "#222222" notitle
