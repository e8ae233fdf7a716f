# SPDX-License-Identifier: GPL-2.0-only
# gnuplot -e "data='DIR'; out='DIR'; unit='...'" plot.gp
# The data files are those of plotdata.py.
set terminal svg size 800,500 font "sans,13" background "white" noenhanced
set grid
set key left top
set style data linespoints

set xlabel "bytes of DATA"
set logscale x 4
set ylabel unit." a message"
set logscale y 10

set output out."/peers.svg"
plot for [row in "afalg kcapi openssl seal unseal batch-32 raw"] \
	data."/".row using 1:2 title row

set output out."/batch.svg"
set xrange [16:4096]
plot for [row in "seal batch-8 batch-32 batch-128 raw"] \
	data."/".row using 1:2 title row

set output out."/suites.svg"
set xrange [*:*]
plot for [row in "seal-chacha20 seal seal-aes-128 sign"] \
	data."/".row using 1:2 title row

set output out."/threads.svg"
unset logscale
set logscale x 2
set yrange [0:*]
set xlabel "threads"
set ylabel "seals a second, over those of one thread"
plot for [which in "one-context one-each"] for [size in "64 4096"] \
	data."/".which."-".size using 1:2 title which.", ".size." bytes"
