// SPDX-License-Identifier: MIT
//
// The C example, built as its first lines say, under valgrind.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
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

function build(): string {
  const program = workspace.path('client');
  const library = projectPath('build', 'lib');
  execFileSync('cc', [
    '-std=c11',
    '-Wall',
    '-Wextra',
    '-Werror',
    '-g',
    `-I${projectPath('bindings', 'c')}`,
    projectPath('examples', 'client.c'),
    `${library}/libsteadfast.so.0`,
    `-Wl,-rpath,${library}`,
    '-o',
    program,
  ]);
  return program;
}

describe('examples/client.c', () => {
  it('signs in, sends, outlives an engine and reads, without a bad access or a leak', async () => {
    const values = [
      'alice@home.example',
      'secret',
      'bob@home.example',
      'Hello',
      workspace.path('s'),
    ];
    const valgrind = ['--quiet', '--error-exitcode=99', '--leak-check=full'];
    const child = spawn('valgrind', [...valgrind, build(), ...values], {
      env: workspace.env({ STEADFAST_ENGINE: engine.script, STEADFAST_NODE: process.execPath }),
    });
    let [printed, complaints] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
    const ended = once(child, 'close');
    const { id } = await engine.next('sendMessage');
    const before = engine.now;
    engine.die();
    await engine.next('attach', undefined, before);
    engine.send(1, { case: 'link', value: { state: 1, jid: 'alice@home.example/x' } });
    engine.send(1, {
      case: 'message',
      value: { inbox: 1, from: 'bob@home.example/y', body: 'Hi' },
    });
    engine.send(1, { case: 'messageState', value: { id, state: 3 } });
    const [code] = (await ended) as [number];
    expect(code, complaints).toBe(0);
    expect(printed).toContain('online as alice@home.example/x\nbob@home.example/y: Hi\n');
    expect(printed).toContain('text: state 3\n');
    expect(complaints).not.toMatch(/definitely lost|Invalid (read|write)|uninitialised/);
  });
});
