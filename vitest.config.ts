// SPDX-License-Identifier: MIT
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';

// Suites that start servers and hosts run one file at a time: the machine has few cores, and a host
// that waits for its turn looks like a host that hangs.
const real = ['contract', 'native', 'interop', 'node'];

// libpurple's and GLib's own leaks are told apart by their frames, which needs whole stacks; their
// modules stay loaded so that the frames have names, and GLib takes every byte from malloc.
const sanitizers = {
  STEADFAST_TEST_BUILD: 'build/sanitized/build',
  ASAN_OPTIONS: 'fast_unwind_on_malloc=0:malloc_context_size=12:detect_stack_use_after_return=1',
  LSAN_OPTIONS: `print_suppressions=0:suppressions=${fileURLToPath(
    new URL('test/sanitized/leaks.supp', import.meta.url),
  )}`,
  UBSAN_OPTIONS: 'print_stacktrace=1',
  G_DEBUG: 'resident-modules',
  G_SLICE: 'always-malloc',
};

/** Node.js has no sanitizer in it; the library that it loads in our name has. */
const inNode = {
  ...sanitizers,
  LD_PRELOAD: String(spawnSync('gcc', ['-print-file-name=libasan.so']).stdout ?? '').trim(),
  // Node.js frees nothing at its end, and whole stacks at each of its allocations take minutes.
  ASAN_OPTIONS: 'detect_leaks=0:detect_stack_use_after_return=1',
};

/** Runs of chaos wait most of their time: several of them share two cores. A project inherits nothing. */
const chaotic = { maxConcurrency: Number(process.env.STEADFAST_CHAOS_JOBS ?? 7) };

/** The longest of the fast suite, which would be alone at its end. */
const LONG = ['simulation-rooms', 'crash-steps', 'simulation', 'simulation-sasl2', 'planted'];

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const places = LONG.map((name) => `/simulation/${name}.test.ts`);
    const rank = ({ moduleId }: TestSpecification) => {
      const place = places.findIndex((path) => moduleId.endsWith(path));
      return place < 0 ? places.length : place;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongFirst },
    // By default one processor is left free, which is half of a small machine.
    maxWorkers: availableParallelism(),
    projects: [
      {
        test: {
          name: 'fast',
          include: [
            'test/{core,delivery,features,engine,simulation,disk,transport,ipc,scripts}/**/*.test.ts',
            'bench/**/*.test.ts',
          ],
          testTimeout: 60_000,
          // To read the same modules for each file takes as long as a quarter of the tests, and these files leave
          // nothing behind but what is restored here.
          isolate: false,
          restoreMocks: true,
        },
      },
      ...real.map((name) => ({
        test: {
          name,
          include: [`test/${name}/**/*.test.ts`],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      })),
      ...[
        {
          name: 'sanitized',
          include: [
            'test/sanitized/*.test.ts',
            'test/contract/golden.test.ts',
            'test/native/{access,messages,carbons,receipts,roster,prompts,protocol}.test.ts',
            'test/native/muc{,-invitations,-lines,-occupants,-private,-subject}.test.ts',
          ],
          env: sanitizers,
        },
        {
          name: 'sanitized-node',
          include: ['test/node/{access,client,engine-life,promise,rooms,rooms-named}.test.ts'],
          env: inNode,
          setupFiles: 'test/sanitized/preloaded.ts',
        },
      ].map((suite) => ({
        test: {
          ...suite,
          globalSetup: 'test/sanitized/build.ts',
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      })),
      {
        test: {
          ...chaotic,
          name: 'chaos',
          include: ['test/chaos/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 240_000,
        },
      },
      {
        // Long, and not part of "make test": see "make soak".
        test: {
          ...chaotic,
          name: 'soak',
          include: ['test/soak/**/*.test.ts'],
          fileParallelism: false,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
