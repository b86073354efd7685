#!/bin/sh
# readme.sh ROOT [PROGRAM]: what README.md names is there: scripts, documents, pictures, presets; and, with the program
# at hand, its subcommands and options.
set -eu
root=$1 program=${2-}
readme=$root/README.md
[ -f "$readme" ] || { echo "there is no README.md"; exit 77; }
faults=0
fault() { echo "README.md names $1, but there is none"; faults=$((faults + 1)); }

named=$(
    grep -oE '(^|[^A-Za-z0-9_/.-])(scripts|docs|assets|tests|src|shaders)/[A-Za-z0-9_./-]*' "$readme" |
        sed -e 's|^[^a-z]||' -e 's|[.,/]*$||'
    grep -oE '\]\([^)#: ]+' "$readme" | cut -c3- | sed 's|/$||'
)
for path in $(printf '%s\n' "$named" | sort -u); do
    [ -e "$root/$path" ] || fault "$path"
done
for preset in $(grep -oE -e '--preset [a-z]+' "$readme" | awk '{ print $2 }' | sort -u); do
    grep -q "\"name\": \"$preset\"" "$root/CMakePresets.json" || fault "preset $preset"
done

if [ -n "$program" ]; then
    help=$("$program" --help)
    # Lines of the README that call the program, in a block or in `…`; not those that call cmake or ctest.
    calls=$(grep -E '(^|[^A-Za-z./-])headway( |`|$)' "$readme" | grep -vE 'cmake|ctest' || true)
    for option in $(printf '%s\n' "$calls" | grep -oE -e '--[a-z][a-z-]+' | sort -u); do
        printf '%s' "$help" | grep -qE -e "(^|[^a-z-])$option([^a-z-]|\$)" || fault "option $option"
    done
    for word in $(printf '%s\n' "$calls" | grep -oE '(^|`|/)headway [a-z]+' | awk '{ print $NF }' | sort -u); do
        case $word in render | trace | describe | compare | models | steps | views) ;; *) continue ;; esac
        printf '%s' "$help" | grep -qw -e "$word" || fault "command $word"
    done
fi
echo "$faults faults"
[ "$faults" = 0 ]
