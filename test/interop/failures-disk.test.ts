// SPDX-License-Identifier: MIT
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Filler, onSmallDisk } from '../support/small-disk.js';
import { XmppPeer } from '../support/xmpp-peer.js';
import { ALICE, Failing, otherwiseShown, PASSWORD, Reason } from './failing.js';

const BOB = 'bob@home.example';
const SIZE = '96k';
/** More than the rest of any page that a file has already. */
const LONG = `first words ${'and more '.repeat(800)}last words`;

let failing: Failing;
beforeEach(async () => {
  failing = await Failing.open();
});
afterEach(() => failing.close());

test('on a full disk a text is refused and quoted, and nothing is lost when there is room again', async () => {
  const folder = failing.workspace.makeFolder('purple', 'steadfast');
  const [proxy, server] = await failing.prosody({ friends: [['alice', 'bob']] });
  const bob = await XmppPeer.connect({
    ...{ domain: 'home.example', port: server.port, caFile: failing.authority.certFile },
    ...{ user: 'bob', password: 'builder' },
  });
  failing.workspace.atEnd(() => bob.close());
  const under = onSmallDisk(folder, SIZE);
  const { host, account } = await failing.signIn(failing.to(proxy.port), { under });
  await host.next('connected');
  const filler = new Filler(host.pid, folder);
  failing.workspace.atEnd(() => filler.close());

  await host.run('send', { account, name: BOB, html: 'before' });
  await bob.messages.next('the first text', ({ body }) => body === 'before');
  filler.fill();
  await host.run('send', { account, name: BOB, html: LONG });
  const refusal = await host.next('write', ({ flags }) => flags.includes('error'));
  expect(refusal.html).toMatch(/the disk is full/);
  expect(refusal.html).toContain(LONG);
  bob.say(ALICE, LONG);
  bob.say(ALICE, 'short');
  await server.sights.next('the text at the server', ({ body }) => body === 'short');

  filler.free();
  await host.next('write', ({ html, flags }) => html === 'short' && flags.includes('recv'));
  await host.run('send', { account, name: BOB, html: 'after' });
  await bob.messages.next('the text after it', ({ body }) => body === 'after');
  const received = host.all('write').filter(({ flags }) => flags.includes('recv'));
  expect(received.map(({ html }) => html)).toEqual([LONG, 'short']);
  expect(bob.messages.all.map(({ body }) => body)).toEqual(['before', 'after']);
  expect(host.all('write').filter(({ flags }) => flags.includes('error'))).toEqual([refusal]);
  expect(host.all('connection-error')).toEqual([]);
  expect(host.all('disconnected')).toEqual([]);
  expect(host.all('notify')).toEqual([]);
  expect(proxy.links).toHaveLength(1);
});

test('a sign-in on a full disk fails with one clear message, and no secret goes out', async () => {
  const folder = failing.workspace.makeFolder('purple', 'steadfast');
  const server = await failing.scripted();
  const under = onSmallDisk(folder, SIZE, 'cat /dev/zero >"$0/filler" 2>/dev/null;');
  const { host, error } = await failing.fail(failing.to(server.port), { under });
  expect(error).toMatchObject({ reason: Reason.NETWORK, fatal: false });
  expect(error.text).toMatch(/cannot be written: the disk is full/);
  expect(error.text).not.toContain(PASSWORD);
  expect(otherwiseShown(host)).toEqual([]);
  // TCP may have been open before the disk said no.
  expect(server.dials.length).toBeLessThan(2);
  expect(server.dials.flatMap(({ payloads }) => payloads)).toEqual([]);
});
