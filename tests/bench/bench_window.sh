#!/bin/sh
# bench_window.sh HEADWAY PROBE [RUNS]: the real window on Xvfb, as a reader meets it: from the start to its first frame,
# from a key to its frame, memory with the default sentence, and what it takes at rest. Run by hand; it only prints.
set -eu
runs=${3:-15}
case $1 in /*) ;; *) set -- "$PWD/$1" "$PWD/$2" ;; esac
tests=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$tests/window/window.sh"
window_test "$1" "$2"
: >"$place/first" >"$place/keys" >"$place/memory"

median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)], "(best", v[1] ", worst", v[NR] ")" }'; }
# number NAME: behind its name in the program's last line.
number() { tr ' ' '\n' <"$place/errors.txt" | sed -n "/^$1\$/{n;p;}"; }

window_start --lang en --size 1440x900 # fills the caches of shaders and fonts
window_quit
i=0
while [ $i -lt "$runs" ]; do
    window_start --lang en --size 1920x1080 --step softmax
    sleep 0.3
    sed -n 's/^VmRSS:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$program/status" >>"$place/memory"
    xdotool key Down
    sleep 0.3
    window_quit
    number first_ms >>"$place/first"
    number slowest_input_ms >>"$place/keys"
    i=$((i + 1))
done
echo "start to first frame, 1920 x 1080, $runs runs, ms: $(median "$place/first")"
echo "slowest input to its frame, 8 tokens, ms: $(median "$place/keys")"
echo "resident memory, default sentence, kB: $(median "$place/memory")"
window_end
trap - EXIT
echo "at rest: $(sh "$tests/window/idle.sh" "$1" "$2" 10 | tr '\n' ';')"
