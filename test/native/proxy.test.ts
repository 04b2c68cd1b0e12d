// SPDX-License-Identifier: MIT
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Workspace } from '../support/workspace.js';
import { PurpleHost } from './host.js';

let workspace: Workspace;
let host: PurpleHost;

beforeEach(async () => {
  workspace = new Workspace();
  host = await PurpleHost.start(workspace);
});

afterEach(() => workspace.close());

test('an account that is set to use a proxy is refused with words, and nothing is started for it', async () => {
  const account = await host.account('alice@example.org', {}, 'secret');
  await host.run('account-set', { account, proxy: true });
  await host.run('account-enable', { account, enabled: true });
  const error = await host.next('connection-error');
  expect(error.fatal).toBe(true);
  expect(error.text).toContain('set to use a proxy');
  expect(error.text).toContain('none was made');
  expect(workspace.residents().filter(({ command }) => command.includes('engine'))).toEqual([]);
});
