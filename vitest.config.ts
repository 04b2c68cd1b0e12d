// SPDX-License-Identifier: MIT
import { defineConfig } from 'vitest/config';

// Suites that start servers and hosts run one file at a time: the machine has few cores, and a host
// that waits for its turn looks like a host that hangs.
const real = ['contract', 'native', 'interop', 'node'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'fast',
          include: [
            'test/{core,delivery,features,engine,simulation,disk,transport,ipc}/**/*.test.ts',
          ],
          testTimeout: 60_000,
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
      {
        // Long, and not part of "make test": see "make soak".
        test: {
          name: 'soak',
          include: ['test/soak/**/*.test.ts'],
          fileParallelism: false,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
