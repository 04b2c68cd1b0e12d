// SPDX-License-Identifier: MIT
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Authority } from '../support/certificates.js';
import { eventually } from '../support/observed.js';
import { Prosody } from '../support/prosody.js';
import { Workspace } from '../support/workspace.js';
import { XmppPeer } from '../support/xmpp-peer.js';
import { PurpleHost } from './host.js';
import type { HostEventOf } from './host-events.js';

// Alice in a libpurple host with all of Steadfast behind it, her telephone, and bob, on Prosody. The
// telephone and bob are the tests' own small client.

const RECEIPTS = 'urn:xmpp:receipts';

let workspace: Workspace;
let server: Prosody;
let host: PurpleHost;
let alice: number;
let telephone: XmppPeer;
let bob: XmppPeer;

beforeAll(async () => {
  workspace = new Workspace();
  const authority = await Authority.create(workspace.path('ca'));
  const users = { alice: 'wonderland', bob: 'builder', mallory: 'malice' };
  const friends: [string, string][] = [['alice', 'bob']];
  server = await Prosody.start(workspace, { users, authority, friends });
  const settings = { ca_file: authority.certFile, connect_server: '127.0.0.1', port: server.port };
  host = await PurpleHost.start(workspace);
  alice = await host.account(`alice@${server.domain}/laptop`, settings, 'wonderland');
  await host.run('account-enable', { account: alice, enabled: true });
  await host.next('connected');
  const peer = { domain: server.domain, port: server.port, caFile: authority.certFile };
  bob = await XmppPeer.connect({ ...peer, user: 'bob', password: 'builder', resource: 'desk' });
  telephone = await XmppPeer.connect({
    ...{ ...peer, user: 'alice', password: 'wonderland', resource: 'telephone' },
  });
  workspace.atEnd(() => bob.close());
  workspace.atEnd(() => telephone.close());
  // Carbons are asked for ahead of the presence that bob's answers.
  await host.next('buddy-online', ({ name }) => name === address('bob'));
});
afterAll(() => workspace.close());

const address = (user: string): string => `${user}@${server.domain}`;
const written = (html: string): HostEventOf<'write'>[] =>
  host.all('write').filter((event) => event.html === html);
const shown = (html: string): Promise<HostEventOf<'write'>> =>
  host.next('write', (event) => event.html === html);

async function tooltip(): Promise<string> {
  const { buddies } = await host.run('buddies', { account: alice });
  return buddies[0]?.tooltip?.find(({ label }) => label === 'Last message')?.value ?? '';
}

describe('alice has a telephone too', () => {
  test('what reaches it alone is shown here as well', async () => {
    bob.say(`${address('alice')}/telephone`, 'to the telephone');
    expect(await shown('to the telephone')).toMatchObject({
      conversation: address('bob'),
      flags: ['recv'],
    });
  });

  test('what she writes on it is shown here as sent', async () => {
    telephone.say(address('bob'), 'from the telephone');
    expect(await shown('from the telephone')).toMatchObject({
      conversation: address('bob'),
      flags: ['send', 'remote-send'],
    });
  });

  test('what she writes here is shown once, and reaches bob', async () => {
    await host.run('send', { account: alice, name: address('bob'), html: 'from here' });
    await bob.messages.next('the text', ({ body }) => body === 'from here');
  });

  test('a text to all of her devices is shown once', async () => {
    bob.say(address('alice'), 'to everybody');
    await shown('to everybody');
  });

  test.each(['', '/laptop'])('a note to herself (%j) is shown once', async (device) => {
    telephone.say(`${address('alice')}${device}`, `note${device}`);
    expect(await shown(`note${device}`)).toMatchObject({ conversation: address('alice') });
  });

  test('a receipt of bob reaches her', async () => {
    expect(await tooltip()).toBe('');
    const asked = await bob.stanzas.next(
      'a text that asks for a receipt',
      (node) => node.childText('body') === 'from here',
    );
    expect(asked.child('request', RECEIPTS)).toBeDefined();
    const { from = '', id = '' } = asked.attrs;
    bob.send(
      `<message to='${from}' type='chat'><received xmlns='${RECEIPTS}' id='${id}'/></message>`,
    );
    await eventually('the receipt to be told', async () => (await tooltip()) !== '');
    expect(await tooltip()).toMatch(/^delivered \d\d:\d\d$/);
  });

  test('a receipt that her telephone gets instead counts too', async () => {
    const { id = '' } = (
      await bob.stanzas.next('the text', (node) => node.childText('body') === 'from here')
    ).attrs;
    const marker = `<displayed xmlns='urn:xmpp:chat-markers:0' id='${id}'/>`;
    bob.send(`<message to='${address('alice')}/telephone' type='chat'>${marker}</message>`);
    await eventually('it to be told', async () => (await tooltip()).startsWith('displayed'));
  });

  test('bob gets the receipt that he asks for, from the device that he wrote to', async () => {
    const request = `<request xmlns='${RECEIPTS}'/>`;
    const elsewhere = bob.say(`${address('alice')}/telephone`, 'copied only', request);
    await shown('copied only');
    const here = bob.say(`${address('alice')}/laptop`, 'please confirm', request);
    const given = await bob.stanzas.next(
      'a receipt',
      (node) => node.child('received', RECEIPTS) !== undefined,
    );
    expect(given.attrs.from).toBe(`${address('alice')}/laptop`);
    expect(given.child('received', RECEIPTS)?.attrs.id).toBe(here);
    const ids = bob.stanzas.all.map((node) => node.child('received', RECEIPTS)?.attrs.id);
    expect(ids).not.toContain(elsewhere);
  });

  test('a copy that bob forges is not shown', async () => {
    const message = `<message xmlns='jabber:client' from='${address('mallory')}' to='${address('alice')}' type='chat'><body>forged</body></message>`;
    bob.send(
      `<message to='${address('alice')}/laptop' type='chat'><received xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'>${message}</forwarded></received></message>`,
    );
    bob.say(`${address('alice')}/laptop`, 'behind it');
    await shown('behind it');
    expect(written('forged')).toEqual([]);
  });

  test('nothing was shown twice', () => {
    const texts = host.all('write').map(({ html }) => html);
    expect([...texts].sort()).toEqual(
      [
        ...['to the telephone', 'from the telephone', 'from here', 'to everybody', 'copied only'],
        ...['please confirm', 'behind it', 'note', 'note/laptop'],
      ].sort(),
    );
  });
});
