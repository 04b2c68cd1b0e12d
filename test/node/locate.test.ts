// SPDX-License-Identifier: MIT
//
// Where the engine and Node.js are looked for when the environment does not say.

import { copyFileSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Client } from '../../bindings/node/index.js';
import { projectPath } from '../support/project.js';
import { Bench } from './bench.js';

const path = process.env.PATH;
let bench: Bench;
let client: Client | undefined;

beforeEach(async () => {
  bench = await Bench.open();
  delete process.env.STEADFAST_ENGINE;
  delete process.env.STEADFAST_NODE;
  process.env.PATH = '';
});

afterEach(async () => {
  process.env.PATH = path;
  await client?.close();
  await bench.close();
});

/** Puts a copy of the library there; a copy of its own each, since one path is loaded once. */
function library(...names: string[]): string {
  const place = bench.path(...names);
  mkdirSync(dirname(place), { recursive: true });
  copyFileSync(projectPath('build', 'lib', 'libsteadfast.so.0'), place);
  return place;
}

function engine(...names: string[]): void {
  const folder = bench.path(...names);
  mkdirSync(folder, { recursive: true });
  copyFileSync(bench.engine.script, `${folder}/engine.cjs`);
  symlinkSync(process.execPath, `${folder}/node`);
}

describe('the engine and the Node.js beside it', () => {
  it.each<[string, () => string]>([
    [
      'in steadfast/ beside the library',
      () => {
        engine('plugins', 'steadfast');
        return library('plugins', 'lib.so');
      },
    ],
    [
      'beside the real library behind a link',
      () => {
        engine('plugins', 'steadfast');
        symlinkSync(library('plugins', 'lib.so'), bench.path('link.so'));
        return bench.path('link.so');
      },
    ],
    [
      'in lib/steadfast below the prefix of the library',
      () => {
        engine('prefix', 'lib', 'steadfast');
        return library('prefix', 'lib', 'x86_64-linux-gnu', 'lib.so');
      },
    ],
  ])('are found %s', async (_, arrange) => {
    client = new Client(arrange(), 'Test 1.0', bench.path('located'));
    bench.watch(client);
    client.attach(1, { jid: 'alice@home.example' });
    await bench.engine.next('attach');
  });
});

describe('what is not found', () => {
  it('is the engine: the text names the library and the remedy', async () => {
    const place = library('alone', 'lib.so');
    client = new Client(place, 'Test 1.0', bench.path('located'));
    const seen = bench.watch(client);
    client.attach(1, { jid: 'alice@home.example' });
    const { error } = await seen.next('the failure', ({ type }) => type === 'engine');
    expect(error).toMatchObject({ condition: 'engine-missing', retry: 'never' });
    expect(error?.text).toContain(`no steadfast/engine.cjs beside ${place}`);
    expect(error?.text).toContain('STEADFAST_ENGINE');
  });

  it('is Node.js: not taken from a relative entry of the PATH either', async () => {
    process.env.PATH = `.:relative`;
    process.env.STEADFAST_ENGINE = bench.engine.script;
    const seen = bench.watch();
    bench.attach();
    const { error } = await seen.next('the failure', ({ type }) => type === 'engine');
    expect(error).toMatchObject({ condition: 'node-missing', retry: 'never' });
    expect(error?.text).toContain('Install Node.js 20 or newer');
  });

  it('is looked for on the PATH, last', async () => {
    process.env.PATH = `/nowhere:${dirname(process.execPath)}`;
    process.env.STEADFAST_ENGINE = bench.engine.script;
    bench.watch();
    bench.attach();
    await bench.engine.next('attach');
  });
});
