// SPDX-License-Identifier: MIT
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { projectPath } from '../support/project.js';
import { Workspace } from '../support/workspace.js';

let workspace: Workspace;

beforeEach(() => {
  workspace = new Workspace();
});

afterEach(() => workspace.close());

it('libpurple, hosted by Node itself, offers the protocol beside its own XMPP', () => {
  const script = projectPath('test', 'node', 'purple-smoke.mjs');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--expose-gc', script, projectPath('build', 'plugins'), workspace.makeFolder('purple')],
    { encoding: 'utf8', env: workspace.env(), timeout: 60_000 },
  );
  expect(status, stderr).toBe(0);
  const { protocols } = JSON.parse(stdout) as { protocols: { id: string; name: string }[] };
  expect(protocols).toContainEqual({ id: 'prpl-steadfast', name: 'XMPP (Steadfast)' });
  expect(protocols).toContainEqual({ id: 'prpl-jabber', name: 'XMPP' });
});
