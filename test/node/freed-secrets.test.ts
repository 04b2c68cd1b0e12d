// SPDX-License-Identifier: MIT
//
// What libsteadfast has freed may stay in memory for long, and goes into a core file with it.

import { afterEach, beforeEach, expect, it } from 'vitest';
import { run } from '../support/processes.js';
import { builtPath, projectPath } from '../support/project.js';
import { Workspace } from '../support/workspace.js';
import { RelayEngine } from './relay-engine.js';

let workspace: Workspace;
beforeEach(() => (workspace = new Workspace()));
afterEach(() => workspace.close());

/** @returns the answer to a command with a password in it, and in how much of what was freed that was left */
async function lines(engine: string): Promise<string[]> {
  const program = workspace.path('freed-secrets');
  const source = projectPath('test', 'node', 'freed-secrets.c');
  const include = `-I${projectPath('bindings', 'c')}`;
  const library = builtPath('lib', 'libsteadfast.so.0');
  await run('gcc', ['-Wall', '-Werror', include, '-o', program, source, library]);
  const printed = await run(program, [workspace.path('state'), 'canary-of-the-room'], {
    env: workspace.env({
      STEADFAST_ENGINE: engine,
      STEADFAST_NODE: process.execPath,
      LD_LIBRARY_PATH: builtPath('lib'),
    }),
  });
  return printed.trim().split('\n');
}

it('a password is wiped from a command that no engine took', async () => {
  expect(await lines(workspace.path('no-engine.cjs'))).toEqual([
    'refused',
    'left in 0 of what was freed',
  ]);
});

it('a password is wiped from a command that a second engine was given again', async () => {
  const engine = await RelayEngine.start(workspace);
  engine.accepting = false;
  const printed = lines(engine.script);
  await engine.next('setBookmark');
  engine.accepting = true;
  engine.die();
  expect(await printed).toEqual(['accepted', 'left in 0 of what was freed']);
  expect(engine.starts).toBe(2);
});
