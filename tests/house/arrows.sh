#!/bin/sh
# arrows.sh ROOT: every include in ROOT/src goes the way that rooms.txt allows. Status 1 and one line per fault.
set -eu
rules=$(cd -- "$(dirname -- "$0")" && pwd)/rooms.txt
cd -- "$1/src"
program='
function fault(what) { printf "%s:%d: %s\n", FILENAME, FNR, what; faults++ }
function is_one_of(word, list) { return index(" " list " ", " " word " ") > 0 }

FILENAME ~ /rooms.txt$/ {
    sub(/#.*/, "")
    if (!NF) next
    split($0, side, ":")
    if ($1 == "<") { header = side[1]; sub(/^< /, "", header); owners[header] = side[2] }
    else { may[side[1]] = side[2]; is_room[side[1]] = 1 }
    next
}
FNR == 1 {
    files++
    room = FILENAME
    if (!sub(/\/.*/, "", room)) room = "app" # main.c stands beside the rooms and speaks for app
    if (!(room in is_room)) fault("src/" room " is no room of rooms.txt")
}
/^[ \t]*#[ \t]*include[ \t]*"/ {
    split($0, part, "\"")
    name = part[2]
    if (name ~ /\.\./) { fault("include of " name " climbs out with .."); next }
    target = name
    if (!sub(/\/.*/, "", target) || !(target in is_room)) next # a neighbour, or a folder of the same room
    if (target != room && !is_one_of(target, may[room]))
        fault("room " room " must not include " name)
}
/^[ \t]*#[ \t]*include[ \t]*</ {
    name = $0
    sub(/^[^<]*</, "", name); sub(/>.*/, "", name)
    # math.h for INFINITY and isfinite; symbols.sh sees to it that libm stays out.
    # Threads are for the pool alone, and huge pages the one thing that C11 has no word for.
    if (room == "attention" &&
        !is_one_of(name, "assert.h float.h limits.h math.h stdalign.h stdatomic.h stdbool.h stddef.h stdint.h stdlib.h string.h") &&
        !(FILENAME == "attention/attention_pool.c" && name == "threads.h") &&
        !(FILENAME == "attention/attention_memory.c" && name == "sys/mman.h"))
        fault("library attention must not include <" name ">")
    for (header in owners)
        if (index(name, header) == 1 && !is_one_of(room, owners[header]))
            fault("room " room " must not include <" name ">; that is for:" owners[header])
}
END {
    if (!files) { print "no sources found"; exit 1 }
    printf "%d files, %d faults\n", files, faults
    exit faults > 0
}'
find . -name '*.[ch]' | sed 's|^\./||' | LC_ALL=C sort | xargs awk "$program" "$rules"
