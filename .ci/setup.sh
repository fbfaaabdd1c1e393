#!/bin/sh
# Installs what the build (or the tests) need from the distribution, and only what is missing.
# usage: .ci/setup.sh build|test        Debian 12 and 13, Ubuntu 24.04; root, or sudo
set -eu

need_build='gcc make pkg-config libmicrohttpd-dev libwebsockets-dev libjansson-dev libmd4c-dev zlib1g-dev libssl-dev'
need_test='bc clang clang-format libcmocka-dev tshark python3 python3-jsonschema fonts-dejavu-core fonts-wqy-zenhei curl'
# For tests/interop, which says what it skips when one of them is missing. Not among them: tftpd-hpa, whose
# service would run on this machine from then on.
need_interop='iproute2 iputils-ping iputils-arping traceroute nmap hping3 ethtool tftp-hpa atftp tcpdump util-linux'

have() { dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q '^install ok installed'; }
missing=''
want() { for package in "$@"; do have "$package" || missing="$missing $package"; done; }

install_missing() {
    [ -n "$missing" ] || return 0
    if ! command -v apt-get >/dev/null; then
        echo "netstep: this machine has no apt-get; please install:$missing" >&2
        exit 2
    fi
    as_root=''
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || {
            echo "netstep: not root and no sudo here; please install:$missing" >&2
            exit 2
        }
        as_root='sudo'
    fi
    echo "netstep: installing with apt ($1):$missing"
    # shellcheck disable=SC2086
    $as_root apt-get update -qq || echo 'netstep: the package lists could not be renewed; going on'
    # shellcheck disable=SC2086
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        -o Dpkg::Use-Pty=0 $missing >"${TMPDIR:-/tmp}/netstep-apt.$$" 2>&1 || {
        cat "${TMPDIR:-/tmp}/netstep-apt.$$" >&2
        echo "netstep: apt could not install:$missing" >&2
        exit 1
    }
    rm -f "${TMPDIR:-/tmp}/netstep-apt.$$"
    missing=''
}

node_is_fit() {
    command -v node >/dev/null && command -v npm >/dev/null &&
        [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 18 ]
}

# shellcheck disable=SC2086
want $need_build
node_is_fit || want nodejs npm
want ca-certificates
install_missing 'to build and run'
node_is_fit || { echo 'netstep: Node 18 or later with npm is needed; this release of the distribution has an older one' >&2; exit 1; }

[ "${1:-build}" = test ] || exit 0
# shellcheck disable=SC2086
want $need_test
# shellcheck disable=SC2086
want $need_interop
if ! command -v chromium >/dev/null && ! command -v chromium-browser >/dev/null; then
    . /etc/os-release
    # Ubuntu's chromium is a snap, which does not run everywhere; the browser tests say what to do.
    [ "${ID:-}" = ubuntu ] || want chromium
fi
install_missing 'to test'
# clang's sanitizer and fuzzer runtime carries the version in its name.
version=$(clang -dumpversion | cut -d. -f1)
want "libclang-rt-$version-dev"
install_missing "the sanitizers of clang $version"
