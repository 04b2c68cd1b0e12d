// SPDX-License-Identifier: MIT
import { buildSync } from 'esbuild';
import { expect, test } from 'vitest';
import { run } from '../support/processes.js';
import { startDisplay } from '../support/pidgin.js';
import { projectPath } from '../support/project.js';
import { Workspace } from '../support/workspace.js';

// What `make demo` does once everything is built, without a terminal.

test.each(['Finch', 'Pidgin'])('the demonstration plays to its end in %s', async (host) => {
  const workspace = new Workspace();
  try {
    const outfile = projectPath('build', 'demo.mjs');
    const entryPoints = [projectPath('scripts', 'demo.ts')];
    buildSync({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm' });
    const display = host === 'Pidgin' ? await startDisplay(workspace) : undefined;
    const env = { ...process.env, DISPLAY: display };
    const transcript = await run(process.execPath, [outfile], { env });
    expect(transcript).toMatch(new RegExp(`^${host} 2\\.`));
    expect(transcript).toContain('by EXTERNAL over TLSv1.3');
    expect(transcript).toContain('Every message once and in order');
  } finally {
    await workspace.close();
  }
});
