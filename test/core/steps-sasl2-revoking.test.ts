// SPDX-License-Identifier: MIT
//
// A link on which a token is ended (XEP-0484 §3.6), and one on which a refused token stands in the way.

import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { NegotiationOptions } from '../../src/core/negotiation-options.js';
import type { NegotiationOutput } from '../../src/core/negotiation-output.js';
import { facts, features, negotiate, offerSasl, wall } from '../support/negotiating.js';
import type { Driven } from '../support/negotiating.js';

const HT = 'HT-SHA-256-NONE';
const token = { mechanism: HT, token: 'secret-token', count: 3 };
const usual = { agent: 'agent', bind: true, over: true, carbons: true };
const resume = { previd: 'x', h: 3, resource: 'desk' };
const NS = 'urn:xmpp:sasl:2';

const offer = features(
  `<authentication xmlns='${NS}'><mechanism>PLAIN</mechanism><inline><sm xmlns='urn:xmpp:sm:3'/>` +
    "<bind xmlns='urn:xmpp:bind:0'><inline><feature var='urn:xmpp:sm:3'/></inline></bind>" +
    `<fast xmlns='urn:xmpp:fast:0'><mechanism>${HT}</mechanism></fast></inline></authentication>`,
);
const proof = (role: string): string =>
  createHmac('sha256', token.token).update(role).digest('base64');
const success = (role?: string): string => {
  const data = role === undefined ? '' : `<additional-data>${proof(role)}</additional-data>`;
  const jid = '<authorization-identifier>alice@example.org</authorization-identifier>';
  return `<success xmlns='${NS}'>${data}${jid}</success>`;
};
const failure = (word: string): string =>
  `<failure xmlns='${NS}'><${word} xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/></failure>`;

function secure(options: Partial<NegotiationOptions>, channel = facts): Driven {
  const driven = negotiate({ authMethod: 'plain', resume, ...options });
  driven.negotiation.start(true);
  driven.negotiation.tlsReady(channel, wall);
  driven.take();
  return driven;
}

const written = (outputs: NegotiationOutput[]): string =>
  outputs.flatMap((o) => (o.type === 'write' ? [o.text] : [])).join('');

describe('a token that is to end', () => {
  it.each([
    ['it was taken', success('Responder'), 'token-revoked'],
    ['it was not known any more', failure('not-authorized'), 'token-revoked'],
    ['it had expired', failure('credentials-expired'), 'token-revoked'],
    ['the server says another word', failure('temporary-auth-failure'), 'token-left'],
    ['the server says a word that is none', failure('because'), 'token-left'],
    ['the server did not prove itself', success(), 'token-left'],
    ['somebody else proved himself', success('Initiator'), 'token-left'],
    ['the server asked for more', `<challenge xmlns='${NS}'>AA==</challenge>`, 'token-left'],
    ['the server set a task', `<continue xmlns='${NS}'><tasks/></continue>`, 'token-left'],
  ])('asks for nothing else, and is over when %s', (_, answer, condition) => {
    const { say } = secure({ sasl2: { ...usual, revoke: token } });
    const request = written(say(offer));
    expect(request).toContain('invalidate="true"');
    expect(request).not.toMatch(/<resume|<bind|request-token|PLAIN/);
    expect(say(answer)).toMatchObject([{ type: 'failed', fault: { condition } }]);
  });

  it.each([
    [
      'bound, shown for the first time and not taken: perhaps for its binding',
      1,
      'not-authorized',
      'left',
    ],
    ['bound, shown for the first time and too old', 1, 'credentials-expired', 'revoked'],
    ['bound, shown before and not known any more', 2, 'not-authorized', 'revoked'],
  ])('that is %s is told as such', (_, count, word, end) => {
    const mechanism = 'HT-SHA-256-EXPR';
    const revoke = { ...token, mechanism, count };
    const bindings = { 'tls-exporter': new Uint8Array(32) };
    const { say } = secure({ sasl2: { ...usual, revoke } }, { ...facts, bindings });
    expect(written(say(offer.replace(HT, mechanism)))).toContain(`mechanism="${mechanism}"`);
    expect(say(failure(word))).toMatchObject([
      { type: 'failed', fault: { condition: `token-${end}` } },
    ]);
  });

  it('that is not bound and shown for the first time is not known where it is refused', () => {
    const { say } = secure({ sasl2: { ...usual, revoke: { ...token, count: 1 } } });
    say(offer);
    expect(say(failure('not-authorized'))).toMatchObject([
      { type: 'failed', fault: { condition: 'token-revoked' } },
    ]);
  });

  it('is over where the server has no tokens', () => {
    const { say } = secure({ sasl2: { ...usual, revoke: token } });
    const [end] = say(features(offerSasl('PLAIN')));
    expect(end).toMatchObject({ type: 'failed', fault: { condition: 'token-left' } });
  });
});

it('a token behind whose refusal the server takes no password leaves that to the next link', () => {
  const { say } = secure({ sasl2: { ...usual, fast: { token } } });
  say(offer);
  const outputs = say(failure('not-authorized'));
  expect(outputs[0]).toEqual({ type: 'token' });
  expect(written(outputs)).toContain('mechanism="PLAIN"');
  expect(say(failure('invalid-mechanism'))).toMatchObject([
    { type: 'failed', fault: { condition: 'token-left' } },
  ]);
});
