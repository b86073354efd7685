#!/bin/sh
# Sets up, builds the release and the dev preset (Debug with the address and undefined-behaviour sanitizers) and runs
# all tests in both. Needs no display. The exit status says whether all of them passed.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd)
cd -- "$root"
started=$(date +%s)
scripts/setup.sh
scripts/build.sh release
scripts/build.sh dev

failed=
summary=
for preset in release dev; do
    echo "test: $preset"
    log=build/$preset/test-output.txt
    # The status of ctest, not of tee, counts.
    { ctest --preset "$preset" --no-tests=error -j "$(nproc)" && echo passed >"$log.status" ||
        echo failed >"$log.status"; } 2>&1 | tee "$log"
    [ "$(cat "$log.status")" = passed ] || failed="$failed $preset"
    summary="$summary$(printf '%8s: %s' "$preset" "$(grep '% tests passed' "$log" || echo 'no summary')")
"
done

echo
printf '%s' "$summary"
seconds=$(($(date +%s) - started))
if [ -n "$failed" ]; then
    echo "test: FAILED in$failed after $seconds s; the whole output is in build/PRESET/test-output.txt"
    exit 1
fi
echo "test: all passed in $seconds s"
