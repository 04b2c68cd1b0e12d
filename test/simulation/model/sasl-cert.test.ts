// SPDX-License-Identifier: MIT
//
// The model server keeps certificates of its users by XEP-0257.

import { beforeEach, describe, expect, it } from 'vitest';
import { serialise } from '../../../src/core/xml.js';
import { selfSigned } from '../../../src/transport/self-signed.js';
import { ModelServer } from '../../support/model/server.js';
import { RawClient } from '../../support/model/raw-client.js';
import { World } from '../../support/model/world.js';

const DAY = 86_400_000;
const NOW = new World(1).clock().wall;
const USER = 'alice@model.test';

const make = async (from: number, to: number): Promise<Buffer> =>
  Buffer.from((await selfSigned(USER, NOW + from * DAY, NOW + to * DAY)).der);
const [first, second, expired, early] = await Promise.all([
  make(-1, 365),
  make(-1, 365),
  make(-9, -1),
  make(1, 9),
]);

let server: ModelServer;
let alice: RawClient;
beforeEach(() => {
  const options = { resumeMs: 600_000, failedH: true, saslCert: true };
  server = new ModelServer(new World(1), 'model.test', options);
  alice = RawClient.online(server, 'alice');
});

/** @returns the answer: `result`, or the condition of the error */
function ask(client: RawClient, type: 'get' | 'set', name: string, content = ''): string {
  client.take();
  const payload = `<${name} xmlns='urn:xmpp:saslcert:1'>${content}</${name}>`;
  client.send(`<iq type='${type}' id='q'>${payload}</iq>`);
  const [answer] = client.take();
  if (answer === undefined) return 'nothing';
  const error = answer.getChild('error')?.getChildElements()[0]?.getName();
  return error ?? String(answer.getAttr('type'));
}

const append = (name: string, der: Uint8Array | string, client = alice, more = ''): string => {
  const data = typeof der === 'string' ? der : Buffer.from(der).toString('base64');
  return ask(client, 'set', 'append', `<name>${name}</name>${more}<x509cert>${data}</x509cert>`);
};
const remove = (how: 'revoke' | 'disable', name: string, client = alice): string =>
  ask(client, 'set', how, `<name>${name}</name>`);

/** Somebody who has nothing but a certificate. */
function bearer(der: Uint8Array, resource = 'phone'): RawClient {
  const client = new RawClient(server, 'alice', resource);
  client.certificate = der;
  client.connect();
  if (client.refusals.length === 0) client.bind();
  return client;
}

describe('an upload', () => {
  it('lets who has the key sign in (§3), without a name of his own', () => {
    expect(append('Phone', first)).toBe('result');
    const phone = bearer(first);
    expect([phone.refusals, phone.session === '']).toEqual([[], false]);
    expect(server.sessions.get(phone.session)?.jid).toBe(`${USER}/phone`);
  });

  it.each([
    ['a name that is taken', 'conflict', () => append('Phone', second)],
    ['no name', 'bad-request', () => append('', second)],
    ['no certificate', 'bad-request', () => append('New', '')],
    ['what is none', 'not-acceptable', () => append('New', 'bm9uZQ==')],
  ])('of %s is answered by %s', (_, condition, act) => {
    append('Phone', first);
    expect(act()).toBe(condition);
    expect([...server.certificates.of(USER).keys()]).toEqual(['Phone']);
  });

  it.each([
    ['expired', expired],
    ['not valid yet', early],
    ['unknown', second],
  ])('of others lets in no certificate that is %s', (what, der) => {
    append('Phone', first);
    if (what !== 'unknown') append('Other', der);
    expect(bearer(der).refusals).toEqual(['not-authorized']);
  });
});

it('the list has names, certificates and who is signed in with them (§2.2)', () => {
  append('Phone &amp; more', first);
  append('Laptop', second);
  bearer(first);
  alice.send("<iq type='get' id='q'><items xmlns='urn:xmpp:saslcert:1'/></iq>");
  const text = serialise(alice.take().at(-1) ?? expect.unreachable()).replace(/\s/g, '');
  const data = (der: Buffer): string => `<x509cert>${der.toString('base64')}</x509cert>`;
  expect(text).toContain(
    `<item><name>Phone&amp;more</name>${data(first)}<users><resource>phone</resource></users></item>`,
  );
  expect(text).toContain(`<item><name>Laptop</name>${data(second)}</item>`);
});

describe('what is taken away', () => {
  it.each([
    ['disable', []],
    ['revoke', ['not-authorized']],
  ] as const)('by <%s/> signs nobody in any more, and signs off: %j', (how, refusals) => {
    append('Phone', first);
    append('Laptop', second);
    const [phone, laptop] = [bearer(first), bearer(second, 'laptop')];
    expect(remove(how, 'Phone')).toBe('result');
    phone.pass();
    expect([phone.refusals, laptop.refusals]).toEqual([refusals, []]);
    expect(server.sessions.has(phone.session)).toBe(how === 'disable');
    expect(bearer(first, 'again').refusals).toEqual(['not-authorized']);
  });

  it('by its own bearer ends his session without an answer, which cannot be resumed', () => {
    append('Phone', first);
    append('Laptop', second);
    const phone = bearer(first);
    expect(remove('revoke', 'Phone', phone)).toBe('nothing');
    expect(phone.refusals).toEqual(['not-authorized']);
    expect(server.sessions.has(phone.session)).toBe(false);
  });

  it.each(['revoke', 'disable'] as const)('and is not there is told, by <%s/>', (how) => {
    expect(remove(how, 'Phone')).toBe('item-not-found');
  });
});

it('who may only look may look, and change nothing (§2.1)', () => {
  append('Bot', first, alice, '<no-cert-management/>');
  append('Phone', second);
  const bot = bearer(first, 'bot');
  expect(ask(bot, 'get', 'items')).toBe('result');
  expect(append('New', first, bot)).toBe('forbidden');
  expect(remove('revoke', 'Phone', bot)).toBe('forbidden');
  expect(remove('revoke', 'Bot')).toBe('result');
});

it('says that it can (§4), and a server that cannot has no such list', () => {
  const disco = "<query xmlns='http://jabber.org/protocol/disco#info'/>";
  alice.send(`<iq type='get' id='d' to='model.test'>${disco}</iq>`);
  expect(serialise(alice.take().at(-1) ?? expect.unreachable())).toContain(
    'var="urn:xmpp:saslcert:1"',
  );
  Object.assign(server.options, { saslCert: false });
  expect(ask(alice, 'get', 'items')).toBe('service-unavailable');
});
