// SPDX-License-Identifier: MIT
//
// Mutated frames through both readers, with a fixed seed and budget. FUZZ_SEED and FUZZ_FRAMES
// change them for a longer hunt.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeCommand } from '../../src/ipc/codec.js';
import { ContractError, FrameReader } from '../../src/ipc/frames.js';
import { projectPath } from '../support/project.js';

const seed = Number(process.env.FUZZ_SEED ?? 198);
const golden = projectPath('test', 'contract', 'golden');

function files(kind: string): string[] {
  const names = readdirSync(golden).filter(
    (name) => name.startsWith(kind) && name.endsWith('.bin'),
  );
  return names.sort().map((name) => join(golden, name));
}

describe('the C reader under AddressSanitizer and UBSan', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'steadfast-fuzz-'));
    const c = projectPath('bindings', 'c');
    execFileSync('protoc-c', [
      `--proto_path=${projectPath('bindings')}`,
      `--c_out=${folder}`,
      'engine.proto',
    ]);
    const sources = readdirSync(c).filter((name) => name.endsWith('.c'));
    execFileSync('cc', [
      '-std=c11',
      '-g',
      '-O1',
      '-D_GNU_SOURCE',
      '-DSTEAD_PREFIX="/usr/local"',
      '-fsanitize=address,undefined',
      '-fno-sanitize-recover=all',
      `-I${c}`,
      `-I${folder}`,
      ...sources.map((name) => join(c, name)),
      join(folder, 'engine.pb-c.c'),
      projectPath('test', 'contract', 'fuzz.c'),
      '-lprotobuf-c',
      '-o',
      join(folder, 'fuzz'),
    ]);
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('survives them, and lets no broken string out', () => {
    const frames = Number(process.env.FUZZ_FRAMES ?? 300_000);
    const said = execFileSync(
      join(folder, 'fuzz'),
      [String(seed), String(frames), ...files('event')],
      {
        encoding: 'utf8',
      },
    );
    const [, ran, events] = /^(\d+) frames, (\d+) events\n$/.exec(said) ?? [];
    expect(Number(ran)).toBe(frames);
    // Enough must pass to reach what lies behind the reader.
    expect(Number(events)).toBeGreaterThan(frames / 10);
  });
});

/** Numbers that are the same on every machine (mulberry32). */
function chances(state: number): (below: number) => number {
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

function mutated(frame: Buffer, other: Buffer, chance: (below: number) => number): Buffer {
  const at = chance(frame.length + 1);
  const [head, tail] = [frame.subarray(0, at), frame.subarray(at)];
  switch (chance(4)) {
    case 0:
      return Buffer.concat([head, Buffer.of(chance(256)), tail.subarray(1)]);
    case 1:
      return head;
    case 2:
      return Buffer.concat([head, other.subarray(chance(other.length)), tail]);
    default:
      return Buffer.concat([head, tail.subarray(chance(tail.length + 1))]);
  }
}

describe('the TypeScript reader', () => {
  it('gives a command or a contract error, whatever comes', () => {
    const chance = chances(seed);
    const samples = files('command').map((path) => readFileSync(path));
    const pick = (): Buffer => samples[chance(samples.length)] ?? Buffer.alloc(0);
    let [read, refused] = [0, 0];
    for (let run = 0; run < 50_000; run++) {
      let bytes = pick();
      for (let times = chance(5); times > 0; times--) bytes = mutated(bytes, pick(), chance);
      if (bytes.length >= 4 && chance(4) > 0) {
        bytes = Buffer.from(bytes);
        bytes.writeUInt32LE(bytes.length - 4);
      }
      try {
        for (const frame of new FrameReader().push(bytes)) {
          const command = decodeCommand(frame);
          expect(JSON.stringify(command.body.value, (_, value) => String(value))).not.toContain(
            '\\u0000',
          );
          read++;
        }
      } catch (error) {
        expect(error).toBeInstanceOf(ContractError);
        refused++;
      }
    }
    expect(read).toBeGreaterThan(5_000);
    expect(refused).toBeGreaterThan(5_000);
  });
});
