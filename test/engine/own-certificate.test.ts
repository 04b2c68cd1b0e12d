// SPDX-License-Identifier: MIT
import { create } from '@bufbuild/protobuf';
import { beforeEach, describe, expect, it } from 'vitest';
import { AskSecret_What, SecretAnswerSchema } from '../../src/contract/engine_pb.js';
import type { ClientIdentity, TlsFacts } from '../../src/core/effects.js';
import { begin, DAY, facts, HEADER, Lone, SASL } from './lone-account.js';
import type { More } from './lone-account.js';

let alice: Lone;
beforeEach(() => {
  alice = new Lone();
});

describe('an account with a certificate has no use for a password', () => {
  const far = Date.UTC(2030, 0, 1);
  const conditions = [
    ...['aborted', 'account-disabled', 'credentials-expired', 'encryption-required'],
    ...['incorrect-encoding', 'invalid-authzid', 'invalid-mechanism', 'malformed-request'],
    ...['mechanism-too-weak', 'not-authorized', 'temporary-auth-failure', 'something-new'],
  ];

  function expectNoPassword(lone: Lone): void {
    expect(lone.asked).toBe(0);
    expect(lone.failures).toHaveLength(1);
    for (const form of ['canary', Buffer.from('\0alice\0canary').toString('base64')]) {
      expect(lone.written).not.toContain(form);
    }
    expect(lone.written).not.toMatch(/mechanism=["'](?!EXTERNAL)/);
    expect(lone.effects.some(({ type }) => type === 'derive')).toBe(false);
  }

  it.each(conditions.flatMap((c) => [[c, 'canary'] as const, [c, ''] as const]))(
    'whatever the server refuses it with: %s, password “%s”',
    (condition, password) => {
      begin(alice, far, { password });
      alice.secured();
      alice.offers('EXTERNAL', 'SCRAM-SHA-1', 'SCRAM-SHA-256', 'PLAIN');
      alice.says(`<failure xmlns='${SASL}'><${condition}/></failure>`);
      expectNoPassword(alice);
      expect(alice.dials).toHaveLength(1);
    },
  );

  it.each<[string, string[], Partial<TlsFacts>]>([
    ['EXTERNAL is not offered', ['SCRAM-SHA-1', 'PLAIN'], {}],
    ['nothing is offered', [], {}],
    ['the channel is too old', ['EXTERNAL', 'SCRAM-SHA-1', 'PLAIN'], { protocol: 'TLSv1.2' }],
  ])('and when %s', (_title, offered, found) => {
    begin(alice, far);
    alice.secured(found);
    alice.offers(...offered);
    expectNoPassword(alice);
  });

  it('and when the server has tokens (XEP-0484), none is asked for', () => {
    begin(alice, far);
    alice.secured();
    const tokens = "<fast xmlns='urn:xmpp:fast:0'><mechanism>HT-SHA-256-NONE</mechanism></fast>";
    const offer = `<mechanism>EXTERNAL</mechanism><mechanism>PLAIN</mechanism><inline>${tokens}</inline>`;
    alice.says(
      `${HEADER}<stream:features><authentication xmlns='urn:xmpp:sasl:2'>${offer}</authentication></stream:features>`,
    );
    expect(alice.written).toContain('<authenticate xmlns="urn:xmpp:sasl:2" mechanism="EXTERNAL"');
    expect(alice.written).not.toContain('urn:xmpp:fast:0');
  });

  it('and when the server asks back, or closes', () => {
    begin(alice, far);
    alice.secured();
    alice.offers('EXTERNAL', 'PLAIN');
    alice.says(`<challenge xmlns='${SASL}'>AAAA</challenge>`);
    expectNoPassword(alice);
  });

  it.each([
    'certificate-refused',
    'tls13-required',
    'ecdhe-required',
    'certificate-changed',
    'handshake-failed',
    'connection-lost',
  ])('and when the link fails with %s', (condition) => {
    begin(alice, far);
    const retry = condition.endsWith('refused') ? 'never' : 'later';
    const fault = { kind: 'tls', condition, text: 'x', by: 'peer', retry } as const;
    alice.give({ type: 'link-closed', fault });
    expectNoPassword(alice);
    alice.pass(DAY);
    expect(alice.dials).toHaveLength(1);
  });

  it.each<[string, Partial<ClientIdentity>, string]>([
    ['of another', { xmppAddr: ['bob@home.example'] }, 'certificate-wrong-account'],
    ['that is over', { notAfter: Date.UTC(2025, 0, 1) }, 'certificate-expired'],
    ['to come', { notBefore: Date.UTC(2027, 0, 1) }, 'certificate-not-yet-valid'],
  ])('and when the certificate is one %s: nobody is even dialled', (_title, more, condition) => {
    alice.attach();
    alice.identity(far, more);
    expect(alice.failures).toEqual([condition]);
    expectNoPassword(alice);
    expect(alice.dials).toEqual([]);
  });
});

describe('the passphrase of a certificate', () => {
  const locked = { type: 'identity-failed', passphrase: true } as const;
  const text = 'x';
  const fault = {
    kind: 'usage',
    condition: 'passphrase-missing',
    text,
    by: 'us',
    retry: 'never',
  } as const;
  const given = (): string[] =>
    alice.effects.flatMap((e) => (e.type === 'read-identity' ? [e.passphrase] : []));

  beforeEach(() => {
    alice.attach();
    alice.give({ ...locked, fault });
    const answer = { what: AskSecret_What.PASSPHRASE, secret: 'canary-2' };
    alice.command({ case: 'secretAnswer', value: create(SecretAnswerSchema, answer) });
    alice.identity(Date.UTC(2030, 0, 1));
    alice.give({ type: 'link-closed', fault: { ...fault, kind: 'link', retry: 'later' } });
  });

  it('is asked for once, and used again when the host comes back', () => {
    alice.attach();
    expect(given()).toEqual(['', 'canary-2', 'canary-2']);
    expect(alice.asked).toBe(1);
    expect(JSON.stringify([...alice.caches])).not.toContain('canary');
  });

  it.each<[string, More, string]>([
    ['another file', { clientCert: '/other.pem' }, ''],
    ['another key', { clientKey: '/other.key' }, ''],
    ['one of its own', { clientCertPassphrase: 'canary-3' }, 'canary-3'],
  ])('is not used for %s', (_title, more, expected) => {
    alice.attach(more);
    expect(given().at(-1)).toBe(expected);
  });
});

describe('a certificate over TLS 1.2', () => {
  const far = Date.UTC(2030, 0, 1);
  const allowed = { certTls12: true };

  it('is no matter of the first link where that was not allowed', () => {
    begin(alice, far);
    expect(alice.dials).toMatchObject([{ certificate: true }]);
    expect(alice.dials[0]).not.toHaveProperty('leaf');
  });

  it('is shown by a second link, and only to whom the first one verified', () => {
    begin(alice, far, allowed);
    expect(alice.dials).toMatchObject([{ certificate: false }]);
    alice.secured({ protocol: 'TLSv1.2' });
    // Not even a header went into the first.
    expect(alice.written).toBe('');
    expect(alice.effects).toContainEqual({ type: 'close', how: 'reset' });
    expect(alice.dials).toHaveLength(2);
    expect(alice.dials[1]).toMatchObject({ certificate: true, leaf: facts.sha256 });
    alice.secured({ protocol: 'TLSv1.2' });
    alice.offers('EXTERNAL', 'PLAIN');
    expect(alice.written).toContain('mechanism="EXTERNAL"');
    expect(alice.failures).toEqual([]);
  });

  it('needs TLS 1.3 on the second link where the first one had it', () => {
    begin(alice, far, allowed);
    alice.secured();
    expect(alice.dials[1]).toMatchObject({ certificate: true });
    expect(alice.dials[1]).not.toHaveProperty('leaf');
  });

  it('is put to the person first where the first link meets a stranger', () => {
    begin(alice, far, allowed);
    alice.secured({ protocol: 'TLSv1.2', chainError: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    const questions = alice.effects.filter((e) => e.type === 'tell' && e.body.case === 'askTrust');
    expect(questions).toHaveLength(1);
    expect(alice.dials).toHaveLength(1);
    expect(alice.written).toBe('');
  });

  const gone = { kind: 'link', condition: 'connection-lost', text: 'x' } as const;
  const lost = { ...gone, by: 'peer', retry: 'later' } as const;
  const asked = (): unknown[] =>
    alice.dials.map(({ certificate, again, rest, host }) => [
      ...[certificate ? 'signs in' : 'looks', again === true ? 'again' : 'anew'],
      ...[host ?? (rest === true ? 'the rest' : 'the usual place')],
    ]);

  it('goes to the server that was verified, and not by the dead one before it again', () => {
    begin(alice, far, { ...allowed, online: true });
    alice.give({ type: 'link-open', direct: false, more: true });
    alice.give({ type: 'link-closed', fault: lost });
    alice.secured({ protocol: 'TLSv1.2' });
    alice.secured({ protocol: 'TLSv1.2' });
    alice.offers('EXTERNAL');
    expect(alice.written).toContain('mechanism="EXTERNAL"');
    expect(asked()).toEqual([
      ['looks', 'anew', 'the usual place'],
      ['looks', 'anew', 'the rest'],
      ['signs in', 'again', 'the rest'],
    ]);
  });

  it('goes where the server sends it, too, and then the usual way again', () => {
    begin(alice, far, { ...allowed, online: true });
    alice.secured();
    alice.secured();
    const place =
      '<see-other-host xmlns="urn:ietf:params:xml:ns:xmpp-streams">b.example:5223</see-other-host>';
    alice.says(HEADER, `<stream:error>${place}</stream:error></stream:stream>`);
    alice.secured();
    alice.give({ type: 'link-closed', fault: lost });
    alice.pass(60_000);
    expect(asked()).toEqual([
      ['looks', 'anew', 'the usual place'],
      ['signs in', 'again', 'the usual place'],
      ['looks', 'anew', 'b.example'],
      ['signs in', 'again', 'b.example'],
      ['looks', 'anew', 'the usual place'],
    ]);
  });

  it('is not hurried for ever where the second link never comes to TLS', () => {
    begin(alice, far, { ...allowed, online: true });
    for (let times = 0; times < 50; times++) {
      alice.secured();
      alice.give({ type: 'link-open', direct: true, more: true });
      alice.give({ type: 'link-closed', fault: lost });
    }
    expect(alice.dials.length).toBeLessThanOrEqual(21);
    const dialled = alice.dials.length;
    alice.pass(60_000);
    expect(alice.dials.length).toBeGreaterThan(dialled);
  });

  it('is verified anew by other settings', () => {
    begin(alice, far, { ...allowed, online: true });
    for (let times = 0; times < 10; times++) {
      alice.secured();
      alice.give({ type: 'link-open', direct: true, more: true });
      alice.give({ type: 'link-closed', fault: lost });
    }
    // Verified, and held back: now another server is set.
    alice.attach({ ...allowed, connectServer: 'c.example' });
    alice.identity(far);
    expect(alice.dials.at(-1)).toMatchObject({ certificate: false, host: 'c.example' });
    expect(alice.dials.at(-1)).not.toHaveProperty('again');
  });

  it('is verified anew for each sign-in', () => {
    begin(alice, far, allowed);
    alice.secured({ protocol: 'TLSv1.2' });
    const text = 'x';
    const fault = {
      kind: 'tls',
      condition: 'certificate-changed',
      text,
      by: 'peer',
      retry: 'later',
    } as const;
    alice.give({ type: 'link-closed', fault });
    expect(alice.failures).toEqual(['certificate-changed']);
    alice.attach(allowed);
    alice.identity(far);
    expect(alice.dials.map(({ certificate }) => certificate)).toEqual([false, true, false]);
  });
});
