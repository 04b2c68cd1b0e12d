// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import type { NegotiationOutput } from '../../src/core/negotiation-output.js';
import { boundAs, features, offerBind, offerSm, signedIn } from '../support/negotiating.js';

const offer = "<session xmlns='urn:ietf:params:xml:ns:xmpp-session'/>";
const optional = "<session xmlns='urn:ietf:params:xml:ns:xmpp-session'><optional/></session>";
const ask = {
  type: 'write',
  text: '<iq type="set" id="session"><session xmlns="urn:ietf:params:xml:ns:xmpp-session"/></iq>',
};

/** Bound with these offers; the outputs of the bind and, if given, of an answer. */
function bound(offers: string, answer?: string): NegotiationOutput[] {
  const { say } = signedIn();
  say(features(offerBind, offers));
  const outputs = say(boundAs('alice@example.org/desk'));
  return answer === undefined ? outputs : say(answer);
}

describe('the session step (RFC 3921 §3)', () => {
  it.each([
    ['is not offered', ''],
    ['is optional', optional],
    ['is of another namespace', "<session xmlns='urn:x'/>"],
  ])('is left out where it %s', (_, offers) => {
    expect(bound(offers)).toMatchObject([{ type: 'established' }]);
  });

  it('is done for a server that insists, before stream management', () => {
    expect(bound(offer + offerSm)).toEqual([ask]);
    expect(bound(offer + offerSm, "<iq type='result' id='session'/>")).toMatchObject([
      { type: 'step', step: 5 },
      { type: 'write', text: '<enable xmlns="urn:xmpp:sm:3" resume="true"/>' },
    ]);
  });

  it.each([
    ['a result', "<iq type='result' id='session' from='bob@example.org/x'/>"],
    ['an error', "<iq type='error' id='session' from='example.net'/>"],
  ])('does not take %s of a stranger for the server’s', (_, answer) => {
    expect(bound(offer, answer)).toEqual([]);
  });

  it('ends with a refusal', () => {
    expect(bound(offer, "<iq type='error' id='session'/>")).toMatchObject([
      { type: 'failed', fault: { condition: 'session-refused', retry: 'later' } },
    ]);
  });
});
