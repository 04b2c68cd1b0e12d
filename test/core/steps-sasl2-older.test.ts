// SPDX-License-Identifier: MIT
//
// An offer of SASL2 that is weaker than what the account signed in by before, and the one of RFC 6120 beside it.

import { describe, expect, it } from 'vitest';
import type { NegotiationOptions } from '../../src/core/negotiation-options.js';
import type { NegotiationOutput } from '../../src/core/negotiation-output.js';
import type { Sasl2Options } from '../../src/core/steps/sasl2-request.js';
import { facts, features, negotiate, offerSasl, readOne, wall } from '../support/negotiating.js';

const usual: Sasl2Options = { agent: 'me', bind: false, over: true, carbons: true };
const offerSasl2 = (...names: string[]): string =>
  "<authentication xmlns='urn:xmpp:sasl:2'>" +
  names.map((name) => `<mechanism>${name}</mechanism>`).join('') +
  '</authentication>';
const written = (outputs: NegotiationOutput[]): string =>
  outputs.flatMap((o) => (o.type === 'write' ? [o.text] : [])).join('');

describe('where the account was bound to its connection before', () => {
  const bound = { mechanism: 'SCRAM-SHA-256-PLUS', binding: 'tls-exporter' } as const;
  const pin = { ...bound, authMethod: 'auto' } as const;
  const bindings = { 'tls-exporter': Buffer.from('channel') };
  const plus = ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256'];
  const request = (offer: string, options: Partial<NegotiationOptions>): string => {
    const { negotiation, say, take } = negotiate({ sasl2: usual, before: { pin }, ...options });
    negotiation.start(true);
    negotiation.tlsReady({ ...facts, bindings }, wall);
    take();
    return written(say(offer));
  };
  const offer = features(offerSasl2('SCRAM-SHA-256'), offerSasl(...plus));

  it.each<[string, string, Partial<NegotiationOptions>, RegExp]>([
    ['bound by RFC 6120 alone', offer, {}, /^<auth [^>]*"SCRAM-SHA-256-PLUS"/],
    [
      'a better hash by RFC 6120 alone',
      features(offerSasl2('SCRAM-SHA-1'), offerSasl('SCRAM-SHA-256')),
      { before: { pin: { mechanism: 'SCRAM-SHA-256', authMethod: 'auto' } } },
      /^<auth [^>]*"SCRAM-SHA-256"/,
    ],
    [
      'bound in neither: the server may prove its offer',
      features(offerSasl2('SCRAM-SHA-256'), offerSasl('SCRAM-SHA-256', 'PLAIN')),
      {},
      /^<authenticate [^>]*"SCRAM-SHA-256"/,
    ],
    [
      'bound in neither, and a password in clear',
      features(offerSasl2('SCRAM-SHA-256'), offerSasl('PLAIN')),
      {},
      /^<authenticate [^>]*"SCRAM-SHA-256"/,
    ],
    [
      'bound by RFC 6120 alone, after a change of the setting',
      offer,
      { authMethod: 'scram' },
      /^<authenticate [^>]*"SCRAM-SHA-256"/,
    ],
  ])('takes what is %s', (_, text, options, wanted) => {
    expect(request(text, options)).toMatch(wanted);
  });

  it('takes it from memory, too', () => {
    const remembered = { offers: { tls: readOne(offer) }, sha256: facts.sha256 };
    const driven = negotiate({ sasl2: usual, before: { pin }, remembered });
    driven.negotiation.start(true);
    driven.negotiation.tlsReady({ ...facts, bindings }, wall);
    expect(written(driven.take())).toMatch(/^<auth [^>]*"SCRAM-SHA-256-PLUS"/);
    expect(written(driven.say(offer))).toBe('');
  });
});
