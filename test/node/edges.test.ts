// SPDX-License-Identifier: MIT
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../support/processes.js';
import { builtPath, projectPath } from '../support/project.js';
import { Workspace } from '../support/workspace.js';

const workspace = new Workspace();
const program = workspace.path('edges');
const locale = 'de_DE.ISO-8859-1';
beforeAll(async () => {
  const library = builtPath('lib', 'libsteadfast.so.0');
  const source = projectPath('test', 'node', 'edges.c');
  const include = `-I${projectPath('bindings', 'c')}`;
  await run('gcc', ['-Wall', '-Werror', include, '-o', program, source, library]);
  await run('localedef', ['-i', 'de_DE', '-f', 'ISO-8859-1', workspace.path(locale)]);
});
afterAll(() => workspace.close());

async function edges(state: string, env: Record<string, string>): Promise<string[]> {
  const printed = await run(program, [workspace.path(state)], {
    env: workspace.env({
      STEADFAST_ENGINE: workspace.path('no-engine.cjs'),
      LD_LIBRARY_PATH: builtPath('lib'),
      ...env,
    }),
  });
  return printed.trim().split('\n');
}

it('what a program may leave out does no harm, and the library tells its version', async () => {
  const { version } = JSON.parse(readFileSync(projectPath('package.json'), 'utf8')) as {
    version: string;
  };
  expect(await edges('plain', {})).toEqual([
    `version ${version}`,
    `headers ${version} ${version}`,
    'chain none',
    'no options: 0',
    'because: An account cannot be attached without options.',
    'attach: 1',
  ]);
});

it("an account has the same folder whatever the program's locale", async () => {
  for (const [state, env] of [
    ['c', { LC_ALL: 'C' }],
    ['latin', { LC_ALL: locale, LOCPATH: workspace.path('.') }],
  ] as const) {
    await edges(state, env);
    const folders = readdirSync(workspace.path(state)).filter((name) => name.includes('@'));
    expect(folders).toEqual(['%c3%84liceb@home.example']);
  }
});
