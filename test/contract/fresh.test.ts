// SPDX-License-Identifier: MIT
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectPath } from '../support/project.js';

describe('the generated contract', () => {
  it('is what protoc makes of engine.proto today', () => {
    const out = mkdtempSync(join(tmpdir(), 'steadfast-contract-'));
    try {
      execFileSync('protoc', [
        `--plugin=${projectPath('node_modules', '.bin', 'protoc-gen-es')}`,
        `--proto_path=${projectPath('bindings')}`,
        `--es_out=${out}`,
        '--es_opt=target=ts,import_extension=js',
        'engine.proto',
      ]);
      const fresh = readFileSync(join(out, 'engine_pb.ts'), 'utf8');
      const kept = readFileSync(projectPath('src', 'contract', 'engine_pb.ts'), 'utf8');
      expect(kept).toBe(fresh);
    } finally {
      rmSync(out, { recursive: true });
    }
  });
});
