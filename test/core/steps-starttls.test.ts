// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { features, negotiate, offerSasl, offerTls, proceed } from '../support/negotiating.js';
import type { Driven } from '../support/negotiating.js';

function started(options: Parameters<typeof negotiate>[0] = {}): Driven {
  const driven = negotiate(options);
  driven.negotiation.start(false);
  driven.take();
  return driven;
}

const required = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>";
const sasl = offerSasl('PLAIN', 'SCRAM-SHA-1', 'EXTERNAL');

describe('the STARTTLS step', () => {
  it.each([
    ['none', ''],
    ['SASL alone (CVE-2016-10027)', sasl],
    ['STARTTLS of another namespace', `<starttls xmlns='urn:x'/>${sasl}`],
    ['STARTTLS of the stream’s namespace', `<starttls/>${sasl}`],
  ])('refuses a server that offers %s, and writes not a byte', (_, offers) => {
    const outputs = started().say(features(offers));
    expect(outputs).toMatchObject([
      {
        type: 'failed',
        fault: { kind: 'tls', condition: 'starttls-missing', by: 'peer', retry: 'later' },
      },
    ]);
    const [failed] = outputs;
    expect(failed?.type === 'failed' && failed.fault.text).toMatch(/Nothing was sent/);
  });

  it.each([
    ['offered', offerTls],
    ['required', required],
    ['offered beside SASL', offerTls + sasl],
  ])('asks for TLS where it is %s, whatever the account allows', (_, offers) => {
    for (const security of ['require_tls', 'opportunistic_tls'] as const) {
      const driven = started({ security, plainInClear: true, authMethod: 'plain' });
      expect(driven.say(features(offers))).toMatchObject([
        { type: 'step', step: 2, text: 'Encrypting' },
        { type: 'write', text: '<starttls xmlns="urn:ietf:params:xml:ns:xmpp-tls"/>' },
      ]);
      expect(driven.say(proceed)).toEqual([{ type: 'start-tls' }]);
    }
  });

  it('a refusal ends it even where TLS is not required, and nothing goes on in clear', () => {
    const driven = started({ security: 'opportunistic_tls', plainInClear: true });
    driven.say(features(offerTls, sasl));
    expect(driven.say("<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")).toMatchObject([
      { type: 'failed', fault: { kind: 'tls', condition: 'starttls-failed', retry: 'later' } },
    ]);
    expect(driven.say(features(sasl))).toEqual([]);
  });

  it('opportunistic, it goes on in clear with SCRAM but not with PLAIN', () => {
    const scram = started({ security: 'opportunistic_tls' });
    expect(scram.say(features(sasl))).toMatchObject([
      { type: 'step', step: 3 },
      { type: 'write', text: expect.stringContaining('SCRAM-SHA-1') as string },
    ]);
    const plain = started({ security: 'opportunistic_tls' });
    expect(plain.say(features(offerSasl('PLAIN')))).toMatchObject([
      { type: 'step', step: 3 },
      { type: 'failed', fault: { kind: 'sasl', condition: 'no-mechanism' } },
    ]);
  });
});
