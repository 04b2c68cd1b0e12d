// SPDX-License-Identifier: MIT
//
// The engine as a person starts it by hand.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { version } from '../../src/engine/version.js';
import { projectPath } from '../support/project.js';
import { Workspace } from '../support/workspace.js';

const workspace = new Workspace();
const engine = workspace.path('engine.cjs');

beforeAll(() => {
  buildSync({
    ...{ absWorkingDir: projectPath(), entryPoints: ['src/main.ts'], outfile: engine },
    ...{ bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' },
  });
});
afterAll(() => workspace.close());

function start(...args: string[]): { out: string; err: string; code: number | null } {
  const { stdout, stderr, status } = spawnSync(process.execPath, [engine, ...args], {
    encoding: 'utf8',
  });
  return { out: stdout, err: stderr, code: status };
}

it.each(['--help', '-h'])('%s tells what it is, how it is started, and where more is', (arg) => {
  const { out, err, code } = start(arg);
  expect({ err, code }).toEqual({ err: '', code: 0 });
  expect(out).toContain(`Steadfast ${version}: the engine`);
  expect(out).toMatch(/socket on descriptor 3/);
  expect(out).toMatch(/README\.md and docs\//);
  expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(110);
});

it('--help names every variable of the environment that the library and the transport read', () => {
  const read = (path: string): string => readFileSync(projectPath(...path.split('/')), 'utf8');
  const inC = [...read('bindings/c/locate.c').matchAll(/getenv \("(STEADFAST_\w+)"\)/g)];
  expect(inC.length).toBeGreaterThan(0);
  const { out } = start('--help');
  for (const [, name = ''] of inC) expect(out).toContain(`  ${name} `);
  for (const name of ['https_proxy', 'all_proxy', 'http_proxy', 'no_proxy'])
    expect(out).toContain(name);
});

it.each([[['--version']], [['--help', 'more']], [['']]])('%j is no argument of it', (args) => {
  const { out, err, code } = start(...args);
  expect({ out, code }).toEqual({ out: '', code: 64 });
  expect(err).toBe(`steadfast: the argument "${args.at(-1) ?? ''}" is not known. Try --help.\n`);
});

it('without arguments and without a host it says whose work that is', () => {
  const { out, err, code } = start();
  expect({ out, code }).toEqual({ out: '', code: 64 });
  expect(err).toMatch(/^steadfast: this is started by libsteadfast.* Try --help\.\n$/);
});
