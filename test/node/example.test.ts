// SPDX-License-Identifier: MIT
//
// The C example, built as its first lines say, under valgrind and the
// sanitizers.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { projectPath } from '../support/project.js';
import { Workspace } from '../support/workspace.js';
import { RelayEngine } from './relay-engine.js';

let workspace: Workspace;
let engine: RelayEngine;

beforeEach(async () => {
  workspace = new Workspace();
  engine = await RelayEngine.start(workspace);
});

afterEach(() => workspace.close());

const c = projectPath('bindings', 'c');

function compile(...values: string[]): string {
  const program = workspace.path('client');
  const strict = ['-std=c11', '-Wall', '-Wextra', '-Werror', '-g', `-I${c}`];
  execFileSync('cc', [...strict, projectPath('examples', 'client.c'), ...values, '-o', program]);
  return program;
}

/** Against the shared library, as a program would. */
function plain(): string {
  const folder = projectPath('build', 'lib');
  return compile(`${folder}/libsteadfast.so.0`, `-Wl,-rpath,${folder}`);
}

/** With the library's own files, all under AddressSanitizer and UBSan. */
function sanitized(): string {
  const made = workspace.makeFolder('contract');
  const proto = `--proto_path=${projectPath('bindings')}`;
  execFileSync('protoc-c', [proto, `--c_out=${made}`, 'engine.proto']);
  const sources = readdirSync(c).filter((name) => name.endsWith('.c'));
  return compile(
    '-D_GNU_SOURCE',
    '-DSTEAD_PREFIX="/usr/local"',
    '-fsanitize=address,undefined',
    '-fno-sanitize-recover=all',
    `-I${made}`,
    ...sources.map((name) => join(c, name)),
    join(made, 'engine.pb-c.c'),
    '-lprotobuf-c',
  );
}

const valgrind = ['valgrind', '--quiet', '--error-exitcode=99', '--leak-check=full'];

describe('examples/client.c', () => {
  it.each([
    ['under valgrind', () => [...valgrind, plain()]],
    ['under AddressSanitizer and UBSan', () => [sanitized()]],
  ])('signs in, sends, outlives an engine and reads, %s', async (_, build) => {
    const [program = '', ...before] = build();
    const folder = workspace.path('s');
    const values = ['alice@home.example', 'secret', 'bob@home.example', 'Hello', folder];
    const child = spawn(program, [...before, ...values], {
      env: workspace.env({ STEADFAST_ENGINE: engine.script, STEADFAST_NODE: process.execPath }),
    });
    let [printed, complaints] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
    const ended = once(child, 'close');
    const { id } = await engine.next('sendMessage');
    const now = engine.now;
    engine.die();
    await engine.next('attach', undefined, now);
    engine.send(1, { case: 'link', value: { state: 1, jid: 'alice@home.example/x' } });
    const value = { inbox: 1, from: 'bob@home.example/y', body: 'Hi' };
    engine.send(1, { case: 'message', value });
    engine.send(1, { case: 'messageState', value: { id, state: 3 } });
    const [code] = (await ended) as [number];
    expect(code, complaints).toBe(0);
    // Valgrind 3.19 does not know pidfd_open, and says so in lines of this other mark.
    expect(complaints.replaceAll(/^--.*\n/gm, '')).toBe('');
    expect(printed).toContain('online as alice@home.example/x\nbob@home.example/y: Hi\n');
    expect(printed).toContain('text: state 3\n');
  });
});
