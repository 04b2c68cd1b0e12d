// SPDX-License-Identifier: MIT
//
// scripts/test.mjs, with programs in the place of the checks and of vitest, which say what they are told to.

import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { projectPath } from '../support/project.js';
import { Workspace } from '../support/workspace.js';

const PROJECTS = [
  'fast',
  'native',
  'interop',
  'sanitized',
  'sanitized-node',
  'chaos',
  'node',
  'soak',
];
const CHECKS = ['git', 'tsc', 'eslint', 'prettier', 'clang-format', 'node'];
/** By its results: what is said of it is in a file of that name, or one test passes. */
const VITEST = `#!/bin/sh
for word; do case $word in --outputFile.json=*) to=\${word#*=} ;; esac; done
name=\${to##*/}
echo "\${name%.json} begins" >>order
echo "words of \${name%.json}"
if [ -e "said/$name" ]; then from=said/$name; else from=said/one.json; fi
[ -s "$from" ] && cp "$from" "$to"
echo "\${name%.json} ends" >>order
[ "$from" = said/one.json ]
`;

interface Outcome {
  title: string;
  status: string;
  ancestorTitles?: string[];
}

let workspace: Workspace;

beforeEach(() => {
  workspace = new Workspace();
  workspace.makeFolder('project');
  for (const tool of ['sh', 'cp']) link(`/usr/bin/${tool}`, 'bin', tool);
  for (const program of CHECKS) play(program, 'exit 0');
  workspace.write('bin/vitest', VITEST, 0o700);
  const projects = JSON.stringify(PROJECTS.map((name) => ({ test: { name } })));
  workspace.write(
    'project/vitest.config.mjs',
    `export default { test: { projects: ${projects} } };`,
  );
  workspace.makeFolder('project/scripts');
  cpSync(projectPath('scripts/test.mjs'), workspace.path('project/scripts/test.mjs'));
  link(projectPath('node_modules'), 'project', 'node_modules');
  said('one', [{ title: 'it', status: 'passed' }]);
});

afterEach(() => workspace.close());

function link(from: string, folder: string, name: string): void {
  workspace.makeFolder(folder);
  symlinkSync(from, workspace.path(folder, name));
}

function play(program: string, script: string): void {
  workspace.write(`bin/${program}`, `#!/bin/sh\n${script}\n`, 0o700);
}

function said(results: string, outcomes: Outcome[], message = ''): void {
  const file = {
    name: workspace.path('project/test/a.test.ts'),
    status:
      outcomes.every(({ status }) => status === 'passed') && message === '' ? 'passed' : 'failed',
    message,
    assertionResults: outcomes.map((outcome) => ({ ancestorTitles: [], ...outcome })),
  };
  workspace.write(`project/said/${results}.json`, JSON.stringify({ testResults: [file] }));
}

function tests(...args: string[]) {
  const env = workspace.env({ PATH: workspace.path('bin') });
  const { status, stdout } = spawnSync(process.execPath, ['scripts/test.mjs', ...args], {
    ...{ cwd: workspace.path('project'), env, encoding: 'utf8' },
  });
  const lines = stdout.trimEnd().split('\n');
  const sum = readFileSync(workspace.path('project/build/test-results/sum'), 'utf8');
  expect(lines.at(-1)).toBe(sum.trimEnd());
  return { status, lines, sum: lines.at(-1) };
}

/** What stands at the end, from the blank line on. */
function end(lines: readonly string[]): readonly string[] {
  return lines.slice(lines.lastIndexOf('') + 1);
}

it('runs every check and every suite but soak, one beside the fast one, and adds up what passed', () => {
  const { status, lines, sum } = tests();
  // Six checks; fast, chaos, sanitized, sanitized-node and node whole; interop in four, native in two.
  expect(sum).toBe('17 passed, 0 failed');
  expect(end(lines)).toEqual([sum]);
  expect(status).toBe(0);
  const begun = lines.filter((line) => line.startsWith('words of ')).map((line) => line.slice(9));
  expect(begun.sort()).toEqual([
    ...['chaos', 'fast', 'interop-1-4', 'interop-2-4', 'interop-3-4', 'interop-4-4'],
    ...['native-1-2', 'native-2-2', 'node', 'sanitized', 'sanitized-node'],
  ]);
  const order = readFileSync(workspace.path('project/order'), 'utf8').trimEnd().split('\n');
  // Beside the fast suite there is one other at a time.
  const early = order.slice(0, order.indexOf('fast ends'));
  expect(early).toContain('fast begins');
  const others = early.filter((line) => !line.startsWith('fast'));
  const running = others.map((line) => (line.endsWith('begins') ? 1 : -1));
  const most = running.map((_, at) => running.slice(0, at + 1).reduce<number>((a, b) => a + b, 0));
  expect(Math.max(0, ...most)).toBeLessThanOrEqual(1);
  // These two use what is built once.
  expect(order.indexOf('sanitized-node begins')).toBeGreaterThan(order.indexOf('sanitized ends'));
});

describe('names at the end, above the sum,', () => {
  it('each test that failed or was skipped, with its suite, file and titles', () => {
    said('fast', [
      { title: 'it breaks', status: 'failed', ancestorTitles: ['somebody', 'somewhere'] },
      { title: 'it holds', status: 'passed' },
    ]);
    said('interop-3-4', [{ title: 'not today', status: 'skipped' }]);
    const { status, lines, sum } = tests();
    expect(end(lines)).toEqual([
      'FAILED: fast: test/a.test.ts > somebody > somewhere > it breaks',
      'FAILED: interop: test/a.test.ts > not today (skipped)',
      sum,
    ]);
    expect(sum).toBe('16 passed, 2 failed');
    expect(status).toBe(1);
  });

  it('a file that could not be read, by what was said of it; a suite that ended badly, or told nothing', () => {
    said('native-2-2', [], 'Error: no such module\n  at a place');
    // All of these passed, and yet it says that it failed.
    said('node', [{ title: 'it', status: 'passed' }]);
    workspace.write('project/said/chaos.json', '');
    said('interop-1-4', []);
    const { status, lines, sum } = tests();
    const failed = [...end(lines).slice(0, -1)];
    expect(failed.sort()).toEqual([
      'FAILED: native: test/a.test.ts: Error: no such module',
      'FAILED: vitest chaos',
      'FAILED: vitest interop 1/4',
      'FAILED: vitest node',
    ]);
    expect(sum).toBe('14 passed, 4 failed');
    expect(status).toBe(1);
  });

  it('a check that failed, with its words where it ran', () => {
    play('eslint', 'echo this is wrong; exit 1');
    const { lines, sum } = tests('--lint');
    expect(lines.filter((line) => line.startsWith('words of '))).toEqual([]);
    expect(end(lines)).toEqual(['FAILED: eslint', sum]);
    expect(sum).toBe('5 passed, 1 failed');
    expect(lines).toContain('this is wrong');
  });

  it('a check whose program is not there', () => {
    rmSync(workspace.path('bin/prettier'));
    const { lines } = tests('--lint');
    expect(end(lines)[0]).toBe('FAILED: prettier');
    expect(lines).toContain('prettier is not installed; make test would do it.');
  });

  it('the tests as a whole, when git does not say what there is to check', () => {
    play('git', 'echo no repository >&2; exit 128');
    const { status, lines, sum } = tests();
    expect(end(lines)).toEqual(['FAILED: the tests as a whole', sum]);
    expect(sum).toBe('0 passed, 1 failed');
    expect(lines.join('\n')).toContain('no repository');
    expect(status).toBe(1);
  });
});
