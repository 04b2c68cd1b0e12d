// SPDX-License-Identifier: MIT
//
// What the system refuses: what may pass is tried again, and nothing is told as something else.

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { run } from '../support/processes.js';
import { projectPath } from '../support/project.js';
import { Workspace } from '../support/workspace.js';
import { Stage } from './stage.js';

/** libpurple's PurpleConnectionError. */
const Reason = { NETWORK: 0, INVALID_SETTINGS: 7, OTHER: 16 };
/** Linux's errno values. */
const Errno = { EACCES: 13, EMFILE: 24, ENOSPC: 28, ENOLCK: 37 };

let stage: Stage;
afterEach(() => stage.close());

const tools = new Workspace();
const library = tools.path('failing.so');
beforeAll(async () => {
  const source = projectPath('test', 'native', 'failing.c');
  await run('gcc', ['-D_GNU_SOURCE', '-shared', '-fPIC', '-o', library, source]);
});
afterAll(() => tools.close());

/** A host in which one call of the system fails. */
async function failing(call: string, errno: number): Promise<number> {
  const env = { STEADFAST_TEST_FAIL: `${call}=${errno}`, LD_PRELOAD: library };
  stage = await Stage.set({ env });
  const account = await stage.host.account('alice@home.example', {}, 'sesame');
  await stage.host.run('account-enable', { account, enabled: true });
  return account;
}

test.each([
  ['state', Errno.ENOSPC, Reason.NETWORK],
  ['state', Errno.EMFILE, Reason.NETWORK],
  ['state', Errno.EACCES, Reason.OTHER],
  ['account', Errno.ENOSPC, Reason.NETWORK],
  ['account', Errno.EACCES, Reason.INVALID_SETTINGS],
])('no %s folder can be made, errno %i', async (call, errno, reason) => {
  await failing(call, errno);
  const error = await stage.host.next('connection-error');
  expect(error).toMatchObject({ reason, fatal: reason !== Reason.NETWORK });
  expect(error.text).toContain('cannot be made (');
});

test('a lock that cannot be taken is not told as another program', async () => {
  await failing('lock', Errno.ENOLCK);
  const { text } = await stage.host.next('progress');
  expect(text).toContain('locking its file failed (No locks available)');
  expect(text).not.toContain('uses this account');
});
