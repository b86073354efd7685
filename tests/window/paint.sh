#!/bin/sh
# paint.sh HEADWAY PROBE: the mask painted with a real pointer: a stroke over several cells in one jump, undone as one
# step; Esc with the button down; and a press that selects again when the mode is left.
set -eu
. "$(dirname "$0")/window.sh"
window_test "$1" "$2"
state="--text the.cat.sat.on.it --step softmax --beat last --size 1440x900 --lang en"
# shellcheck disable=SC2086
window_start $state
# shellcheck disable=SC2086
"$headway" render -o "$place/at.png" $state
HEADWAY_PROBE_OPEN=paint
export HEADWAY_PROBE_OPEN

# cell ROW COLUMN: where it stands while the mask is painted: of A, the third grid after Q and Kᵀ.
cell() { "$probe" cell "$place/at.png" 3 "$1" "$2"; }
# shellcheck disable=SC2046
to() { xdotool mousemove --window "$window" $(cell "$1" "$2"); }
masked() { "$probe" get "$seen" what_if.painted; }
has_edits() { "$probe" get "$seen" what_if 2>/dev/null | grep -q painted; }

keys shift+x
to 2 1
xdotool mousedown 1
to 2 4
to 4 4
xdotool mouseup 1
park
peek
[ "$(masked)" = '["111111111","000011111","111011111","111011111","111111111","111111111","111111111","111111111","111111111"]' ] ||
    fail "painted: $(masked)"
keys ctrl+z
peek
! has_edits || fail "undo leaves something painted: $(masked)"
to 1 1
xdotool mousedown 1
to 5 5
keys Escape
to 1 5
xdotool mouseup 1
park
peek
! has_edits || fail "Esc leaves something painted: $(masked)"
keys Escape
HEADWAY_PROBE_OPEN=
to 3 2
xdotool click 1
park
peek
expect cell.row 3
expect cell.column 2
window_quit
