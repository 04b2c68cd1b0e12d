#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: scripts/provision.sh GROUP...     build, hosts, server, test
#
# Installs what of these is missing, by apt. Asks first on a terminal. Says and does nothing when
# nothing is missing.
set -eu
cd "$(dirname "$0")/.."

NODE_VERSION=20.20.2
POLICY=/usr/sbin/policy-rc.d

packages () {
  case $1 in
    build) echo libpurple-dev libprotobuf-c-dev protobuf-c-compiler protobuf-compiler pkg-config \
                gcc g++ libc6-dev make python3 ;;
    hosts) echo pidgin finch tmux dbus dbus-daemon ;;
    server) echo prosody openssl ;;
    test) echo ejabberd xvfb xauth xdotool imagemagick x11-utils valgrind \
               clang-format libasan8 libubsan1 dbus-x11 locales ;;
    *) echo "scripts/provision.sh: no group $1" >&2; exit 2 ;;
  esac
}

# Those of the given packages that are not installed.
missing_of () {
  there=" $(dpkg-query -W -f='${Package}:${db:Status-Status} ' "$@" 2>/dev/null || true)"
  for package in "$@"; do
    case $there in *" $package:installed "*) ;; *) printf ' %s' "$package" ;; esac
  done
}

node_is_enough () {
  scripts/with-node node -e 'process.exit(parseInt(process.versions.node) >= 20 ? 0 : 1)' 2>/dev/null
}

as_root () {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

consent () {
  [ -t 0 ] && [ -t 1 ] || return 0
  printf 'Go on? [Y/n] '
  read -r answer
  case $answer in ''|[Yy]*) return 0 ;; *) echo 'Nothing was installed.'; exit 1 ;; esac
}

# Server packages start their service when they are installed; none is wanted here.
hold_services () {
  [ ! -e "$POLICY" ] || return 0
  trap release_services EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  printf '#!/bin/sh\nexit 101\n' | as_root tee "$POLICY" >/dev/null
  as_root chmod 755 "$POLICY"
}

release_services () {
  as_root rm -f "$POLICY"
}

apt_install () {
  if ! apt-cache show "$1" >/dev/null 2>&1; then
    echo 'Reading the package lists first.'
    as_root apt-get -q update
  fi
  hold_services
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "$@"
}

# npm's registry carries Node itself, with its headers: newer than Debian 12's, and not in the way of it.
fetch_node () {
  case $(uname -m) in
    x86_64) arch=x64 ;;
    aarch64) arch=arm64 ;;
    *) echo "Please install Node.js 20 or newer." >&2; exit 1 ;;
  esac
  mkdir -p build/node
  npm install --prefix build/node --no-save --no-audit --no-fund --loglevel=error \
    "node-linux-$arch@$NODE_VERSION"
}

wanted=
for group in "$@"; do wanted="$wanted $(packages "$group")"; done
# shellcheck disable=SC2086 # package names, one word each
missing=$(missing_of $wanted)
own_node=
if ! node_is_enough; then
  own_node=yes
  command -v npm >/dev/null || missing="$missing nodejs npm"
fi
[ -n "$missing$own_node" ] || exit 0

if [ -n "$missing" ] && ! command -v apt-get >/dev/null; then
  echo "This is no Debian or Ubuntu. Please see that these are there:$missing" >&2
  exit 1
fi
[ -z "$missing" ] || echo "To be installed by apt-get:$missing"
[ -z "$own_node" ] || echo "To be fetched from npm into build/node: Node.js $NODE_VERSION"
consent
# shellcheck disable=SC2086
[ -z "$missing" ] || apt_install $missing
[ -z "$own_node" ] || fetch_node
