#!/bin/sh
# planted.sh ROOT COMPILER: every check of the house finds a fault that is planted for it in a copy. A check that
# cannot fail is no check.
set -u
root=$1 compiler=$2 house=$(cd -- "$(dirname -- "$0")" && pwd)
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
failed=0

# must_find WHAT COMMAND…: the command fails now and its output names WHAT; takes the planted fault away again.
must_find() {
    wanted=$1; shift
    if output=$("$@" 2>&1); then echo "not found: $wanted"; failed=1; return; fi
    case $output in *"$wanted"*) ;; *) echo "expected '$wanted', got: $output"; failed=1 ;; esac
}
fresh() {
    rm -rf "${copy:?}"/*
    mkdir "$copy/shaders" "$copy/docs"
    cp -R "$root/src" "$copy/src"
    mkdir -p "$copy/tests/draw" "$copy/scripts"
    cp "$root/CMakePresets.json" "$copy/"
    echo 'int main(void) { return 0; }' >"$copy/tests/draw/test_planted.c"
    touch "$copy/scripts/run.sh"
}
plant_include() { # FILE INCLUDE
    fresh
    mkdir -p "$(dirname "$copy/src/$1")"
    echo "#include $2" >>"$copy/src/$1"
}

plant_include attention/planted.c '"files/files.h"'
must_find 'room attention must not include files/files.h' sh "$house/arrows.sh" "$copy"
plant_include attention/planted.c '<stdio.h>'
must_find 'must not include <stdio.h>' sh "$house/arrows.sh" "$copy"
plant_include attention/planted.c '<threads.h>'
must_find 'must not include <threads.h>' sh "$house/arrows.sh" "$copy"
plant_include attention/planted.c '<sys/mman.h>'
must_find 'must not include <sys/mman.h>' sh "$house/arrows.sh" "$copy"
plant_include draw/planted.h '"ui/command.h"'
must_find 'room draw must not include ui/command.h' sh "$house/arrows.sh" "$copy"
plant_include views/planted.c '"models/model.h"'
must_find 'room views must not include models/model.h' sh "$house/arrows.sh" "$copy"
plant_include render/gl/planted.c '"ui/semantics.h"'
must_find 'room render must not include ui/semantics.h' sh "$house/arrows.sh" "$copy"
plant_include lesson/planted.c '  <SDL2/SDL.h>'
must_find 'room lesson must not include <SDL2/SDL.h>' sh "$house/arrows.sh" "$copy"
plant_include draw/planted.c '"../render/fonts.h"'
must_find 'climbs out' sh "$house/arrows.sh" "$copy"
plant_include cellar/planted.c '"draw/list.h"'
must_find 'src/cellar is no room' sh "$house/arrows.sh" "$copy"

plant_include draw/planted.c '"draw/list.h"'
awk 'BEGIN { for (i = 0; i < 600; i++) print "" }' >>"$copy/src/draw/planted.c"
must_find 'planted.c: 601 lines' sh "$house/sources.sh" "$copy"
plant_include draw/planted.c '"draw/list.h"'
echo '/* TO''DO: later */' >>"$copy/src/draw/planted.c"
must_find 'left for later' sh "$house/sources.sh" "$copy"

# The symbols of a library that prints, stops the program, takes the time and asks libm.
for call in 'puts("")' 'abort()' 'exit(1)' 'time(0)' 'expf(x)' 'sqrt(x)' 'fopen("", "")' 'SDL_Init(1)'; do
    fresh
    name=${call%%(*}
    echo "float $name(); float planted(float x); float planted(float x) { (void)x; return $call; }" |
        "$compiler" -w -std=c11 -O0 -fno-builtin -x c -c -o "$copy/planted.o" - || failed=1
    must_find "undefined: $name" sh "$house/symbols.sh" "$copy/planted.o"
done

# A shared library that asks for more than it may, exports what no header declares, and has no version.
fresh
echo 'int puts(const char *); void attention_planted(void) { puts(""); }' |
    "$compiler" -w -std=c11 -fno-builtin -fPIC -shared -x c -o "$copy/libplanted.so" - || failed=1
must_find 'undefined: puts' sh "$house/symbols.sh" "$copy/libplanted.so"
must_find 'exported, but not declared: attention_planted' sh "$house/exported.sh" "$copy/libplanted.so" "$compiler" "$copy"
must_find 'declared, but not exported: attention_pass' sh "$house/exported.sh" "$copy/libplanted.so" "$compiler" "$copy"
must_find 'no soname with a version' sh "$house/exported.sh" "$copy/libplanted.so" "$compiler" "$copy"

# A README that promises what is not there.
fresh
echo 'Run `scripts/walk.sh`.' >"$copy/README.md"
must_find 'scripts/walk.sh' sh "$house/readme.sh" "$copy"
echo 'Run `cmake --preset fast`.' >"$copy/README.md"
must_find 'preset fast' sh "$house/readme.sh" "$copy"
echo 'See [the maths](docs/maths.md).' >"$copy/README.md"
must_find 'docs/maths.md' sh "$house/readme.sh" "$copy"

[ $failed = 0 ] && echo "every planted fault was found"
exit $failed
