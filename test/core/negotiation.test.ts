// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/core/errors.js';
import { attribute } from '../../src/core/xml.js';
import {
  boundAs,
  facts,
  features,
  fixedNonce,
  identity,
  negotiate,
  offerBind,
  offerSasl,
  offerSm,
  offerTls,
  proceed,
  readOne,
  signedIn,
  success,
  wall,
} from '../support/negotiating.js';
import type { Driven } from '../support/negotiating.js';

const types = (driven: { type: string }[]): string[] => driven.map((o) => o.type);
const step = (number: number, text: string): object => ({
  type: 'step',
  step: number,
  steps: 5,
  text,
});
const from = 'alice@example.org';

/** STARTTLS up to the moment at which TLS is up. */
function upgraded(driven: Driven): void {
  driven.negotiation.start(false);
  driven.say(features(offerTls));
  driven.say(proceed);
}

describe('a negotiation', () => {
  it('over STARTTLS tells each step and what to do', () => {
    const { negotiation, say, take } = negotiate({ identity });
    negotiation.start(false);
    expect(take()).toEqual([step(1, 'Connecting'), { type: 'restart' }]);
    expect(say(features(offerTls, offerSasl('PLAIN', 'EXTERNAL')))).toEqual([
      step(2, 'Encrypting'),
      { type: 'write', text: '<starttls xmlns="urn:ietf:params:xml:ns:xmpp-tls"/>' },
    ]);
    expect(say(proceed)).toEqual([{ type: 'start-tls' }]);
    negotiation.tlsReady(facts, wall);
    expect(take()).toEqual([{ type: 'restart', from }]);
    expect(say(features(offerSasl('EXTERNAL', 'PLAIN')))).toEqual([
      step(3, 'Authenticating'),
      {
        type: 'write',
        text: '<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="EXTERNAL">=</auth>',
      },
    ]);
    const after = { pin: { mechanism: 'EXTERNAL', authMethod: 'auto' } };
    expect(say(success)).toEqual([
      { type: 'sign-in', news: { what: 'signed-in', method: 'external', after } },
      { type: 'restart', from },
    ]);
    expect(say(features(offerBind, offerSm))).toEqual([
      step(4, 'Binding'),
      {
        type: 'write',
        text:
          '<iq type="set" id="bind"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind">' +
          '<resource>desk</resource></bind></iq>',
      },
      step(5, 'Starting the session'),
      { type: 'write', text: '<enable xmlns="urn:xmpp:sm:3" resume="true"/>' },
    ]);
    expect(say(boundAs('alice@example.org/desk'))).toEqual([]);
    const [established, ...more] = say(
      "<enabled xmlns='urn:xmpp:sm:3' id='x' resume='true' max='600'/>",
    );
    expect(more).toEqual([]);
    expect(established).toMatchObject({
      type: 'established',
      management: { id: 'x', max: 600 },
      mechanism: 'EXTERNAL',
      tlsVersion: 'TLSv1.3',
      offered: ['urn:ietf:params:xml:ns:xmpp-bind', 'urn:xmpp:sm:3'],
      early: [],
    });
    expect(established).not.toHaveProperty('resumed');
    expect(String(established?.type === 'established' && established.jid)).toBe(
      'alice@example.org/desk',
    );
    expect(say('<message/>')).toEqual([]);
  });

  it('over direct TLS writes nothing before TLS is up', () => {
    const { negotiation, take } = negotiate({ security: 'old_ssl' });
    negotiation.start(true);
    expect(take()).toEqual([step(1, 'Connecting'), step(2, 'Encrypting')]);
    negotiation.tlsReady(facts, wall);
    expect(take()).toEqual([{ type: 'restart', from }]);
  });

  it('takes what was offered before TLS for nothing (RFC 6120 §5.4.3.3)', () => {
    const driven = negotiate();
    upgraded(driven);
    driven.negotiation.tlsReady(facts, wall);
    driven.take();
    const [, first] = driven.say(features(offerSasl('SCRAM-SHA-1')));
    const auth = Buffer.from(`n,,n=alice,r=${fixedNonce}`).toString('base64');
    expect(first).toMatchObject({ type: 'write', text: expect.stringContaining(auth) as string });
  });

  it('ignores STARTTLS offered inside TLS', () => {
    const driven = negotiate();
    upgraded(driven);
    driven.negotiation.tlsReady(facts, wall);
    driven.take();
    const outputs = driven.say(features(offerTls, offerSasl('SCRAM-SHA-1')));
    expect(types(outputs)).toEqual(['step', 'write']);
    expect(outputs[1]).not.toMatchObject({ text: expect.stringContaining('starttls') as string });
  });

  it.each([
    ['over STARTTLS', false],
    ['over direct TLS', true],
  ])('%s sends nothing to a server that is not verified', (_, direct) => {
    const driven = negotiate({ identity });
    if (direct) driven.negotiation.start(true);
    else upgraded(driven);
    driven.take();
    const bad = { ...facts, chainError: 'DEPTH_ZERO_SELF_SIGNED_CERT' };
    driven.negotiation.tlsReady(bad, wall);
    expect(driven.take()).toMatchObject([
      { type: 'untrusted', facts: bad, reasons: ['self-signed'] },
    ]);
    expect(driven.say(features(offerSasl('PLAIN', 'EXTERNAL')))).toEqual([]);
    driven.negotiation.tlsReady(facts, wall);
    expect(driven.take()).toEqual([]);
  });

  it('goes on with exactly the certificate that was pinned', () => {
    const driven = negotiate({ pin: facts.sha256 });
    driven.negotiation.start(true);
    driven.take();
    driven.negotiation.tlsReady({ ...facts, chainError: 'CERT_HAS_EXPIRED' }, wall);
    expect(types(driven.take())).toEqual(['restart']);
  });

  it('in clear, if the account allows it, keeps who we are to itself', () => {
    const driven = negotiate({
      security: 'opportunistic_tls',
      authMethod: 'plain',
      plainInClear: true,
    });
    driven.negotiation.start(false);
    driven.take();
    driven.say(features(offerSasl('PLAIN')));
    expect(driven.say(success)).toEqual([{ type: 'restart' }]);
    driven.say(features(offerBind));
    expect(driven.say(boundAs('alice@example.org/desk'))).toMatchObject([
      { type: 'established', mechanism: 'PLAIN', tlsVersion: '' },
    ]);
  });

  it('hands over the stanzas that came between binding and the session', () => {
    const { say } = signedIn();
    say(features(offerBind, offerSm));
    say(boundAs('alice@example.org/desk'));
    expect(say("<message id='1'/><iq type='get' id='2'/><presence id='3'/>")).toEqual([]);
    const [established] = say("<failed xmlns='urn:xmpp:sm:3'/>");
    const early = established?.type === 'established' ? established.early : [];
    expect(early.map((el) => attribute(el, 'id'))).toEqual(['1', '2', '3']);
  });

  it('gives up a server that sends stanzas without end before the session', () => {
    const { say } = signedIn();
    say(features(offerBind, offerSm));
    say(boundAs('alice@example.org/desk'));
    expect(say('<message/>'.repeat(256))).toEqual([]);
    expect(say('<message/>')).toMatchObject([
      { type: 'failed', fault: { condition: 'unexpected-element' } },
    ]);
  });

  it('without TLS is not started for an account of direct TLS', () => {
    const { negotiation } = negotiate({ security: 'old_ssl' });
    expect(() => {
      negotiation.start(false);
    }).toThrow(UsageError);
  });

  it('takes TLS only when it asked for it', () => {
    const { negotiation } = negotiate();
    negotiation.start(false);
    expect(() => {
      negotiation.tlsReady(facts, wall);
    }).toThrow(UsageError);
  });
});

describe('an element out of place ends a negotiation', () => {
  const unexpected = [
    { type: 'failed', fault: { kind: 'stream', condition: 'unexpected-element', by: 'peer' } },
  ];

  it.each([
    ['a stanza', '<message/>'],
    ['success', success],
    ['proceed', proceed],
    ['a session', "<resumed xmlns='urn:xmpp:sm:3' previd='x' h='0'/>"],
    ['features of another namespace', "<features xmlns='urn:x'/>"],
  ])('%s before features', (_, text) => {
    const driven = negotiate();
    driven.negotiation.start(false);
    driven.take();
    expect(driven.say(text)).toMatchObject(unexpected);
    expect(driven.say(features(offerTls))).toEqual([]);
  });

  it.each([
    ['features again', features(offerTls)],
    ['proceed of another namespace', "<proceed xmlns='urn:x'/>"],
    ['proceed of the stream’s namespace', '<proceed/>'],
    ['success', success],
    ['features and proceed of SASL', "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"],
  ])('%s in answer to <starttls/>', (_, text) => {
    const driven = negotiate();
    driven.negotiation.start(false);
    driven.say(features(offerTls));
    expect(driven.say(text)).toMatchObject(unexpected);
  });

  it('anything between <proceed/> and TLS', () => {
    const driven = negotiate();
    upgraded(driven);
    driven.take();
    driven.negotiation.element(readOne(features(offerSasl('PLAIN'))));
    expect(driven.take()).toMatchObject(unexpected);
  });

  it('an ack before there is stream management', () => {
    const { say } = signedIn();
    say(features(offerBind, offerSm));
    say(boundAs('alice@example.org/desk'));
    expect(say("<r xmlns='urn:xmpp:sm:3'/>")).toMatchObject(unexpected);
  });

  it('a stanza before <resumed/>', () => {
    const { say } = signedIn({ resume: { previd: 'x', h: 1, resource: 'desk' } });
    say(features(offerBind, offerSm));
    expect(say('<message/>')).toMatchObject(unexpected);
  });
});
