#!/bin/sh
# restore.sh HEADWAY PROBE: the real program, killed after a sentence was typed, shows it again at its next start; closed
# in order, it starts afresh. Sessions are saved and opened with the keyboard alone.
set -eu
. "$(dirname "$0")/window.sh"
window_test "$1" "$2"
state=$place/home/.local/state/headway
fresh='The cat sat because the cat was tired'

holds() { grep -q "$1" "$2" 2>/dev/null; }
says() {
    peek
    expect text "$1"
}

window_start
keys slash ctrl+a
typing "killed while typing" 120
keys Return
await "the copy" holds "killed while typing" "$state/autosave-1.headway"
kill -9 "$program"
wait "$program" 2>/dev/null || true

window_start
says "killed while typing"
keys ctrl+s
typing "lesson" 60
keys Return
await "the session" holds "killed while typing" "$place/home/lesson.headway"
window_quit
[ ! -e "$state/autosave-1.headway" ] || fail "a copy was left behind"

window_start
says "$fresh"
keys ctrl+o
typing "lesson" 60
keys Return
says "killed while typing"
window_quit
