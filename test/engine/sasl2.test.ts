// SPDX-License-Identifier: MIT
//
// SASL2 (XEP-0388) with Bind 2, tokens and inline resumption, on the model server.

import { describe, expect, it } from 'vitest';
import { Detach_How as How } from '../../src/contract/engine_pb.js';
import { TOKEN } from '../../src/engine/fast-token.js';
import { ModelAccount } from '../support/model-account.js';
import type { ServerOptions } from '../support/model/profiles.js';

const FULL: Partial<ServerOptions> = {
  ...{ archive: true, carbons: true },
  sasl2: { bind: true, fast: true },
};

/** Signed in twice, so that the server is known and its archive was read. */
function settled(options: Partial<ServerOptions> = FULL): ModelAccount {
  const account = ModelAccount.signedIn(options);
  account.pass(10_000);
  account.wire();
  return account;
}

/** What every file of a certificate has in it. */
const IDENTITY = { xmppAddr: ['alice@model.test'], notBefore: 0, notAfter: 8.64e15 };

function again(account: ModelAccount, init: Parameters<ModelAccount['attach']>[0] = {}): string[] {
  account.detach(How.SIGN_OFF);
  account.restart();
  account.engine.identity = IDENTITY;
  account.server.received.length = 0;
  account.attach(init);
  account.pass(10_000);
  return account.server.received;
}

const asked = (received: readonly string[]): string =>
  received.find((text) => text.startsWith('<authenticate')) ?? '';

describe('a sign-in by SASL2', () => {
  it('binds in the old way until the archive was read, and asks for a token', () => {
    const account = new ModelAccount(FULL);
    account.attach();
    const received = account.server.received;
    expect(asked(received)).toContain('request-token');
    expect(asked(received)).not.toContain('urn:xmpp:bind:0');
    expect(received.join('')).toContain('urn:ietf:params:xml:ns:xmpp-bind');
    expect(account.links()).toContain('ONLINE');
    expect(account.disk.caches.get(TOKEN)).toContain('secret-token');
  });

  it('binds with it once the archive was read, by the token, and says presence behind the archive', () => {
    const account = settled();
    account.detach(How.SIGN_OFF);
    account.handedElsewhere('while away');
    account.restart();
    account.server.received.length = 0;
    account.attach();
    account.pass(10_000);
    const received = account.server.received;
    const request = asked(received);
    expect(request).toContain('mechanism="HT-SHA-256-NONE"');
    expect(request).toContain('<tag>Steadfast</tag>');
    expect(request).toContain('<enable xmlns="urn:xmpp:carbons:2"/>');
    expect(account.links()).toContain('ONLINE');
    const text = received.join('');
    expect(text.match(/urn:xmpp:carbons:2/g)).toHaveLength(1);
    expect(text.indexOf('urn:xmpp:mam:2')).toBeLessThan(text.indexOf('<presence'));
    const [session] = account.server.sessions.values();
    expect(session).toMatchObject({ available: true, carbons: true, managed: true });
    account.send('counted');
    expect(account.standing('id-1')).toBe('AT_SERVER');
  });

  it('shows what came meanwhile, of which the server kept nothing but the archive', () => {
    const account = settled();
    account.detach(How.SIGN_OFF);
    account.arrives('stored');
    expect(account.server.offline.size).toBe(1);
    account.restart();
    account.attach();
    account.pass(10_000);
    expect(account.take('message').map(({ body }) => body)).toEqual(['stored']);
    expect(account.server.offline.size).toBe(0);
  });

  it('takes three round trips to a resumed session over TLS: one flight', () => {
    const account = settled();
    account.receive('before');
    account.cut();
    account.pass(5_000);
    const received = account.server.received;
    const request = asked(received);
    expect(request).toContain('<resume');
    expect(request).toContain('<fast');
    expect(
      received.filter((text) => /^<(starttls|authenticate|resume|auth|iq)/.test(text)),
    ).toEqual([expect.stringContaining('<starttls'), request]);
    account.send('after');
    expect(account.standing('id-1')).toBe('AT_SERVER');
  });

  it('begins anew in the same flight where the session is gone', () => {
    const account = settled();
    account.send('known');
    account.server.restart(true);
    account.pass(10_000);
    const request = asked(account.server.received);
    expect(request).toContain('<resume');
    expect(request).toContain('urn:xmpp:bind:0');
    account.send('new');
    expect(account.standing('id-2')).toBe('AT_SERVER');
  });
});

describe('Bind 2 (XEP-0386), by which the server drops what it has stored, is not asked for', () => {
  it('while the archive was not read to its end', () => {
    const account = new ModelAccount(FULL);
    account.server.archiveMute = true;
    account.attach();
    expect(asked(again(account))).not.toContain('urn:xmpp:bind:0');
    expect(account.links()).toContain('ONLINE');
    account.server.archiveMute = false;
    account.pass(120_000);
    expect(asked(again(account))).toContain('urn:xmpp:bind:0');
  });

  it.each([
    ['where the archive is switched off', { noArchive: true }],
    ['for a resource of the user’s own', { jid: 'alice@model.test/desk' }],
  ])('%s', (_, init) => {
    const account = settled();
    account.detach(How.SIGN_OFF);
    account.arrives('stored');
    expect(asked(again(account, init))).not.toContain('urn:xmpp:bind:0');
    expect(account.take('message').map(({ body }) => body)).toEqual(['stored']);
    expect(asked(again(account))).toContain('urn:xmpp:bind:0');
  });

  it('while a text is in doubt, which another session may still bring', () => {
    const account = settled();
    account.send('control');
    account.server.archiveMute = true;
    account.engine.link?.cut(false, true);
    account.send('lost');
    account.server.kill();
    account.pass(10_000);
    expect(account.standing('id-2')).toBe('IN_DOUBT');
    const cut = (): string => {
      account.server.received.length = 0;
      account.cut();
      account.pass(5_000);
      return asked(account.server.received);
    };
    expect(cut()).toMatch(/<resume(?!.*urn:xmpp:bind:0)/);
    account.server.archiveMute = false;
    account.pass(120_000);
    expect(account.standing('id-2')).toBe('AT_SERVER');
    expect(cut()).toMatch(/<resume.*urn:xmpp:bind:0/);
  });
});

describe('the same client', () => {
  it('has the same name and the same resource at each sign-in, by whatever way', () => {
    const account = settled();
    const ways = [{}, { connectServer: 'way.test' }, {}];
    const requests = ways.map((init) => asked(again(account, init)));
    const ids = requests.map((text) => /user-agent id="([^"]+)"/.exec(text)?.[1]);
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const [session] = account.server.sessions.values();
    expect(session?.jid).toMatch(/\/Steadfast\/[0-9a-f]{8}$/);
  });
});

describe('a token (XEP-0484)', () => {
  const counts = (text: string): string | undefined => /<fast [^>]*count="(\d+)"/.exec(text)?.[1];

  it('is counted, and gives way to a new one', () => {
    const account = settled();
    const first = account.disk.caches.get(TOKEN) ?? '';
    const shown = [0, 1, 2, 3].map(() => counts(asked(again(account))));
    expect(shown).toEqual(['1', '2', '3', '1']);
    expect(account.disk.caches.get(TOKEN)).not.toBe(first);
  });

  it('that is refused gives way to the password in the same stream', () => {
    const account = settled();
    account.server.tokens.forget('alice@model.test', agentOf(account));
    const received = again(account);
    const requests = received.filter((text) => text.startsWith('<authenticate'));
    expect(requests.map((text) => /mechanism="([^"]+)"/.exec(text)?.[1])).toEqual([
      'HT-SHA-256-NONE',
      'PLAIN',
    ]);
    expect(account.engine.dialled).toHaveLength(1);
    expect(account.links()).toContain('ONLINE');
    expect(counts(asked(again(account)))).toBe('1');
  });

  it.each([
    ['another password', { password: 'another' }, true],
    ['no password any more', { password: '' }, false],
    ['a certificate, with the password beside it', { clientCert: '/c.pem' }, false],
  ])('is ended at the server when the host gives %s', (_, init, anew) => {
    const account = settled({ ...FULL, external: 'alice' });
    const agent = agentOf(account);
    const [first] = again(account, init).filter((t) => t.startsWith('<authenticate'));
    expect(first).toContain('invalidate="true"');
    expect(first).not.toContain('<bind');
    expect(account.disk.caches.get(TOKEN)).not.toContain('"count":1');
    // Whatever it signs in by now, it is not that one.
    const held = account.server.tokens.has('alice@model.test', agent);
    expect(held).toBe(anew);
  });

  it('that is damaged on disk is as good as none', () => {
    const account = settled();
    account.detach(How.SIGN_OFF);
    account.disk.caches.set(TOKEN, '{"token":7}');
    account.restart();
    account.attach();
    expect(account.links()).toContain('ONLINE');
  });
});

function agentOf(account: ModelAccount): string {
  return /"agent":"([^"]+)"/.exec(account.disk.caches.get('offers') ?? '')?.[1] ?? '';
}

describe('a server without SASL2 any more', () => {
  it('costs one more link, of which nobody is told', () => {
    const account = settled();
    account.detach(How.SIGN_OFF);
    const without = new ModelAccount({ archive: true, carbons: true });
    for (const [name, text] of account.disk.caches) without.disk.caches.set(name, text);
    without.restart();
    without.attach({}, 5_000);
    expect(without.links().filter((state) => !state.startsWith('CONNECTING'))).toEqual(['ONLINE']);
    expect(without.engine.dialled).toHaveLength(2);
  });
});
