#!/bin/sh
# Sets up, builds and opens Headway; arguments go to the program. Where there is no display, the walk through the
# sentence is rendered into headway-pictures/ (of the current folder) instead.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd)
"$root/scripts/setup.sh"
"$root/scripts/build.sh" release
headway=$root/build/release/headway

case ${1-} in
render | trace | describe | models | steps | views | --help | --version) exec "$headway" "$@" ;;
esac
if [ -n "${DISPLAY-}" ] || [ -n "${WAYLAND_DISPLAY-}" ]; then
    exec "$headway" "$@"
fi

pictures="headway-pictures"
mkdir -p "$pictures"
number=0
for step in $("$headway" steps | awk '{ print $1 }'); do
    number=$((number + 1))
    "$headway" render --step "$step" "$@" -o "$(printf '%s/%02d-%s.png' "$pictures" "$number" "$step")"
done
number=$((number + 1))
"$headway" render --view heads --step softmax "$@" -o "$(printf '%s/%02d-heads.png' "$pictures" "$number")"
echo "There is no display here, so Headway drew the walk instead: $number pictures in $(pwd)/$pictures"
