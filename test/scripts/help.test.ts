// SPDX-License-Identifier: MIT

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { projectPath } from '../support/project.js';

it('make help lists every target that is called by name', () => {
  const makefile = readFileSync(projectPath('Makefile'), 'utf8');
  const targets = /^\.PHONY:(.*)$/m.exec(makefile)?.[1]?.trim().split(/\s+/) ?? [];
  expect(targets).toContain('help');
  const { stdout, stderr, status } = spawnSync('make', ['-s', 'help'], {
    // What a make above us has told its children is nothing to this one.
    ...{ cwd: projectPath(), encoding: 'utf8', env: { PATH: process.env.PATH } },
  });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  const listed = [...stdout.matchAll(/^make ([a-z-]+)/gm)].map(([, name]) => name);
  expect(listed.sort()).toEqual([...targets].sort());
  // As it stands there, and nothing of what is below.
  expect(makefile).toContain(stdout.trim().split('\n').join('\n# ').replace(/^/, '# '));
  expect(stdout).not.toContain('SPDX');
  expect(stdout).not.toContain('RUN =');
});
