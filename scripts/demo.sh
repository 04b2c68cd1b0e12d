#!/bin/sh
# SPDX-License-Identifier: MIT
# See `make demo` in the README.
set -eu
cd "$(dirname "$0")/.."
scripts/provision.sh build hosts server
make --no-print-directory build
scripts/with-node esbuild scripts/demo.ts --bundle --platform=node --target=node20 --format=esm \
  --log-level=warning --outfile=build/demo.mjs
exec scripts/with-node node build/demo.mjs
