#!/bin/sh
# idle.sh HEADWAY PROBE [SECONDS]: while nobody touches the window nothing is drawn. The share of a processor that it
# takes meanwhile is printed; it is a measurement and decides nothing.
set -eu
seconds=${3:-3}
. "$(dirname "$0")/window.sh"
window_test "$1" "$2"
window_start --lang en --size 1440x900 --step softmax
keys Right Left
peek
shown
sleep 1.5

# ticks: of processor time that the program has used (fields 14 and 15 of its stat line; its name has no spaces).
ticks() { awk '{ print $14 + $15 }' "/proc/$program/stat"; }
before=$(ticks)
sleep "$seconds"
used=$(($(ticks) - before))
awk "BEGIN { printf \"%.2f %% of a core over %g s\\n\", 100 * $used / $(getconf CLK_TCK) / $seconds, $seconds }"
window_quit
read -r _ frames _ idle _ <"$place/errors.txt"
# The frame of the key that ends it all is never drawn: the program ends before.
echo "$frames frames, $idle of them with nobody there"
[ "$frames" -gt 0 ] || fail "no frames were counted"
[ "$idle" = 0 ] || fail "$idle frames were drawn with nobody there"
