// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import type { NegotiationOutput } from '../../src/core/negotiation-output.js';
import { boundAs, features, offerBind, signedIn } from '../support/negotiating.js';

/** Asks to be bound and answers with this; the outputs of the answer. */
function answered(answer: string): NegotiationOutput[] {
  const { say } = signedIn();
  say(features(offerBind));
  return say(answer);
}

const failed = (condition: string, retry: string): object => ({
  type: 'failed',
  fault: { condition, retry, by: 'peer' },
});
const error = (type: string, condition: string): string =>
  `<iq type='error' id='bind'><error type='${type}'>` +
  `<${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`;

describe('the bind step', () => {
  it.each([
    ['the resource that the account names', 'my <desk>', '<resource>my &lt;desk&gt;</resource>'],
    ['no resource', '', undefined],
  ])('asks for %s (RFC 6120 §7)', (_, resource, payload) => {
    const xmlns = 'xmlns="urn:ietf:params:xml:ns:xmpp-bind"';
    const bind = payload === undefined ? `<bind ${xmlns}/>` : `<bind ${xmlns}>${payload}</bind>`;
    expect(signedIn({ resource }).say(features(offerBind))).toMatchObject([
      { type: 'step', step: 4, text: 'Binding' },
      { type: 'write', text: `<iq type="set" id="bind">${bind}</iq>` },
    ]);
  });

  it.each([
    ['as asked', 'alice@example.org/desk', 'alice@example.org/desk'],
    ['as the server likes', 'alice@example.org/7f3a', 'alice@example.org/7f3a'],
    ['in capitals', 'Alice@EXAMPLE.org/Desk', 'alice@example.org/Desk'],
    ['with white space round it', ' alice@example.org/desk\n', 'alice@example.org/desk'],
  ])('is bound %s', (_, given, full) => {
    const [output] = answered(boundAs(given));
    expect(output).toMatchObject({ type: 'established', mechanism: 'PLAIN' });
    expect(output?.type === 'established' && output.jid.toString()).toBe(full);
    expect(output).not.toHaveProperty('management');
  });

  it.each([
    ['no bind at all', "<iq type='result' id='bind'/>", 'bind-invalid', 'later'],
    ['no JID', boundAs(''), 'bind-invalid', 'later'],
    ['a bare JID', boundAs('alice@example.org'), 'bind-invalid', 'later'],
    ['no address', boundAs('@@'), 'bind-invalid', 'later'],
    ['another account', boundAs('bob@example.org/desk'), 'bind-wrong-account', 'never'],
    ['another domain', boundAs('alice@evil.example/desk'), 'bind-wrong-account', 'never'],
    ['conflict', error('cancel', 'conflict'), 'conflict', 'later'],
    ['too many', error('wait', 'resource-constraint'), 'resource-constraint', 'later'],
    ['not allowed', error('cancel', 'not-allowed'), 'not-allowed', 'later'],
    ['bad request', error('modify', 'bad-request'), 'bad-request', 'later'],
    ['an error without a reason', "<iq type='error' id='bind'/>", 'undefined-condition', 'later'],
    ['another answer', "<iq type='result' id='other'/>", 'unexpected-element', 'later'],
    ['a request', "<iq type='get' id='bind'/>", 'unexpected-element', 'later'],
    [
      'an answer of another namespace',
      "<iq xmlns='urn:x' type='result' id='bind'/>",
      'unexpected-element',
      'later',
    ],
  ])('ends with %s', (_, answer, condition, retry) => {
    expect(answered(answer)).toMatchObject([failed(condition, retry)]);
  });

  it('ends when binding is not offered', () => {
    expect(signedIn().say(features())).toMatchObject([failed('bind-missing', 'later')]);
  });
});
