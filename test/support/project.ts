// SPDX-License-Identifier: MIT
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The work tree: found upwards, since this file also runs from inside a bundle in build/. */
function root(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'bindings', 'engine.proto'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('not inside the work tree');
    folder = parent;
  }
  return folder;
}

export function projectPath(...names: string[]): string {
  return resolve(root(), ...names);
}

/** In the folder of the build that is tested: `build`, or that of another build (sanitizers). */
export function builtPath(...names: string[]): string {
  return projectPath(process.env.STEADFAST_TEST_BUILD ?? 'build', ...names);
}
