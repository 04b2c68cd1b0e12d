#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: scripts/provision.sh GROUP...     build, hosts, server, test
#
# Installs what of these is missing, by apt. Asks first on a terminal. Says and does nothing when
# nothing is missing. Services that come with it are neither started nor enabled.
set -eu
cd "$(dirname "$0")/.."

NODE_VERSION=20.20.2
POLICY=/usr/sbin/policy-rc.d
SERVICES='prosody ejabberd epmd bitlbee tor'

packages () {
  case $1 in
    build) echo libpurple-dev libprotobuf-c-dev protobuf-c-compiler protobuf-compiler pkg-config \
                gcc g++ libc6-dev make python3 ;;
    hosts) echo pidgin finch tmux dbus dbus-daemon ;;
    server) echo prosody openssl ;;
    test) echo ejabberd bitlbee-libpurple xvfb xauth xdotool imagemagick x11-utils valgrind \
               clang-format libasan8 libubsan1 dbus-x11 locales prosody-modules microsocks tor iproute2 ;;
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

# New enough, and with the headers that node-gyp compiles against: a Node of `npm install -g` has none.
node_is_enough () {
  # shellcheck disable=SC2016 # set by with-node
  scripts/with-node sh -c '[ -e "$npm_config_nodedir/include/node/common.gypi" ] &&
    node -e "process.exit(parseInt(process.versions.node) >= 20 ? 0 : 1)"' 2>/dev/null
}

as_root () {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

can_be_root () {
  [ "$(id -u)" = 0 ] || command -v sudo >/dev/null
}

consent () {
  [ -t 0 ] && [ -t 1 ] || return 0
  printf 'Go on? [Y/n] '
  read -r answer
  case $answer in ''|[Yy]*) return 0 ;; *) echo 'Nothing was installed.'; exit 1 ;; esac
}

# Those of $SERVICES that a package has brought.
services_there () {
  for service in $SERVICES; do
    # BitlBee's is one of init.d alone.
    [ ! -e "/lib/systemd/system/$service.service" ] && [ ! -e "/etc/init.d/$service" ] ||
      printf ' %s' "$service"
  done
}

# Server packages start their service when they are installed; none is wanted here.
hold_services () {
  there_before=" $(services_there) "
  trap release_services EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  [ ! -e "$POLICY" ] || return 0
  own_policy=yes
  printf '#!/bin/sh\nexit 101\n' | as_root tee "$POLICY" >/dev/null
  as_root chmod 755 "$POLICY"
}

# Also when apt failed half-way.
release_services () {
  [ -z "${own_policy:-}" ] || as_root rm -f "$POLICY"
  [ -z "${scratch:-}" ] || as_root rm -rf "$scratch"
  for service in $(services_there); do
    case $there_before in *" $service "*) ;; *) disable_service "$service" ;; esac
  done
}

# What systemctl does, done here: without systemd the links are made as well, and no systemctl is there.
disable_service () {
  echo "Not to be started with this machine: $1"
  as_root find /etc/systemd/system -path "*.wants/$1.*" -type l -delete
  [ ! -e "/etc/init.d/$1" ] || as_root /usr/sbin/update-rc.d "$1" disable
}

apt_install () {
  if ! apt-cache show "$1" >/dev/null 2>&1; then
    echo 'Reading the package lists first.'
    as_root apt-get -q update
  fi
  hold_services
  # Packages leave files there: ejabberd does.
  scratch=$(as_root mktemp -d)
  as_root chmod 1777 "$scratch"
  as_root env TMPDIR="$scratch" DEBIAN_FRONTEND=noninteractive \
    apt-get -q install -y --no-install-recommends "$@"
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
node_is_enough || own_node=yes
command -v npm >/dev/null || missing="$missing npm"
[ -n "$missing$own_node" ] || exit 0

if [ -n "$missing" ] && ! command -v apt-get >/dev/null; then
  echo "This is no Debian or Ubuntu. Please see that these are there:$missing" >&2
  exit 1
fi
if [ -n "$missing" ] && ! can_be_root; then
  echo "Please run as root: apt-get install --no-install-recommends$missing" >&2
  exit 1
fi
[ -z "$missing" ] || echo "To be installed by apt-get:$missing"
[ -z "$own_node" ] || echo "To be fetched from npm into build/node: Node.js $NODE_VERSION"
consent
# shellcheck disable=SC2086
[ -z "$missing" ] || apt_install $missing
# Debian's npm brings Debian's Node, which may come first on the path now.
node_is_enough || fetch_node
