#!/bin/sh
# fuzz.sh TARGET [RUNS [OPTION…]]: builds one fuzz target (config, picture, safetensors, session, text) with clang, libFuzzer and the
# sanitizers, and runs it RUNS times (1,000,000; 0: until stopped) from tests/fuzz/corpus. New inputs stay in
# build/fuzz/TARGET/corpus, a failing one in build/fuzz/TARGET. OPTION: of libFuzzer, such as -max_len=4096. docs/fuzzing.md.
set -eu
cd -- "$(dirname -- "$(readlink -f -- "$0")")/.."
target=${1:?usage: scripts/fuzz.sh config|picture|safetensors|session|text [RUNS [OPTION…]]}
runs=${2:-1000000}
[ $# -le 2 ] && shift $# || shift 2
case $target in
    text) length=256 ;;
    config | picture | session | safetensors) length=1536 ;;
    *) echo "fuzz: there is no target $target; choose config, picture, safetensors, session or text" >&2; exit 2 ;;
esac
case $runs in
    '' | *[!0-9]*) echo "fuzz: $runs is not a number of runs" >&2; exit 2 ;;
    0) runs=-1 ;; # libFuzzer's word for no end
esac
command -v clang >/dev/null 2>&1 || { echo "fuzz: clang is missing; install clang (and on Debian libclang-rt-14-dev)" >&2; exit 1; }

# Optimised, with assertions. libFuzzer itself comes with clang (on Debian in libclang-rt-VERSION-dev).
[ -f build/fuzz/build.ninja ] ||
    cmake -S . -B build/fuzz -G Ninja -DCMAKE_C_COMPILER=clang -DHEADWAY_FUZZ=ON -DCMAKE_BUILD_TYPE=Debug \
        -DCMAKE_C_FLAGS_DEBUG="-O2 -g"
cmake --build build/fuzz --target "fuzz_$target" || {
    echo "fuzz: the build failed; linking needs libFuzzer, which Debian has in libclang-rt-14-dev" >&2
    exit 1
}

work=build/fuzz/$target
mkdir -p "$work/corpus"
build/fuzz/tests/fuzz/fuzz_"$target" -runs="$runs" -max_len=$length -print_final_stats=1 -dict="tests/fuzz/$target.dict" \
    -artifact_prefix="$work/" "$@" "$work/corpus" "tests/fuzz/corpus/$target"
