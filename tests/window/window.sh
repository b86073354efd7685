# window.sh: what the window tests share; read by the others with `.`. Each test calls
#
#   window_test HEADWAY PROBE     at its start: an X server of its own, and a home of its own
#
# and then speaks to the real program with real keys and a real pointer. Exit status 77: nothing to test with.

window_test() {
    headway=$1
    probe=$2
    here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
    for tool in Xvfb xdotool; do
        command -v $tool >/dev/null || {
            echo "skipped: $tool is not installed; scripts/setup.sh installs it"
            exit 77
        }
    done
    place=$(mktemp -d)
    program= server= peeks=0
    trap window_end EXIT
    trap 'exit 1' INT TERM
    mkdir "$place/home" "$place/home/Pictures" "$place/run"
    chmod 700 "$place/run"
    pictures=$place/home/Pictures
    settings=$place/home/.config/headway/settings.json
    Xvfb -displayfd 3 -screen 0 2048x1536x24 -nolisten tcp -noreset -fbdir "$place" \
        3>"$place/display" >"$place/server.txt" 2>&1 &
    server=$!
    await "the X server" test -s "$place/display"
    DISPLAY=:$(cat "$place/display")
    HOME=$place/home XDG_RUNTIME_DIR=$place/run HEADWAY_STATS=1 HEADWAY_TEST=1
    LSAN_OPTIONS=suppressions=$here/lsan.txt:print_suppressions=0
    LC_ALL=C.UTF-8 # xdotool types beyond ASCII in a UTF-8 locale only
    export DISPLAY HOME XDG_RUNTIME_DIR HEADWAY_STATS HEADWAY_TEST LSAN_OPTIONS LC_ALL
    await "an answer of the X server" window_answers
    unset XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME WAYLAND_DISPLAY SDL_VIDEODRIVER SDL_IM_MODULE
}

window_end() {
    status=$?
    if [ $status -ne 0 ] && [ $status -ne 77 ]; then
        echo "--- standard error of the program"
        cat "$place/errors.txt" 2>/dev/null || true
    fi
    [ -z "$program" ] || kill "$program" 2>/dev/null || true
    [ -z "$server" ] || { kill "$server" && wait "$server"; } 2>/dev/null || true
    # On failure the pictures stay, where one was asked to keep them.
    [ $status -eq 0 ] || [ -z "${HEADWAY_KEEP:-}" ] || cp -r "$place" "$HEADWAY_KEEP"
    rm -rf "$place"
}

fail() {
    echo "FAILED: $*"
    exit 1
}

# await WHAT COMMAND…: until the command succeeds, at most 60 s (the sanitizers are slow).
await() {
    what=$1
    shift
    deadline=$(($(date +%s) + 60))
    until "$@"; do
        [ "$(date +%s)" -lt "$deadline" ] || fail "waited in vain for $what"
        sleep 0.05
    done
}

# window_start [OPTION…]: the program, until its window stands and has the keyboard.
window_start() {
    "$headway" "$@" 2>"$place/errors.txt" &
    program=$!
    await "the window's first frame" window_is_painted
    xdotool windowmove "$window" 0 0 windowfocus --sync "$window"
    park
}

window_find() {
    kill -0 "$program" 2>/dev/null || fail "the program has ended at its start"
    window=$(xdotool search --onlyvisible --name Headway 2>/dev/null | head -n 1)
    [ -n "$window" ]
}

window_answers() { xdotool getdisplaygeometry >/dev/null 2>&1; }

# Without OpenGL the window is made twice; what counts is the one that shows something.
window_is_painted() {
    window_find || return 1
    geometry=$(xdotool getwindowgeometry --shell "$window" 2>/dev/null) || return 1
    eval "$geometry"
    "$probe" painted "$place/Xvfb_screen0" "$X" "$Y" "$WIDTH" "$HEIGHT"
}

# The pointer to a corner of the screen, where no window is.
park() { xdotool mousemove 2047 1535; }

keys() { xdotool key --delay 15 "$@"; }
again() { xdotool key --delay 15 --repeat "$1" "$2"; }
typing() { xdotool type --delay "${2:-30}" "$1"; }

# click X Y [TIMES]: in pixels of the window.
click() {
    xdotool mousemove --window "$window" "$1" "$2" click --delay 40 --repeat "${3:-1}" 1
    park
}

# click_on PNG COMMAND [A [B]]: the control that does this, where it stands in the picture's document.
click_on() {
    at=$("$probe" where "$@") || fail "$* is not on the screen"
    # shellcheck disable=SC2086
    click $at
}

# tab_to PNG COMMAND [A [B]]: from the stage to a control, by Tab alone, and press it.
tab_to() {
    tabs=$("$probe" tabs "$@") || fail "Tab does not come to $*"
    again "$tabs" Tab
    keys Return
}

has_picture() { [ -n "$(ls "$pictures")" ]; }

# saved: the one new picture in the folder becomes $seen. Decoding it right away shows that it appeared whole.
saved() {
    await "the saved picture" has_picture
    name=$(ls "$pictures" | grep '\.png$') || fail "no picture in $(ls "$pictures")"
    [ "$(printf '%s\n' "$name" | wc -l)" = 1 ] || fail "more than one picture: $name"
    "$probe" get "$pictures/$name" step >/dev/null || fail "the picture is not whole"
    peeks=$((peeks + 1))
    seen=$place/$peeks.png
    mv "$pictures/$name" "$seen"
}

# peek: the state now, as the picture $seen with the document inside. The message of saving is closed again: it would
# stand over the tabs.
peek() {
    keys ctrl+e
    saved
    keys Escape
}

# expect KEY VALUE: in the document of $seen.
expect() {
    got=$("$probe" get "$seen" "$1")
    [ "$got" = "$2" ] || fail "$1 is “$got”, not “$2”"
}

# screen: what the window shows, as $place/screen.png.
screen() {
    eval "$(xdotool getwindowgeometry --shell "$window")"
    "$probe" screen "$place/Xvfb_screen0" "$X" "$Y" "$WIDTH" "$HEIGHT" "$place/screen.png" 2>/dev/null
}

is_shown() {
    screen || return 1
    difference=$("$probe" compare "$seen" "$place/screen.png")
    [ "${difference%.*}" -lt "${limit:-4}" ]
}

# shown: the window comes to show $seen. Letters may differ a little at their edges.
shown() {
    await "the window to show $seen" is_shown
}

# unlike PNG PNG: two pictures that must differ.
unlike() { ! cmp -s "$1" "$2" || fail "nothing has changed"; }

alike() { cmp -s "$1" "$2" || fail "${3:-the pictures differ}"; }

ended() { ! kill -0 "$program" 2>/dev/null; }

# window_quit: by Ctrl+Q, with status 0 and nothing on standard error but the numbers asked for.
window_quit() {
    keys ctrl+q
    await "the end of the program" ended
    result=0
    wait "$program" || result=$?
    program=
    [ $result -eq 0 ] || fail "the program ended with status $result"
    ! grep -v '^frames ' "$place/errors.txt" | grep . || fail "the program complained"
}
