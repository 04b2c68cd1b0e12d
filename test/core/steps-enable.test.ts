// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import type { NegotiationOutput } from '../../src/core/negotiation-output.js';
import { boundAs, features, offerBind, offerSm, signedIn } from '../support/negotiating.js';

/** Asks for stream management and answers with this; the outputs of the answer. */
function answered(answer: string): NegotiationOutput[] {
  const { say } = signedIn();
  say(features(offerBind, offerSm));
  say(boundAs('alice@example.org/desk'));
  return say(answer);
}

const enabled = (attributes: string): string => `<enabled xmlns='urn:xmpp:sm:3' ${attributes}/>`;

describe('the enable step (XEP-0198 §3)', () => {
  it.each([
    ["id='x' resume='true'", { id: 'x' }],
    ["id='x' resume='1'", { id: 'x' }],
    ["id='&quot; &amp; g2g' resume='1'", { id: '" & g2g' }],
    ["id='x' resume='true' max='600'", { id: 'x', max: 600 }],
    ["id='x' resume='true' max='0'", { id: 'x', max: 0 }],
    [
      "id='x' resume='true' location='[2001:db8::1]:9222'",
      { id: 'x', location: '[2001:db8::1]:9222' },
    ],
    ["id='x' resume='true' max='-1' location=''", { id: 'x' }],
    ["id='x' resume='true' max='1e3'", { id: 'x' }],
    ["id='x' resume='true' max='9999999999'", { id: 'x' }],
    ['', {}],
    ["id='x'", {}],
    ["resume='true'", {}],
    ["id='' resume='true'", {}],
    ["id='x' resume='false' max='600'", {}],
    ["id='x' resume='yes'", {}],
  ])('reads <enabled %s/>', (attributes, management) => {
    const [output, ...more] = answered(enabled(attributes));
    expect(more).toEqual([]);
    expect(output?.type).toBe('established');
    expect(output?.type === 'established' && output.management).toEqual(management);
  });

  it('a refusal means a session without it', () => {
    const [output] = answered(
      "<failed xmlns='urn:xmpp:sm:3'><unexpected-request xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>",
    );
    expect(output?.type).toBe('established');
    expect(output).not.toHaveProperty('management');
  });

  it('a server that does not offer it is not asked', () => {
    const { say } = signedIn();
    say(features(offerBind, "<sm xmlns='urn:xmpp:sm:2'/>"));
    const outputs = say(boundAs('alice@example.org/desk'));
    expect(outputs.map((o) => o.type)).toEqual(['established']);
  });

  it('an answer of another version is out of place', () => {
    expect(answered("<enabled xmlns='urn:xmpp:sm:2' id='x' resume='true'/>")).toMatchObject([
      { type: 'failed', fault: { condition: 'unexpected-element' } },
    ]);
  });
});
