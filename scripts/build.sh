#!/bin/sh
# build.sh PRESET: configures build/PRESET when that is needed, and builds it. Quiet when up to date.
set -eu
cd -- "$(dirname -- "$(readlink -f -- "$0")")/.."
preset=${1:?usage: scripts/build.sh PRESET}
folder=build/$preset

# CMake notices changed lists by itself. What it cannot notice or mend: changed presets, a first configuration that
# broke off, and a cache made for another folder (a checkout that was moved).
if [ ! -f "$folder/build.ninja" ] ||
    [ -n "$(find CMakePresets.json -newer "$folder/build.ninja")" ]; then
    fresh=
    if [ -f "$folder/CMakeCache.txt" ]; then fresh=--fresh; fi
    cmake $fresh --preset "$preset"
elif ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$(pwd -P)" "$folder/CMakeCache.txt"; then
    cmake --fresh --preset "$preset"
fi
cmake --build --preset "$preset"
