// SPDX-License-Identifier: MIT
//
// All parts real but the host: this binding, libsteadfast, the engine as it is shipped, Prosody.

import { readdirSync, readlinkSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Client, type Event } from '../../bindings/node/index.js';
import { Authority } from '../support/certificates.js';
import { Observed } from '../support/observed.js';
import { builtPath } from '../support/project.js';
import { Prosody } from '../support/prosody.js';
import { Workspace } from '../support/workspace.js';

const library = builtPath('lib', 'libsteadfast.so.0');
const people = ['alice', 'bob'] as const;
type Person = (typeof people)[number];

let workspace: Workspace;
let server: Prosody;
let clients: Record<Person, Client>;
let seen: Record<Person, Observed<Event>>;

function watch(client: Client): Observed<Event> {
  const events = new Observed<Event>();
  void (async () => {
    for await (const event of client) events.add(event);
  })();
  return events;
}

beforeEach(async () => {
  workspace = new Workspace();
  process.env.STEADFAST_ENGINE = builtPath('plugins', 'steadfast', 'engine.cjs');
  process.env.STEADFAST_NODE = process.execPath;
  const authority = await Authority.create(workspace.path('ca'));
  server = await Prosody.start(workspace, { users: { alice: 'a', bob: 'b' }, authority });
  const open = (name: Person): Client => new Client(library, 'Test 1.0', workspace.path(name));
  clients = { alice: open('alice'), bob: open('bob') };
  seen = { alice: watch(clients.alice), bob: watch(clients.bob) };
  for (const name of people) {
    clients[name].attach(1, {
      jid: `${name}@${server.domain}`,
      password: name.slice(0, 1),
      connectServer: '127.0.0.1',
      port: server.port,
      caFile: authority.certFile,
    });
  }
  for (const name of people)
    await seen[name].next('online', (event) => event.type === 'link' && event.state === 'online');
});

afterEach(async () => {
  for (const name of people) await clients[name].close();
  await workspace.close();
  delete process.env.STEADFAST_ENGINE;
  delete process.env.STEADFAST_NODE;
});

function bodies(name: Person): string[] {
  return seen[name].all.flatMap((event) => (event.type === 'message' ? [event.body] : []));
}

it('messages go both ways and end as at the server', async () => {
  const id = clients.alice.sendMessage(1, `bob@${server.domain}`, 'Grüße 👋 <&>');
  await seen.bob.until('the text', () => bodies('bob').length > 0);
  clients.bob.sendMessage(1, `alice@${server.domain}`, 'and back');
  await seen.alice.until('the answer', () => bodies('alice').length > 0);
  await seen.alice.next(
    'at the server',
    (event) =>
      event.type === 'message-state' && event.id === id && /at-server|delivered/.test(event.state),
  );
  expect(bodies('bob')).toEqual(['Grüße 👋 <&>']);
  expect(bodies('alice')).toEqual(['and back']);
});

it('texts given while the engine is killed arrive once and in order', async () => {
  const texts = Array.from({ length: 30 }, (_, index) => `text ${index}`);
  for (const [index, text] of texts.entries()) {
    clients.alice.sendMessage(1, `bob@${server.domain}`, text);
    if (index % 10 === 4) process.kill(engineOf('alice'), 'SIGKILL');
    await seen.bob.until(`the start of ${text}`, () => bodies('bob').length >= index - 5);
  }
  await seen.bob.until('all', () => bodies('bob').length >= texts.length);
  expect(bodies('bob')).toEqual(texts);
});

/** The child that keeps this person's lock file open. */
function engineOf(name: Person): number {
  const lock = workspace.path(name, 'lock');
  const pid = readdirSync('/proc').find((one) => {
    try {
      return one !== String(process.pid) && readlinkSync(`/proc/${one}/fd/4`) === lock;
    } catch {
      return false; // no process, not ours to look into, or without such a descriptor
    }
  });
  if (pid === undefined) throw new Error('no engine runs');
  return Number(pid);
}
