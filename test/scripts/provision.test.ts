// SPDX-License-Identifier: MIT
//
// scripts/provision.sh, with programs in the place of apt, dpkg, npm and Node.js that write down what
// they were asked for.

import { cpSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { run } from '../support/processes.js';
import { projectPath } from '../support/project.js';
import { Workspace } from '../support/workspace.js';

/** What the script uses beside the programs that are played. */
const TOOLS = ['sh', 'env', 'cat', 'dirname', 'readlink', 'uname', 'mkdir', 'tee', 'chmod', 'rm'];

let workspace: Workspace;

beforeEach(() => {
  workspace = new Workspace();
  cpSync(projectPath('scripts'), workspace.path('project/scripts'), { recursive: true });
  workspace.makeFolder('bin');
  for (const tool of TOOLS) symlinkSync(`/usr/bin/${tool}`, workspace.path('bin', tool));
  play(
    'dpkg-query',
    `for p in "$@"; do case $p in -*) ;; *) printf " %s:installed " "$p" ;; esac; done`,
  );
  play('apt-get');
  play('apt-cache');
  play('id', 'echo 1000');
});

afterEach(() => workspace.close());

/** A program of that name, which does this beside writing down its arguments. */
function play(name: string, script = ''): void {
  const log = workspace.path('asked');
  workspace.write(`bin/${name}`, `#!/bin/sh\necho "${name} $*" >>${log}\n${script}\n`, 0o700);
}

function playNode(version: string, headers: boolean): void {
  workspace.write('opt/bin/node', `#!/bin/sh\n[ ${version} -ge 20 ]\n`, 0o700);
  symlinkSync(workspace.path('opt/bin/node'), workspace.path('bin/node'));
  if (headers) workspace.write('opt/include/node/common.gypi', '');
}

function provision(...groups: string[]): Promise<string> {
  const env = workspace.env({ PATH: workspace.path('bin') });
  return run(workspace.path('project/scripts/provision.sh'), groups, { env });
}

function asked(program: string): string[] {
  const log = workspace.path('asked');
  if (!existsSync(log)) return [];
  const lines = readFileSync(log, 'utf8').split('\n');
  return lines.filter((line) => line.startsWith(`${program} `));
}

it('does and says nothing when all is there', async () => {
  playNode('20', true);
  play('npm');
  expect(await provision('build', 'server')).toBe('');
});

it.each([
  ['is too old', '18', true],
  ['has no headers beside it', '20', false],
])('fetches a Node.js of its own when the one that is there %s', async (_, version, headers) => {
  playNode(version, headers);
  play('npm');
  play('sudo');
  await provision('build');
  expect(asked('npm')).toEqual([
    expect.stringMatching(/install .*--prefix build\/node .*node-linux/),
  ]);
  expect(asked('sudo')).toEqual([]);
});

it('installs npm alone when only npm is missing', async () => {
  playNode('22', true);
  play('sudo');
  await provision('build');
  expect(asked('sudo').filter((line) => line.includes('apt-get'))).toEqual([
    expect.stringMatching(/apt-get .*--no-install-recommends npm$/),
  ]);
});

it('says what to run as root where it cannot become root', async () => {
  playNode('20', true);
  const answer = provision('build');
  await expect(answer).rejects.toThrow(/Please run as root: apt-get install .*npm\n$/);
  expect(asked('apt-get')).toEqual([]);
});
