# SPDX-License-Identifier: MIT
#
# make demo    alice and bob talk over a link that is cut, in a real Pidgin or Finch
# make test    everything that is checked, ending in the line "N passed, N failed"
# make build   build/plugins, from which a libpurple program runs it without installing
# make lint    what is checked without running: types, eslint, prettier, clang-format, generated files
# make sim SEED=n     one seed of the simulation, with its trace
# make soak    the simulation for STEADFAST_SIM_MINUTES (10), many more kills, more chaos, and an archive gap of
#              STEADFAST_GAP (20000) messages
# make compare the same faults for prpl-jabber and for ours, as two tables; a part of it:
#              make compare FAULTS=rst,fin RUNS=1 MESSAGES=100 SERVERS="prosody ejabberd"
#              the same in a room: make compare ROOMS=1
# make bench   speed and cost beside prpl-jabber, as one table: RUNS=5 GAP=20000 KEEP=1
# make bench-rooms  the same for many large rooms joined at once: RUNS=5 ROOMS=20 OCCUPANTS=500 KEEP=1
# make bench-connect  round trips until an account is online or resumed, beside prpl-jabber: RUNS=3 RTT=200 KEEP=1
# make install [PREFIX=/usr] [DESTDIR=...]     into ~/.purple/plugins, or for all users
# make uninstall [PREFIX=/usr] [DESTDIR=...]   takes it away again
# make clean   removes build/
# make help    this list

RUN = scripts/with-node

.PHONY: build demo test lint sim soak compare bench bench-rooms bench-connect install uninstall clean help

build: node_modules/.package-lock.json
	scripts/provision.sh build
	$(RUN) tsc --build src
	$(RUN) node scripts/bundle.mjs
	$(RUN) node-gyp configure build --loglevel=warn

# npm writes this file last, so it is older than the lockfile when the modules are stale.
node_modules/.package-lock.json: package-lock.json
	scripts/provision.sh build
	$(RUN) npm ci --no-audit --no-fund --loglevel=error
	touch $@

demo:
	scripts/demo.sh

test:
	scripts/provision.sh build hosts server test
	$(MAKE) build
	$(RUN) node scripts/test.mjs

lint: node_modules/.package-lock.json
	$(RUN) node scripts/test.mjs --lint

SEED = 1
sim: node_modules/.package-lock.json
	$(RUN) esbuild test/simulation/replay.ts --bundle --platform=node --format=cjs \
	  --log-level=warning --outfile=build/replay.cjs
	$(RUN) node build/replay.cjs $(SEED)

soak: build
	$(RUN) esbuild test/simulation/soak.ts --bundle --platform=node --format=cjs \
	  --log-level=warning --outfile=build/soak.cjs
	$(RUN) node build/soak.cjs $${STEADFAST_SIM_MINUTES:-10}
	$(RUN) vitest run --project soak; status=$$?; \
	  $(RUN) node scripts/chaos-sums.mjs; exit $$status
	STEADFAST_GAP=$${STEADFAST_GAP:-20000} $(RUN) vitest run --project interop test/interop/archive-gap

# What is given on the command line is in the environment of the recipe.
compare:
	scripts/provision.sh build server $(if $(findstring ejabberd,$(SERVERS)),test)
	$(MAKE) build
	$(RUN) esbuild bench/compare/main.ts --bundle --packages=external --platform=node --target=node20 --format=esm \
	  --log-level=warning --outfile=build/compare.mjs
	$(RUN) node build/compare.mjs

bench:
	scripts/provision.sh build server
	$(MAKE) build
	$(RUN) esbuild bench/speed/main.ts --bundle --platform=node --target=node20 --format=esm \
	  --log-level=warning --outfile=build/bench.mjs
	$(RUN) node build/bench.mjs

bench-rooms:
	scripts/provision.sh build hosts server test
	$(MAKE) build
	$(RUN) esbuild bench/rooms/main.ts --bundle --platform=node --target=node20 --format=esm \
	  --log-level=warning --outfile=build/bench-rooms.mjs
	$(RUN) node build/bench-rooms.mjs

bench-connect:
	scripts/provision.sh build server test
	$(MAKE) build
	$(RUN) esbuild bench/connect/main.ts --bundle --packages=external --platform=node --target=node20 --format=esm \
	  --log-level=warning --outfile=build/bench-connect.mjs
	$(RUN) node build/bench-connect.mjs

# Built before, or now: a root that installs shall not leave its files in a user's build folder.
install:
	@[ -e build/plugins/libsteadfast-purple.so ] || $(MAKE) build
	scripts/install.sh install

uninstall:
	scripts/install.sh uninstall

clean:
	rm -rf build

# What stands at the top of this file.
help:
	@sed -n '3,/^$$/s/^# \{0,1\}//p' $(firstword $(MAKEFILE_LIST))
