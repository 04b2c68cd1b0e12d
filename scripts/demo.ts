// SPDX-License-Identifier: MIT
import { setStage } from './demo-stage.js';
import { live } from './demo-live.js';
import { play } from './demo-scenario.js';
import { Workspace } from '../test/support/workspace.js';

const workspace = new Workspace();
const say = (text: string): void => void process.stdout.write(`${text}\n`);

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => void workspace.close().finally(() => process.exit(1)));

try {
  const stage = await setStage(workspace);
  if (process.stdin.isTTY && process.stdout.isTTY) await live(stage);
  else await play(stage, say);
} catch (fault) {
  process.stderr.write(`The demonstration failed: ${String(fault)}\n`);
  process.exitCode = 1;
} finally {
  await workspace.close();
}
