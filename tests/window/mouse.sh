#!/bin/sh
# mouse.sh HEADWAY PROBE LANGUAGE: from the typed sentence to the saved picture with the pointer alone; the keyboard
# only writes the sentence. Where things stand is known from `headway render` with the same options.
set -eu
language=$3
. "$(dirname "$0")/window.sh"
window_test "$1" "$2"
other=zh
sentence='I saw the bird'
[ "$language" = en ] || { other=en; sentence='猫 saw 我的 猫'; }
window_start --lang "$other" --size 1440x900

# at OPTION…: the state that the pointer meets now, as $place/at.png.
at() { "$headway" render -o "$place/at.png" --size 1440x900 --lang "$language" --text "$sentence" "$@"; }

"$headway" render -o "$place/at.png" --size 1440x900 --lang "$other"
click_on "$place/at.png" language.next
"$headway" render -o "$place/at.png" --size 1440x900 --lang "$language"
click_on "$place/at.png" text.edit
# A third click in the field takes the whole sentence; what is typed replaces it.
middle=$("$probe" where "$place/at.png" query.set 1)
# shellcheck disable=SC2086
click $middle 3
typing "$sentence" 120
at
click_on "$place/at.png" step.go 3
at --step similarity --beat 1
click_on "$place/at.png" head.set 2
at --step similarity --beat 1 --head 3
click_on "$place/at.png" query.set 1
at --step similarity --beat 1 --head 3 --query 2
click_on "$place/at.png" beat.next
click_on "$place/at.png" beat.next
at --step similarity --beat 3 --head 3 --query 2
click_on "$place/at.png" beat.back
click_on "$place/at.png" step.go 6
at --step sum --beat 1 --head 3 --query 2
click_on "$place/at.png" beat.next
at --step sum --beat 2 --head 3 --query 2 --key 1
HEADWAY_PROBE_OPEN= click_on "$place/at.png" export.menu
HEADWAY_PROBE_OPEN=export click_on "$place/at.png" export
saved
expect text "$sentence"
expect language "$language"
expect step sum
expect beat 2
expect head 3
expect query 2

# The same document by the command line is the same picture, apart from what the clicks have chosen.
at --step sum --beat 2 --head 3 --query 2 --key 1
answers=$("$probe" get "$seen" answers)
[ "$answers" = "$("$probe" get "$place/at.png" answers)" ] || fail "the clicks answered a question: $answers"
alike "$place/at.png" "$seen" "the saved picture is not the one of headway render"
[ "$(ls "$place/home/Pictures" | wc -l)" = 0 ] || fail "more than one picture was saved"
window_quit
