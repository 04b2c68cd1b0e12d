// SPDX-License-Identifier: MIT
//
// Builds everything written in C once more, with AddressSanitizer and UndefinedBehaviorSanitizer in
// it: build/sanitized/ is a module folder of its own whose sources are links, so that node-gyp
// leaves build/ alone, even while another one works there. The result is in build/sanitized/build/.

import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, 'build', 'sanitized');

function link(from, ...to) {
  const path = join(folder, ...to);
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { force: true, recursive: true });
  symlinkSync(join(root, from), path);
}

function nodeGyp(...args) {
  const command = [join(root, 'scripts', 'with-node'), 'node-gyp', '--debug', '--loglevel=error'];
  const { status, stdout, stderr } = spawnSync(command[0], [...command.slice(1), ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`node-gyp ${args.join(' ')}: ${stdout}${stderr}`);
}

for (const name of ['binding.gyp', 'package.json', 'bindings', 'native', 'test']) link(name, name);
// The plugin looks for its engine beside itself.
link('build/plugins/steadfast', 'build', 'plugins', 'steadfast');
nodeGyp('configure', '--', '-Dsanitize=address,undefined');
nodeGyp('build', '--jobs=2');
