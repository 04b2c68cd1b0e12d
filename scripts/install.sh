#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: scripts/install.sh install|uninstall      with PREFIX and DESTDIR in the environment
#
# Without PREFIX into the user's own plugin folder. With it for all users: the plugin, the engine in
# PREFIX/lib/steadfast, and libsteadfast for other programs.
set -eu
cd "$(dirname "$0")/.."
PREFIX=${PREFIX:-}
DESTDIR=${DESTDIR:-}
VERSION=$(sed -n 's/^  "version": "\(.*\)",$/\1/p' package.json)

if [ -z "$PREFIX" ]; then
  plugins=$DESTDIR$HOME/.purple/plugins
  engine=$plugins/steadfast
else
  plugins=$DESTDIR$(pkg-config --define-variable=prefix="$PREFIX" --variable=plugindir purple)
  engine=$DESTDIR$PREFIX/lib/steadfast
  lib=$DESTDIR$PREFIX/lib
  include=$DESTDIR$PREFIX/include
fi

# One person's Node: it may go with that person's files, or be changed with them.
is_private () {
  case $1 in "$PWD"/*) return 0 ;; esac
  [ -n "$PREFIX" ] || return 1
  case $1 in "$HOME"/*|/home/*|/root/*) return 0 ;; esac
  [ "$(stat -c %u "$1")" != 0 ]
}

# Linked to where the system has it, so that it is updated with the system; else copied.
install_node () {
  rm -f "$engine/node" "$engine/node.LICENSE"
  if is_private "$node"; then
    install -m 755 "$node" "$engine/node"
    licence=$(dirname "$(dirname "$node")")/LICENSE
    [ ! -e "$licence" ] || install -m 644 "$licence" "$engine/node.LICENSE"
  else
    ln -s "$node" "$engine/node"
  fi
}

# Before anything is changed.
find_node () {
  node=$(readlink -f build/plugins/steadfast/node) && [ -x "$node" ] && return 0
  echo "Node.js is not any more where it was: $(readlink build/plugins/steadfast/node)" >&2
  echo 'Please run make build, and then this again.' >&2
  exit 1
}

install_engine () {
  install -d "$engine"
  for file in build/plugins/steadfast/*; do
    [ -h "$file" ] || install -m 644 "$file" "$engine"
  done
  install -m 644 LICENSE "$engine/LICENSE"
  install -m 644 native/COPYING "$engine/COPYING"
  install_node
}

install_library () {
  install -d "$lib/pkgconfig" "$include"
  install -m 755 build/lib/libsteadfast.so.0 "$lib"
  ln -sfn libsteadfast.so.0 "$lib/libsteadfast.so"
  install -m 644 bindings/c/steadfast*.h "$include"
  sed -e "s|@PREFIX@|$PREFIX|" -e "s|@VERSION@|$VERSION|" bindings/c/steadfast.pc.in \
    >"$lib/pkgconfig/steadfast.pc"
  chmod 644 "$lib/pkgconfig/steadfast.pc"
}

# Only our own names, and a folder only when nothing else is left in it.
uninstall () {
  rm -f "$plugins/libsteadfast-purple.so"
  if [ -n "$PREFIX" ]; then
    [ ! -h "$plugins/steadfast" ] || rm -f "$plugins/steadfast"
    rm -f "$lib/libsteadfast.so.0" "$lib/libsteadfast.so" "$lib/pkgconfig/steadfast.pc"
    for header in bindings/c/steadfast*.h; do rm -f "$include/$(basename "$header")"; done
  fi
  for file in engine.cjs engine.cjs.LICENSES.txt LICENSE COPYING node node.LICENSE; do
    rm -f "$engine/$file"
  done
  [ ! -d "$engine" ] || rmdir "$engine" 2>/dev/null ||
    echo "Left as it is, since other files are in it: $engine"
}

case ${1:-} in
  install)
    find_node
    # As libpurple makes it: accounts.xml, with passwords in it, will be there.
    [ -n "$PREFIX" ] || [ -d "$DESTDIR$HOME/.purple" ] || install -d -m 700 "$DESTDIR$HOME/.purple"
    install -d "$plugins"
    install_engine
    if [ -n "$PREFIX" ]; then
      install_library
      ln -sfn "$PREFIX/lib/steadfast" "$plugins/steadfast"
    fi
    # Last and in one step: a running host that looks now finds all of it or nothing.
    install -m 755 build/plugins/libsteadfast-purple.so "$plugins/.steadfast.new"
    mv -f "$plugins/.steadfast.new" "$plugins/libsteadfast-purple.so"
    echo "Installed into $plugins. Restart Pidgin or Finch and add an account \"XMPP (Steadfast)\"."
    ;;
  uninstall) uninstall ;;
  *) echo "usage: $0 install|uninstall" >&2; exit 2 ;;
esac
