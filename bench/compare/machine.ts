// SPDX-License-Identifier: MIT
import { cpus, release, totalmem } from 'node:os';
import { run } from '../../test/support/processes.js';
import { measured } from '../../test/support/measured.js';
import { projectPath } from '../../test/support/project.js';

const PACKAGES = { prosody: 'prosody', ejabberd: 'ejabberd' };

async function printed(command: string, ...args: string[]): Promise<string> {
  return (await run(command, args, { cwd: projectPath() })).trim();
}

const version = (name: string): Promise<string> =>
  printed('dpkg-query', '-W', '-f=${Package} ${Version}', name).catch(() => `${name} unknown`);

/** On what, with which versions, when and at which commit, in one line each. */
export async function circumstances(
  servers: readonly (keyof typeof PACKAGES)[],
): Promise<string[]> {
  const packages = ['libpurple0', ...servers.map((name) => PACKAGES[name])];
  const versions = await Promise.all(packages.map(version));
  const processors = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return [
    `Machine: ${processors.length} × ${processors[0]?.model ?? '?'}, ${memory} GiB, Linux ${release()}`,
    `Versions: ${versions.join(', ')}, Node.js ${process.versions.node}`,
    `Date: ${new Date().toISOString().slice(0, 10)}; commit: ${await measured().catch(() => '?')}`,
  ];
}
