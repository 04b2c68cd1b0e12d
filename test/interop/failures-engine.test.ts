// SPDX-License-Identifier: MIT
import { create, toBinary } from '@bufbuild/protobuf';
import { copyFileSync, readFileSync, symlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EventSchema } from '../../src/contract/engine_pb.js';
import { frame } from '../../src/ipc/frames.js';
import { projectPath } from '../support/project.js';
import { Failing, otherwiseShown, Reason, type SignIn } from './failing.js';

let failing: Failing;
beforeEach(async () => {
  failing = await Failing.open();
});
afterEach(() => failing.close());

/** An engine that says Hello in another version of the contract, and no more. */
function stranger(version: number): string {
  const body = { case: 'hello', value: { version, program: 'Odd 0.1' } } as const;
  const bytes = frame(toBinary(EventSchema, create(EventSchema, { seq: 1, body })));
  const hex = Buffer.from(bytes).toString('hex');
  return failing.workspace.write(
    'other/engine.cjs',
    `const host = new (require('node:net').Socket)({ fd: 3, readable: true, writable: true });
host.on('error', () => process.exit()).on('close', () => process.exit()).resume();
host.write(Buffer.from('${hex}', 'hex'));
`,
  );
}

/** A program in the place of Node.js. */
function node(script: string): string {
  return failing.workspace.write('bin/node', `#!/bin/sh\n${script}\n`, 0o700);
}

/** The plugin alone in a folder, as after half an installation. */
function plugin(): string {
  const folder = failing.workspace.makeFolder('plugins');
  const name = 'libsteadfast-purple.so';
  copyFileSync(projectPath('build', 'plugins', name), `${folder}/${name}`);
  return folder;
}

interface Row {
  what: string;
  arrange: () => SignIn;
  reason?: number;
  fatal?: boolean;
  words: RegExp[];
}

const rows: Row[] = [
  {
    what: 'STEADFAST_NODE names nothing',
    arrange: () => ({ env: { STEADFAST_NODE: '/nonexistent' } }),
    words: [/Node\.js is missing: STEADFAST_NODE names \/nonexistent/, /Correct or unset it/],
  },
  {
    what: 'there is no Node.js at all',
    arrange: () => {
      const folder = plugin();
      failing.workspace.makeFolder('plugins', 'steadfast');
      const engine = projectPath('build', 'plugins', 'steadfast', 'engine.cjs');
      copyFileSync(engine, `${folder}/steadfast/engine.cjs`);
      return { plugins: [folder], env: { PATH: withoutNode(), STEADFAST_NODE: undefined } };
    },
    words: [/Node\.js is missing: no "node" beside .* nor on the PATH/, /Install Node\.js 20/],
  },
  {
    what: 'Node.js is too old to read the engine',
    arrange: () => {
      const says = `echo "SyntaxError: Unexpected token" >&2; echo 'Node.js v14.21.3' >&2; exit 1`;
      return { env: { STEADFAST_NODE: node(says) } };
    },
    words: [/bin\/node is Node\.js 14\.21\.3/, /needs Node\.js 20 or newer/],
  },
  {
    what: 'Node.js is too old to run the engine',
    arrange: () => {
      const old = failing.workspace.write(
        'old.cjs',
        `Object.defineProperty(process.versions, 'node', { value: '18.20.4' });`,
      );
      return { env: { STEADFAST_NODE: node(`exec '${process.execPath}' -r '${old}' "$@"`) } };
    },
    words: [/needs Node\.js 20 or newer and was started with 18\.20\.4/],
    reason: Reason.INVALID_SETTINGS,
  },
  {
    what: 'STEADFAST_ENGINE names nothing',
    arrange: () => ({ env: { STEADFAST_ENGINE: '/nonexistent/engine.cjs' } }),
    words: [/engine is missing: STEADFAST_ENGINE names \/nonexistent\/engine\.cjs/, /Correct or/],
  },
  {
    what: 'there is no engine beside the plugin',
    arrange: () => ({ plugins: [plugin()], env: { STEADFAST_ENGINE: undefined } }),
    words: [
      /no steadfast\/engine\.cjs beside .*libsteadfast-purple\.so/,
      /Install Steadfast again/,
    ],
  },
  {
    what: 'the engine is too old',
    arrange: () => ({ env: { STEADFAST_ENGINE: stranger(0) } }),
    words: [/other\/engine\.cjs is too old/, /Install both from one release/],
  },
  {
    what: 'the engine is too new',
    arrange: () => ({ env: { STEADFAST_ENGINE: stranger(2) } }),
    words: [/other\/engine\.cjs is too new/, /Install both from one release/],
  },
  {
    what: 'the engine ends at once',
    arrange: () => ({ env: { STEADFAST_NODE: node('echo "Error: no such luck" >&2; exit 3') } }),
    words: [/could not be started/, /no such luck/],
    ...{ reason: Reason.NETWORK, fatal: false },
  },
  {
    what: 'the folder for what must be kept leads elsewhere',
    arrange: () => {
      failing.workspace.makeFolder('purple');
      symlinkSync(
        failing.workspace.makeFolder('elsewhere'),
        failing.workspace.path('purple/steadfast'),
      );
      return {};
    },
    words: [/purple\/steadfast is a symbolic link/, /Replace it by a real folder/],
  },
];

/** The programs of the system but Node.js, by links. */
function withoutNode(): string {
  const folder = failing.workspace.makeFolder('bin-without-node');
  for (const name of ['sh', 'setpriv']) symlinkSync(`/usr/bin/${name}`, `${folder}/${name}`);
  return folder;
}

describe('a sign-in without a usable engine fails with one clear message', () => {
  test.each(rows.map((row) => [row.what, row] as const))(
    '%s',
    async (_, { arrange, words, reason = Reason.OTHER, fatal = true }) => {
      const server = await failing.scripted();
      const { host, error } = await failing.fail(failing.to(server.port), arrange());
      for (const word of words) expect(error.text).toMatch(word);
      expect(error).toMatchObject({ reason, fatal });
      expect(otherwiseShown(host)).toEqual([]);
      expect(server.dials).toEqual([]);
    },
  );

  test('and is not started again and again', async () => {
    const log = failing.workspace.path('starts');
    const env = { STEADFAST_NODE: node(`echo >>'${log}'; exit 3`) };
    const { host } = await failing.fail({}, { env });
    const starts = readFileSync(log, 'utf8').length;
    // The first new start is at once, another may be under way when the host lets go.
    expect(starts).toBeLessThanOrEqual(3);
    // The wait before the next one is doubled each time, from 500 ms.
    await delay(5000);
    expect(readFileSync(log, 'utf8')).toHaveLength(starts);
    expect(host.all('connection-error')).toHaveLength(1);
  });
});
