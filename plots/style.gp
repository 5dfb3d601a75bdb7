# Settings of all drawings. Every other script is called after this one, with: data, output, width,
# height. Colours come with the data, so a variant has the same colour in every drawing.
set terminal svg size width,height fixed background "#ffffff" font "sans-serif,13"
set output output
set encoding utf8
set datafile separator "\t"
set datafile missing "nan"
set border lc rgb "#888888"
set grid lc rgb "#e3e3e3" lw 1
set tics nomirror textcolor rgb "#333333"

# Names of the tics of a logarithmic axis: decades in ns, or multiples.
decades = "0.01 0.1 1 10 100 1 10 100 1 10 100 1 10 100"
units = "ns ns ns ns ns µs µs µs ms ms ms s s s"
decade_name(k) = word(decades, k + 3)." ".word(units, k + 3)
times_name(k) = k < 0 ? sprintf("1/%.0f×", 10.0**-k) : sprintf("%.0f×", 10.0**k)
tic_name(k) = times ? times_name(k) : decade_name(k)
if (!exists("times")) times = 0
bold(text) = "{/:Bold ".text."}"
kind(wanted) = strcol(1) eq wanted
