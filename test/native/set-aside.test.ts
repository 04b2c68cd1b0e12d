// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs';
import { fromBinary } from '@bufbuild/protobuf';
import { afterEach, expect, test } from 'vitest';
import { EventSchema } from '../../src/contract/engine_pb.js';
import { Authority } from '../support/certificates.js';
import { eventually } from '../support/observed.js';
import { Prosody } from '../support/prosody.js';
import { Workspace } from '../support/workspace.js';
import { XmppPeer } from '../support/xmpp-peer.js';
import { PurpleHost } from './host.js';
import type { Json } from './host-events.js';

// The whole way, with a host that is killed by one message whenever that is to be shown.

const DEADLY = 'you will not survive this';
const WORDS =
  /^A message from bob@\S+ of (?:\S+ )?\d\d:\d\d could not be shown: it ended the program twice\. It is kept in (\/\S+\/set-aside)\.$/;

const workspace = new Workspace();
afterEach(() => workspace.close());

let server: Prosody;
let settings: Json;

async function signIn(): Promise<PurpleHost> {
  const host = await PurpleHost.start(workspace);
  await host.run('deadly', { html: DEADLY });
  const account = await host.account(`alice@${server.domain}/laptop`, settings, 'wonderland');
  await host.run('account-enable', { account, enabled: true });
  return host;
}

/** Resolves when its engine has ended, too, and let go of the account. */
async function died(host: PurpleHost): Promise<void> {
  await host.exited;
  await host.kill(); // by the message it was; the workspace shall not ask why
  await eventually('the engine to end', () =>
    workspace.residents().every(({ command }) => !command.includes('engine.cjs')),
  );
}

const shown = (host: PurpleHost): string[] => host.all('write').map(({ html }) => html);

test('a message that kills two hosts is told to the third, and what follows is shown', async () => {
  const authority = await Authority.create(workspace.path('ca'));
  const users = { alice: 'wonderland', bob: 'builder' };
  server = await Prosody.start(workspace, { users, authority, friends: [['alice', 'bob']] });
  settings = { ca_file: authority.certFile, connect_server: '127.0.0.1', port: server.port };
  const peer = { domain: server.domain, port: server.port, caFile: authority.certFile };
  const bob = await XmppPeer.connect({ ...peer, user: 'bob', password: 'builder' });
  workspace.atEnd(() => bob.close());
  const bare = `alice@${server.domain}`;

  const first = await signIn();
  await first.next('connected');
  for (const body of ['before', DEADLY, 'after']) bob.say(bare, body);
  await died(first);
  expect(shown(first)).toEqual(['before']);

  const second = await signIn();
  await died(second);
  expect(shown(second)).toEqual([]);

  const third = await signIn();
  await third.next('write', ({ html }) => html === 'after');
  const [aside] = third.all('write');
  expect(aside).toMatchObject({ conversation: `bob@${server.domain}`, flags: ['system'] });
  expect(shown(third)).toEqual([expect.stringMatching(WORDS), 'after']);
  bob.say(bare, 'and on');
  await third.next('write', ({ html }) => html === 'and on');

  const path = WORDS.exec(aside?.html ?? '')?.[1] ?? '';
  const kept = JSON.parse(readFileSync(path, 'utf8')) as { from: string; event: string };
  expect(kept.from.split('/')[0]).toBe(`bob@${server.domain}`);
  const { body } = fromBinary(EventSchema, Buffer.from(kept.event, 'base64'));
  expect(body.value).toMatchObject({ body: DEADLY });
  expect(await third.quit()).toBe(0);

  const fourth = await signIn();
  await fourth.next('connected');
  bob.say(bare, 'all is well');
  await fourth.next('write', ({ html }) => html === 'all is well');
  expect(shown(fourth)).toEqual(['all is well']);
});
