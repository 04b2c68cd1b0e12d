// SPDX-License-Identifier: MIT
import { execFileSync } from 'node:child_process';
import { projectPath } from '../support/project.js';

/** Before the suites that need it: everything in C once more, with the sanitizers. */
export function setup(): void {
  execFileSync(process.execPath, [projectPath('scripts', 'sanitized.mjs')], { stdio: 'inherit' });
}
