#!/bin/sh
# consumer.sh BUILD CMAKE GENERATOR COMPILER CONSUMER [FLAGS]: library attention, installed, is enough for a project of somebody
# else's (the folder CONSUMER): through find_package, static and shared, and through pkg-config. FLAGS are those that
# the library itself was built with and its users need too (sanitizers).
set -eu
build=$1 cmake=$2 generator=$3 compiler=$4 consumer=$5 flags=${6-}
place=$build/consumer
rm -rf "$place"
mkdir -p "$place"
trap 'rm -rf "$place"' EXIT
fail() { echo "$1"; [ -z "${2-}" ] || cat "$2"; exit 1; }
expected="0.669762 0.330238
0.330238 0.669762
2 terms, 0.330238
path 7"
runs() { # WHAT PROGRAM…
    what=$1; shift
    got=$("$@") || fail "$what: the program fails"
    [ "$got" = "$expected" ] || fail "$what: the program prints: $got"
    echo "$what: works"
}

# Installed under one name and used under another: nothing in it may know where it was built or put.
for component in attention attention-dev; do
    DESTDIR=$place/staging "$cmake" --install "$build" --prefix /opt/made --component $component >"$place/log" 2>&1 ||
        fail "the component $component is not installed" "$place/log"
done
[ "$(ls -A "$place/staging")" = opt ] || fail "something was installed outside DESTDIR and the prefix"
mv "$place/staging/opt/made" "$place/prefix"
for header in attention attention_explain attention_compare; do
    [ -s "$place/prefix/include/attention/$header.h" ] || fail "not installed: attention/$header.h"
done
[ "$(find "$place/prefix" -name '*.h' | wc -l)" = 3 ] || fail "more than three headers are installed"
! grep -rIlF -e "$build" -e /opt/made "$place/prefix" || fail "these files know where they were built or put"
library=$(dirname "$(find "$place/prefix" -name libattention.a)")
[ -f "$library/libattention.so" ] || fail "not installed: libattention.so"

# Whoever has a compiler for C++ gets that part tested; with clang the library's own.
cxx=
case $compiler in *clang*) candidates="clang++ g++ c++" ;; *) candidates="g++ c++ clang++" ;; esac
for candidate in $candidates; do
    if command -v "$candidate" >/dev/null 2>&1; then cxx=$candidate; break; fi
done
[ -n "$cxx" ] || echo "skipped: the C++ program (there is no C++ compiler)"

warnings="-Wall -Wextra -Wpedantic -Werror"
configure() { # FOLDER OPTION…
    folder=$1; shift
    "$cmake" -S "$consumer" -B "$place/$folder" -G "$generator" -DCMAKE_PREFIX_PATH="$place/prefix" \
        -DCMAKE_C_COMPILER="$compiler" -DCMAKE_C_FLAGS="$flags $warnings" ${cxx:+-DCONSUMER_CXX=ON -DCMAKE_CXX_COMPILER="$cxx"} \
        -DCMAKE_CXX_FLAGS="$flags $warnings" -DCMAKE_FIND_USE_PACKAGE_REGISTRY=OFF "$@" >"$place/log" 2>&1
}
for kind in static shared; do
    is_shared=OFF
    [ $kind = static ] || is_shared=ON
    configure $kind -DBUILD_SHARED_LIBS=$is_shared || fail "find_package, $kind: not configured" "$place/log"
    "$cmake" --build "$place/$kind" >"$place/log" 2>&1 || fail "find_package, $kind: not built" "$place/log"
    runs "find_package, $kind, C" "$place/$kind/consumer"
    [ -z "$cxx" ] || runs "find_package, $kind, C++" "$place/$kind/consumer_cxx"
done
# What is not there is refused.
for version in 0.1 0.3 1.0; do
    if configure version -DCONSUMER_VERSION=$version; then fail "find_package gives version $version"; fi
    grep -q 'compatible with requested version' "$place/log" || fail "version $version: another fault" "$place/log"
done

if command -v pkg-config >/dev/null 2>&1; then
    export PKG_CONFIG_PATH="$library/pkgconfig"
    pkg-config --exists 'attention >= 0.2' || fail "pkg-config does not know attention >= 0.2"
    # shellcheck disable=SC2086,SC2046 # words
    "$compiler" -std=c11 $flags $warnings $(pkg-config --cflags attention) "$consumer/consumer.c" \
        $(pkg-config --libs attention) -o "$place/by_pkg_config" || fail "pkg-config: not built"
    runs "pkg-config, shared" env LD_LIBRARY_PATH="$library" "$place/by_pkg_config"
    # shellcheck disable=SC2086,SC2046
    "$compiler" -std=c11 $flags $warnings $(pkg-config --cflags attention) "$consumer/consumer.c" \
        $(pkg-config --static --libs attention | sed 's/-lattention/-l:libattention.a/') -o "$place/by_pkg_config" ||
        fail "pkg-config, static: not built"
    runs "pkg-config, static" "$place/by_pkg_config"
else
    echo "skipped: pkg-config is not installed"
fi

# The headers alone, in the oldest dialects that have their types.
printf '#include <attention/%s.h>\n' attention attention_explain attention_compare >"$place/headers.c"
for dialect in c99 c11; do
    "$compiler" -std=$dialect $warnings -I"$place/prefix/include" -fsyntax-only "$place/headers.c" || fail "$dialect"
done
[ -z "$cxx" ] || for dialect in c++98 c++17; do
    "$cxx" -std=$dialect $warnings -I"$place/prefix/include" -x c++ -fsyntax-only "$place/headers.c" || fail "$dialect"
done
