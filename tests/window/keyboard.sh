#!/bin/sh
# keyboard.sh HEADWAY PROBE LANGUAGE: from the typed sentence to the saved picture without a pointer: Tab and Enter
# reach every control, arrows the numbers.
set -eu
language=$3
. "$(dirname "$0")/window.sh"
window_test "$1" "$2"
other=zh
sentence='I saw the bird'
[ "$language" = en ] || { other=en; sentence='猫 saw 我的 猫'; }
window_start --lang "$other" --size 1440x900

at() { "$headway" render -o "$place/at.png" --size 1440x900 --lang "$language" --text "$sentence" "$@"; }

"$headway" render -o "$place/at.png" --size 1440x900 --lang "$other"
tab_to "$place/at.png" language.next
keys Escape slash ctrl+a
typing "$sentence" 120
keys Return
at
tab_to "$place/at.png" step.go 3
keys Escape
at --step similarity --beat 1
tab_to "$place/at.png" head.set 2
keys Escape
at --step similarity --beat 1 --head 3
tab_to "$place/at.png" query.set 1
keys Escape
# The cell cursor: Enter on the stage, arrows, Esc. Then one beat forward.
keys Return Right Down Left Escape Right
# Where Tab leads depends on the explanation of the chosen number: ask the window.
peek
cp "$seen" "$place/at.png"
tab_to "$place/at.png" export.menu
# The menu opens on its first row; Tab walks through it.
HEADWAY_PROBE_OPEN=export
export HEADWAY_PROBE_OPEN
first=$("$probe" tabs "$place/at.png" export.set 0 1) # Enter there chooses what stands next
save=$("$probe" tabs "$place/at.png" export)
again $((save - first)) Tab
keys Return
saved
expect text "$sentence"
expect language "$language"
expect step similarity
expect beat 2
expect head 3
[ "$("$probe" get "$seen" cell)" != null ] || fail "the cell cursor selected nothing"

# Its document opened by the command line gives the same picture, byte for byte.
"$headway" render -o "$place/again.png" "$seen"
alike "$place/again.png" "$seen" "headway render makes another picture of the same document"
window_quit
