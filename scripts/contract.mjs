// SPDX-License-Identifier: MIT
//
// Makes src/contract/engine_pb.ts from bindings/engine.proto. With --check nothing is written, and a
// committed file that differs is an error.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const committed = join(root, 'src/contract/engine_pb.ts');
const scratch = mkdtempSync(join(tmpdir(), 'steadfast-contract-'));

try {
  execFileSync(
    'protoc',
    [
      `--plugin=protoc-gen-es=${join(root, 'node_modules/.bin/protoc-gen-es')}`,
      '--proto_path=bindings',
      `--es_out=${scratch}`,
      ...['--es_opt=target=ts', '--es_opt=import_extension=js'],
      'engine.proto',
    ],
    { cwd: root, stdio: 'inherit' },
  );
  const fresh = readFileSync(join(scratch, 'engine_pb.ts'), 'utf8');
  if (!process.argv.includes('--check')) {
    writeFileSync(committed, fresh);
  } else if (fresh !== readFileSync(committed, 'utf8')) {
    console.error('src/contract/engine_pb.ts is stale: run "node scripts/contract.mjs"');
    process.exitCode = 1;
  }
} finally {
  rmSync(scratch, { recursive: true });
}
