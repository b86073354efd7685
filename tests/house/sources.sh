#!/bin/sh
# sources.sh ROOT: no source is longer than a reader can hold, and nothing is left for later in a comment.
set -eu
cd -- "$1"
program='
FNR == 1 { if (NR > 1) finish(); name = FILENAME; files++; lines = 0 }
function finish() {
    most = name ~ /^tests/ ? 650 : 500
    if (lines > most) { printf "%s: %d lines; split it (at most %d)\n", name, lines, most; faults++ }
}
{ lines++ }
/(^|[^A-Za-z])(TODO|FIXME|XXX)([^A-Za-z]|$)/ { printf "%s:%d: left for later: %s\n", FILENAME, FNR, $0; faults++ }
END { finish(); printf "%d files, %d faults\n", files, faults; exit faults > 0 }'
find src shaders tests -name '*.[ch]' -o -name '*.vert' -o -name '*.frag' -o -name '*.glsl' |
    LC_ALL=C sort | xargs awk "$program"
