// SPDX-License-Identifier: MIT
//
// Where a token (XEP-0484) may go, beside the channel binding and the way in that were known before.

import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { NegotiationOptions } from '../../src/core/negotiation-options.js';
import type { NegotiationOutput } from '../../src/core/negotiation-output.js';
import type { Pin } from '../../src/core/sasl/strength.js';
import type { Sasl2Options } from '../../src/core/steps/sasl2-request.js';
import { facts, features, negotiate, readOne, wall } from '../support/negotiating.js';
import type { Driven } from '../support/negotiating.js';

const NONE = 'HT-SHA-256-NONE';
const EXPR = 'HT-SHA-256-EXPR';
const UNIQ = 'HT-SHA-256-UNIQ';
const ENDP = 'HT-SHA-256-ENDP';
const END_POINT = 'tls-server-end-point';
const channel = Buffer.from('channel');
const bound: Pin = {
  ...{ mechanism: 'SCRAM-SHA-256-PLUS', binding: 'tls-exporter', authMethod: 'auto' },
};
const unbound: Pin = { mechanism: 'SCRAM-SHA-256', authMethod: 'auto' };
const another = 'cd'.repeat(32);

const wants: Sasl2Options = { agent: 'agent', bind: false, over: true, carbons: false, fast: {} };
const tokenFor = (mechanism: string) => ({ mechanism, token: 'secret-token', count: 1 });
const having = (mechanism: string): Sasl2Options => {
  return { ...wants, fast: { token: tokenFor(mechanism) } };
};

function offer(mechanisms: string[], tokens: string[]): string {
  const list = (names: string[]): string =>
    names.map((name) => `<mechanism>${name}</mechanism>`).join('');
  const inline = `<inline><fast xmlns='urn:xmpp:fast:0'>${list(tokens)}</fast></inline>`;
  const binds = mechanisms.some((name) => name.endsWith('-PLUS'));
  return features(
    `<authentication xmlns='urn:xmpp:sasl:2'>${list(mechanisms)}${inline}</authentication>`,
    binds
      ? "<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'><channel-binding type='tls-exporter'/></sasl-channel-binding>"
      : '',
  );
}
const plus = (...tokens: string[]): string =>
  offer(['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256'], tokens);

/** What goes out from memory into a channel that can be bound to, and the rest of the negotiation. */
function secured(options: Partial<NegotiationOptions>): [string, Driven] {
  const driven = negotiate(options);
  driven.negotiation.start(true);
  driven.negotiation.tlsReady({ ...facts, bindings: { 'tls-exporter': channel } }, wall);
  return [written(driven.take()), driven];
}

function written(outputs: NegotiationOutput[]): string {
  return outputs.flatMap((output) => (output.type === 'write' ? [output.text] : [])).join('');
}

/** A channel that can be bound to in these ways, each of which has its own name for data. */
function channelWith(types: string | readonly string[], options: Partial<NegotiationOptions>) {
  const driven = negotiate(options);
  const bindings = Object.fromEntries([types].flat().map((type) => [type, Buffer.from(type)]));
  driven.negotiation.start(true);
  driven.negotiation.tlsReady({ ...facts, bindings }, wall);
  driven.take();
  return driven;
}

/** What the first request is by, once the server has made its offer. */
function by(text: string, options: Partial<NegotiationOptions>): string {
  const [, { say }] = secured(options);
  const outputs = say(text);
  const [failed] = outputs.flatMap((output) => (output.type === 'failed' ? [output.fault] : []));
  return /mechanism="([^"]+)"/.exec(written(outputs))?.[1] ?? failed?.condition ?? '';
}

const remembered = (text: string, sha256 = facts.sha256) => ({
  remembered: { offers: { tls: readOne(text) }, sha256 },
});

describe('a token that is not bound to the channel', () => {
  it.each([
    ['as it was offered', plus(NONE), 'SCRAM-SHA-256-PLUS'],
    ['by an offer of less', offer(['SCRAM-SHA-256'], [NONE]), 'SCRAM-SHA-256'],
    ['by an offer of next to nothing', offer(['PLAIN'], [NONE]), 'downgrade'],
  ])('takes no place of a sign-in that is, %s', (_, text, instead) => {
    const before = { pin: bound };
    expect(by(text, { before, sasl2: having(NONE) })).toBe(instead);
    expect(by(text, { before, sasl2: wants })).toBe(instead);
  });

  it('does not go out from memory either where the sign-in was bound', () => {
    for (const sha256 of [facts.sha256, another]) {
      const options = { before: { pin: bound }, sasl2: having(NONE) };
      const [flight] = secured({ ...options, ...remembered(plus(NONE), sha256) });
      expect(flight).toContain('mechanism="SCRAM-SHA-256-PLUS"');
      expect(flight).not.toContain('request-token');
    }
  });

  it('is not asked for in a sign-in that is bound, be it the first one', () => {
    const [, { say }] = secured({ sasl2: wants });
    expect(written(say(plus(NONE)))).not.toContain('request-token');
  });

  it('waits for a real offer in a channel with another certificate', () => {
    const text = offer(['SCRAM-SHA-256'], [NONE]);
    const [flight, { say }] = secured({ sasl2: having(NONE), ...remembered(text, another) });
    expect(flight).toBe('');
    expect(written(say(text))).toContain(`mechanism="${NONE}"`);
  });

  it('is not shown for an offer of less than before, unless the certificate is the same', () => {
    const text = offer(['SCRAM-SHA-1'], [NONE]);
    const options = { before: { pin: unbound }, sasl2: having(NONE) };
    expect(by(text, { ...options, remembered: { offers: {}, sha256: another } })).toBe(
      'SCRAM-SHA-1',
    );
    expect(by(text, { ...options, remembered: { offers: {}, sha256: facts.sha256 } })).toBe(NONE);
  });

  it('is no way around the setting', () => {
    const text = offer(['EXTERNAL'], [NONE]);
    expect(by(text, { authMethod: 'external', sasl2: having(NONE) })).not.toBe(NONE);
  });

  it.each([
    ['where the sign-in was bound', bound, offer(['SCRAM-SHA-256'], [NONE])],
    ['by an offer of less than before', unbound, offer(['PLAIN'], [NONE])],
  ])('is forgotten, not shown, when it is to end %s', (_, pin, text) => {
    const { fast: _fast, ...rest } = wants;
    const sasl2 = { ...rest, revoke: tokenFor(NONE) };
    expect(by(text, { before: { pin }, sasl2 })).toBe('token-left');
  });
});

it('a server that signed in by the older profile alone, in another channel, is asked anew', () => {
  const old = features(
    "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms>",
  );
  const options = { authMethod: 'plain', sasl2: wants, ...remembered(old, another) } as const;
  expect(by(offer(['PLAIN'], []), options)).toBe('offer-changed');
});

describe('a token that is bound to the channel', () => {
  it('is asked for in a sign-in that is', () => {
    const [, { say }] = secured({ sasl2: wants });
    const request = written(say(plus(NONE, EXPR)));
    expect(request).toContain(`<request-token xmlns="urn:xmpp:fast:0" mechanism="${EXPR}"/>`);
  });

  it.each([
    ['with the same binding', channel, 'established'],
    ['with none', Buffer.alloc(0), 'failed'],
  ])('signs in, and the server answers %s', (_, theirs, end) => {
    const options = { before: { pin: bound }, sasl2: having(EXPR) };
    const resume = { previd: 'x', h: 3, resource: 'desk' };
    const [flight, { say }] = secured({ ...options, resume, ...remembered(plus(NONE, EXPR)) });
    const response = Buffer.from(/<initial-response>([^<]+)/.exec(flight)?.[1] ?? '', 'base64');
    const proof = (role: string, data: Uint8Array): Buffer =>
      createHmac('sha256', 'secret-token').update(role).update(data).digest();
    expect(response).toEqual(Buffer.concat([Buffer.from('alice\0'), proof('Initiator', channel)]));
    const data = proof('Responder', theirs).toString('base64');
    const success =
      `<success xmlns='urn:xmpp:sasl:2'><additional-data>${data}</additional-data>` +
      '<authorization-identifier>alice@example.org</authorization-identifier></success>';
    say(plus(NONE, EXPR));
    const outputs = say(
      success +
        features("<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>", "<sm xmlns='urn:xmpp:sm:3'/>"),
    );
    const resumed =
      end === 'failed' ? [] : say("<resumed xmlns='urn:xmpp:sm:3' previd='x' h='5'/>");
    const last = [...outputs, ...resumed].at(-1);
    expect(last).toMatchObject({ type: end });
    if (last?.type === 'established')
      expect(last).toMatchObject({ mechanism: EXPR, binding: 'tls-exporter' });
  });

  it.each([
    [EXPR, 'tls-exporter'],
    [UNIQ, 'tls-unique'],
    [ENDP, 'tls-server-end-point'],
  ])('by %s proves itself together with %s', (mechanism, type) => {
    const driven = channelWith(type, { sasl2: having(mechanism) });
    const request = written(driven.say(offer(['SCRAM-SHA-256'], [NONE, ENDP, UNIQ, EXPR])));
    expect(request).toContain(`mechanism="${mechanism}"`);
    const proof = createHmac('sha256', 'secret-token').update('Initiator').update(type).digest();
    const response = Buffer.from(/<initial-response>([^<]+)/.exec(request)?.[1] ?? '', 'base64');
    expect(response).toEqual(Buffer.concat([Buffer.from('alice\0'), proof]));
  });

  const every = [NONE, ENDP, UNIQ, EXPR];
  it.each([
    ['in TLS 1.3', every, ['tls-exporter', 'tls-server-end-point'], undefined, EXPR],
    ['in TLS 1.2', every, ['tls-exporter', 'tls-unique'], undefined, EXPR],
    ['in an older TLS 1.2', every, ['tls-unique', 'tls-server-end-point'], undefined, UNIQ],
    [
      'where tls-exporter is not offered',
      [NONE, ENDP],
      ['tls-exporter', END_POINT],
      undefined,
      ENDP,
    ],
    ['where nothing can be bound', every, [], undefined, NONE],
    ['after a sign-in bound to the certificate', [NONE, ENDP], [END_POINT], END_POINT, ENDP],
    ['after one bound to the channel', [NONE, ENDP], [END_POINT], 'tls-exporter', undefined],
    ['after one bound to it otherwise', [NONE, ENDP, UNIQ], ['tls-unique'], 'tls-exporter', UNIQ],
  ] as const)('is asked for, the strongest first, %s', (_, offered, types, binding, expected) => {
    const pin: Pin = { ...unbound, ...(binding && { binding }) };
    const driven = channelWith(types, { before: { pin }, sasl2: wants });
    const request = written(driven.say(offer(['SCRAM-SHA-256'], [...offered])));
    expect(/<request-token [^>]*mechanism="([^"]+)"/.exec(request)?.[1]).toBe(expected);
  });

  it.each([
    ['refused the first time', 1, 'not-authorized', unbound, UNIQ],
    ['too old', 1, 'credentials-expired', unbound, EXPR],
    ['refused after it was taken', 2, 'not-authorized', unbound, EXPR],
    ['refused where the sign-in is bound', 1, 'not-authorized', bound, UNIQ],
  ])(
    'that is %s is followed by the password, and by a token of a fitting kind',
    (_, count, condition, pin, next) => {
      const token = { ...tokenFor(EXPR), count };
      const sasl2 = { ...wants, fast: { token } };
      const driven = channelWith(['tls-exporter', 'tls-unique'], { before: { pin }, sasl2 });
      driven.say(offer(['SCRAM-SHA-256'], [NONE, UNIQ, EXPR]));
      const failure = `<failure xmlns='urn:xmpp:sasl:2'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/></failure>`;
      const request = written(driven.say(failure));
      expect(request).toContain('mechanism="SCRAM-SHA-256"');
      expect(/<request-token [^>]*mechanism="([^"]+)"/.exec(request)?.[1]).toBe(next);
    },
  );

  it('is of no use in a channel that cannot be bound to', () => {
    const driven = negotiate({ sasl2: having(EXPR) });
    driven.negotiation.start(true);
    driven.negotiation.tlsReady(facts, wall);
    expect(written(driven.say(offer(['SCRAM-SHA-256'], [EXPR])))).toContain('"SCRAM-SHA-256"');
  });
});
