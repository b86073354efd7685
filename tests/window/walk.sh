#!/bin/sh
# walk.sh HEADWAY PROBE: a sentence is typed, walked to its end and back, pointed at, shown in both languages and all
# themes, and saved; then the program is closed and opened again. State is read from the pictures it saves.
set -eu
. "$(dirname "$0")/window.sh"
window_test "$@"
window_start --lang en --size 1440x900
peek
expect text 'The cat sat because the cat was tired'
shown

echo "typing"
keys slash ctrl+a
typing 'A dog saw the cat and the cat saw a dog'
keys Return
peek
expect text 'A dog saw the cat and the cat saw a dog'
expect language en
shown

echo "to the end and back"
keys Home
peek
start=$seen
again 90 Right
peek
expect step feedforward
end=$seen
shown
again 90 Left
peek
expect step tokens
expect beat 1
alike "$start" "$seen" "Back is not the inverse of Next: the first picture is another"
again 90 Right
peek
alike "$end" "$seen" "the second way to the end leads elsewhere"
keys 4 Right
peek
middle=$seen
again 7 Right
again 7 Left
peek
alike "$middle" "$seen" "seven forward and seven back lead elsewhere"
shown

echo "clicking"
click_on "$seen" step.go 5
peek
expect step softmax
click_on "$seen" query.set 1
peek
expect query 2
again 2 Right
peek
before=$seen
# shellcheck disable=SC2046
click $("$probe" cell "$seen" 1 3 2)
peek
expect cell.row 3
expect cell.column 2
"$headway" describe "$before" >"$place/before.txt"
"$headway" describe "$seen" >"$place/after.txt"
unlike "$place/before.txt" "$place/after.txt"
shown
pointed=$seen
click_on "$seen" head.set 1
peek
expect head 2
unlike "$pointed" "$seen"
click_on "$seen" view.set 3
peek
expect view heads
shown
click_on "$seen" view.set 0

echo "languages and themes"
keys l
peek
expect language zh
shown
click_on "$seen" language.next
peek
expect language en
for theme in dark contrast light dark; do
    keys t
    peek
    expect theme $theme
    shown
done
keys l

echo "the saved picture"
keys ctrl+e
await "the saved picture" has_picture
file=$pictures/$(ls "$pictures")
if command -v xclip >/dev/null; then
    [ "$(timeout 20 xclip -selection clipboard -o)" = "$file" ] || fail "the clipboard has not the path of $file"
fi
"$headway" render -o "$place/again.png" "$file"
alike "$file" "$place/again.png" "headway render makes another picture of the same document"
cp "$file" "$place/first.png"
keys ctrl+e
two_pictures() { [ "$(ls "$pictures" | wc -l)" = 2 ]; }
await "the second picture" two_pictures
alike "$file" "$place/first.png" "the first picture was overwritten"
rm "$pictures"/*.png

echo "closing and opening again"
window_quit
[ -s "$settings" ] || fail "no settings were written"
grep -q '"theme": "dark"' "$settings" || fail "the settings do not keep the theme"
window_start
peek
expect theme dark
expect language zh
expect width 1440
shown
window_quit

echo "damaged settings"
echo '{' >"$settings"
window_start --size 800x600
peek
expect theme light
ls "$place"/home/.config/headway/settings.json.damaged-1 >/dev/null || fail "they were not set aside"
window_quit
