#!/bin/sh
# exported.sh LIBRARY COMPILER ROOT: the shared library exports the functions that its three headers declare, all of them
# and nothing else, under a soname with a version.
set -eu
library=$1 compiler=$2 root=$3
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

# What is declared: names followed by a parenthesis, once the compiler has taken out comments and macros.
printf '#include "attention/%s.h"\n' attention attention_explain attention_compare |
    "$compiler" -std=c11 -E -P -I"$root/src" -x c - >"$place/declared.c"
grep -oE 'attention_[a-z0-9_]+ *\(' "$place/declared.c" | tr -d ' (' | LC_ALL=C sort -u >"$place/declared"
# What is exported. Names that begin with _ belong to the compiler (sanitizers and coverage put some there).
nm -P -D --defined-only -- "$library" | awk '{ sub(/@.*/, "", $1); if ($1 !~ /^_/) print $1 }' |
    LC_ALL=C sort -u >"$place/exported"

faults=0
for name in $(LC_ALL=C comm -23 "$place/declared" "$place/exported"); do
    echo "declared, but not exported: $name"; faults=$((faults + 1))
done
for name in $(LC_ALL=C comm -13 "$place/declared" "$place/exported"); do
    echo "exported, but not declared: $name"; faults=$((faults + 1))
done
count=$(wc -l <"$place/exported")
[ "$count" -gt 20 ] || { echo "only $count functions are exported"; faults=$((faults + 1)); }
if command -v readelf >/dev/null 2>&1; then
    readelf -d "$library" | grep -qE 'SONAME.*\[libattention\.so\.[0-9]+(\.[0-9]+)?\]' ||
        { echo "no soname with a version"; faults=$((faults + 1)); }
fi
echo "$count functions exported, $faults faults"
[ "$faults" = 0 ]
