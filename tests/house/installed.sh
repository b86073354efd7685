#!/bin/sh
# installed.sh BUILD: `cmake --install` gives a program that works from any folder, with its own assets.
set -eu
build=$1
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
unset HEADWAY_ASSETS DISPLAY WAYLAND_DISPLAY
cmake --install "$build" --prefix "$place/usr" >"$place/log" || { cat "$place/log"; exit 1; }
mkdir "$place/elsewhere"
cd "$place/elsewhere"
headway=$place/usr/bin/headway

for file in share/applications/headway.desktop share/icons/hicolor/scalable/apps/headway.svg \
    share/headway/assets/languages/en.json share/headway/assets/languages/zh.json; do
    [ -s "$place/usr/$file" ] || { echo "not installed: $file"; exit 1; }
done
[ "$("$headway" steps | wc -l)" = 9 ] || { echo "headway steps does not name nine steps"; exit 1; }
"$headway" render -o first.png --step softmax
"$headway" render -o again.png --step softmax
[ "$(head -c 8 first.png | od -An -tx1 | tr -d ' \n')" = 89504e470d0a1a0a ] || { echo "no PNG"; exit 1; }
cmp first.png again.png
[ "$(ls)" = "again.png
first.png" ] || { echo "files were left behind:"; ls; exit 1; }

# The installed assets are the ones in use: with a damaged catalogue there, the program says so or draws otherwise.
echo '{' >"$place/usr/share/headway/assets/languages/en.json"
if "$headway" render -o damaged.png --step softmax 2>"$place/message" && cmp -s first.png damaged.png; then
    echo "the program does not read its installed assets"
    exit 1
fi
# And without them there is one clear sentence, or the checkout's own; never a crash.
rm -r "$place/usr/share/headway"
status=0
"$headway" render -o without.png 2>"$place/message" || status=$?
[ $status -le 1 ] || { echo "without assets: status $status"; cat "$place/message"; exit 1; }
echo "the installed program works"
