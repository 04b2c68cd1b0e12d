// SPDX-License-Identifier: MIT
import { run } from './processes.js';
import { projectPath } from './project.js';

async function git(...args: string[]): Promise<string> {
  return (await run('git', args, { cwd: projectPath() })).trim();
}

const MEASURED = ['--', 'src', 'native', 'bindings'];

/** The last one that changed what is measured; with a star where the work tree has more. */
export async function measured(): Promise<string> {
  const last = await git('log', '-1', '--format=%h', ...MEASURED);
  const changes = await git('status', '--porcelain', ...MEASURED);
  return changes === '' ? last : `${last}*`;
}
