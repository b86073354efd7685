#!/bin/sh
# Installs what Headway needs and is not there yet (scripts/packages.txt), through apt, as root or with sudo.
# With everything in place it says nothing and touches neither apt nor the network.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")" && pwd)

if ! command -v dpkg-query >/dev/null 2>&1; then
    # Another distribution: go on when the tools and libraries are there, under whatever names.
    missing=
    for tool in cc cmake ninja pkg-config; do
        command -v "$tool" >/dev/null 2>&1 || missing="$missing $tool"
    done
    for library in sdl2 SDL2_ttf epoxy cglm libpng cairo freetype2 harfbuzz fribidi fontconfig \
        libwebp libwebpmux jansson libutf8proc cmocka; do
        pkg-config --exists "$library" 2>/dev/null || missing="$missing $library"
    done
    [ -z "$missing" ] && exit 0
    echo "setup: this is not Debian or Ubuntu, so nothing was installed. Install with your own" >&2
    echo "package manager, then run this again:$missing" >&2
    exit 1
fi

# The packages of the list that are not installed, or of which no alternative is.
missing=$(
    { dpkg-query -W -f='installed ${Package} ${db:Status-Status}\n' 2>/dev/null
      sed 's/#.*//' "$here/packages.txt"; } |
    awk '$1 == "installed" && NF == 3 { if ($3 == "installed") have[$2] = 1; next }
         NF { for (i = 1; i <= NF; i += 2) if ($i in have) next; printf " %s", $1 }'
)
[ -z "$missing" ] && exit 0

update="apt-get update"
install="apt-get install -y --no-install-recommends$missing"
by_hand() {
    echo "setup: $1 Run this as root, then start again:" >&2
    echo "  $update && $install" >&2
    exit 1
}

as_root=
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null 2>&1 ||
        by_hand "packages are missing, and installing them needs root or sudo."
    as_root="sudo"
    # Where nobody can type a password, sudo must do without or fail at once.
    [ -t 0 ] || as_root="sudo -n"
    $as_root true || by_hand "packages are missing, and sudo did not give the right to install them."
fi

echo "setup: installing with apt:$missing"
export DEBIAN_FRONTEND=noninteractive
apt="env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300"
# A stale source of somebody else's must not stand in the way: the installation itself decides.
$as_root $apt update || echo "setup: apt-get update failed; trying with the lists at hand" >&2
# shellcheck disable=SC2086 # words, one per package
$as_root $apt install -y --no-install-recommends $missing </dev/null ||
    by_hand "apt could not install what is missing (see above)."
echo "setup: done"
