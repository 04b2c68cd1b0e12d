// SPDX-License-Identifier: MIT
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PurpleHost } from '../native/host.js';
import { Workspace } from '../support/workspace.js';

let workspace: Workspace;
beforeEach(() => {
  workspace = new Workspace();
});
// The host that fails is ended here a second time, and fails again.
afterEach(() => workspace.close().catch(() => undefined));

test('the host looks for leaks: unsuppressed, those of libpurple fail it when it quits', async () => {
  const host = await PurpleHost.start(workspace, { env: { LSAN_OPTIONS: '' } });
  await expect(host.quit()).rejects.toThrow(/LeakSanitizer: detected memory leaks/);
});

test('nothing else is found in a host that does nothing', async () => {
  const host = await PurpleHost.start(workspace);
  expect(await host.quit()).toBe(0);
});
