// SPDX-License-Identifier: MIT
import { pbkdf2Sync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { NegotiationOutput } from '../../src/core/negotiation-output.js';
import {
  facts,
  features,
  fixedNonce,
  fixedTicket,
  identity,
  negotiate,
  offerSasl,
  success,
  wall,
} from '../support/negotiating.js';
import type { Driven } from '../support/negotiating.js';

const xmlns = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'";
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const challenge = (text: string): string => `<challenge ${xmlns}>${base64(text)}</challenge>`;

/** Behind TLS, with these mechanisms offered; the outputs of the offer are the answer. */
function offered(
  mechanisms: string[],
  options: Parameters<typeof negotiate>[0] = {},
  channel = facts,
): { driven: Driven; outputs: NegotiationOutput[] } {
  const driven = negotiate(options);
  driven.negotiation.start(true);
  driven.negotiation.tlsReady(channel, wall);
  driven.take();
  const [, ...outputs] = driven.say(features(offerSasl(...mechanisms)));
  return { driven, outputs };
}

const write = (text: string): object => ({ type: 'write', text });
const auth = (mechanism: string, data: string): object =>
  write(`<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="${mechanism}">${data}</auth>`);
const failed = (kind: string, condition: string): object => ({
  type: 'failed',
  fault: { kind, condition },
});

describe('the SASL step', () => {
  it('does PLAIN in one message', () => {
    const { driven, outputs } = offered(['PLAIN']);
    expect(outputs).toEqual([auth('PLAIN', base64('\0alice\0pencil'))]);
    expect(driven.say(success)).toMatchObject([{ type: 'restart' }]);
  });

  it('sends no password with a NUL in it', () => {
    const { outputs } = offered(['PLAIN'], { password: 'a\0b' });
    expect(outputs).toMatchObject([failed('sasl', 'password-not-allowed')]);
  });

  it('does SCRAM with the key derived outside', () => {
    const { driven, outputs } = offered(['SCRAM-SHA-1']);
    expect(outputs).toEqual([auth('SCRAM-SHA-1', base64(`n,,n=alice,r=${fixedNonce}`))]);
    const salt = Buffer.from('salt of the account');
    const first = `r=${fixedNonce}srv,s=${salt.toString('base64')},i=4096`;
    expect(driven.say(challenge(first))).toEqual([
      {
        type: 'derive',
        ticket: fixedTicket,
        derivation: { hash: 'sha1', password: 'pencil', salt, iterations: 4096 },
      },
    ]);
    const key = pbkdf2Sync('pencil', salt, 4096, 20, 'sha1');
    driven.negotiation.derived(7, key);
    expect(driven.take()).toEqual([]);
    driven.negotiation.derived(fixedTicket, key);
    const [response] = driven.take();
    expect(response?.type === 'write' && response.text).toMatch(
      /^<response .*>[\w+/]+=*<\/response>$/,
    );
    driven.negotiation.derived(fixedTicket, key);
    expect(driven.take()).toEqual([]);
    expect(driven.say(success)).toMatchObject([failed('sasl', 'server-signature')]);
  });

  it('nothing the server says counts while a key is derived', () => {
    const { driven } = offered(['SCRAM-SHA-1']);
    driven.say(challenge(`r=${fixedNonce}srv,s=AAAA,i=4096`));
    expect(driven.say(success)).toMatchObject([failed('stream', 'unexpected-element')]);
    driven.negotiation.derived(fixedTicket, new Uint8Array(20));
    expect(driven.take()).toEqual([]);
  });

  it('asks for a password only when one is needed, and waits', () => {
    const { driven, outputs } = offered(['SCRAM-SHA-1'], { password: '' });
    expect(outputs).toEqual([{ type: 'need-password' }]);
    driven.negotiation.password('');
    expect(driven.take()).toEqual([{ type: 'need-password' }]);
    driven.negotiation.password('pencil');
    expect(driven.take()).toEqual([auth('SCRAM-SHA-1', base64(`n,,n=alice,r=${fixedNonce}`))]);
    driven.negotiation.password('another');
    expect(driven.take()).toEqual([]);
  });

  it('a password that was given ahead is kept for the moment it is needed', () => {
    const driven = negotiate({ password: '' });
    driven.negotiation.start(true);
    driven.negotiation.password('early');
    driven.negotiation.tlsReady(facts, wall);
    driven.take();
    const [, first] = driven.say(features(offerSasl('PLAIN')));
    expect(first).toEqual(auth('PLAIN', base64('\0alice\0early')));
  });

  it('asks for none when there is a certificate', () => {
    const { outputs } = offered(['EXTERNAL', 'SCRAM-SHA-1'], { password: '', identity });
    expect(outputs).toEqual([auth('EXTERNAL', '=')]);
  });

  it('names the account when the certificate names several (XEP-0178 §2)', () => {
    const two = { ...identity, xmppAddr: ['bob@example.org', 'alice@example.org'] };
    const { outputs } = offered(['EXTERNAL'], { identity: two });
    expect(outputs).toEqual([auth('EXTERNAL', base64('alice@example.org'))]);
  });

  it('sends nothing when the certificate is another account’s', () => {
    const bob = { ...identity, xmppAddr: ['bob@example.org'] };
    const { outputs } = offered(['EXTERNAL', 'PLAIN'], { identity: bob });
    expect(outputs).toMatchObject([failed('sasl', 'certificate-wrong-account')]);
  });

  it('with a certificate takes nothing below TLS 1.3, and says so', () => {
    const tls12 = { ...facts, protocol: 'TLSv1.2' };
    const { outputs } = offered(['EXTERNAL', 'PLAIN'], { identity }, tls12);
    expect(outputs).toMatchObject([failed('tls', 'certificate-needs-tls13')]);
    const [output] = outputs;
    expect(output?.type === 'failed' && output.fault.text).toMatch(/needs TLS 1\.3.*TLSv1\.2/);
  });

  it('a refused certificate is not followed by a password', () => {
    const { driven } = offered(['EXTERNAL', 'PLAIN', 'SCRAM-SHA-1'], { identity });
    const refusal = `<failure ${xmlns}><account-disabled/></failure>`;
    expect(driven.say(refusal)).toMatchObject([failed('sasl', 'account-disabled')]);
    expect(driven.say(features(offerSasl('PLAIN')))).toEqual([]);
  });

  it('a certificate that Prosody 0.12 finds expired is refused by an element of another name', () => {
    const { driven } = offered(['EXTERNAL', 'PLAIN'], { identity });
    expect(driven.say(`<false ${xmlns}/>`)).toMatchObject([failed('sasl', 'certificate-expired')]);
    const byPassword = offered(['PLAIN']).driven;
    expect(byPassword.say(`<false ${xmlns}/>`)).toMatchObject([
      failed('stream', 'unexpected-element'),
    ]);
  });

  it('a refused password is told with its condition', () => {
    const { driven } = offered(['PLAIN']);
    expect(driven.say(`<failure ${xmlns}><credentials-expired/></failure>`)).toMatchObject([
      failed('sasl', 'credentials-expired'),
    ]);
  });

  it('features without any mechanism end the sign-in', () => {
    const driven = negotiate();
    driven.negotiation.start(true);
    driven.negotiation.tlsReady(facts, wall);
    driven.take();
    const [, outcome] = driven.say(features());
    expect(outcome).toMatchObject(failed('sasl', 'no-mechanism'));
  });

  it.each([
    ['is not base64', '!'],
    ['has white space in it', 'AA AA'],
    ['is not canonical', 'AAB='],
    ['is too long', 'A'.repeat(70_000)],
  ])('a challenge that %s ends the sign-in', (_, data) => {
    const { driven } = offered(['SCRAM-SHA-1']);
    expect(driven.say(`<challenge ${xmlns}>${data}</challenge>`)).toMatchObject([
      failed('sasl', 'incorrect-encoding'),
    ]);
  });

  it('a success whose data is not base64 ends the sign-in', () => {
    const { driven } = offered(['PLAIN']);
    expect(driven.say(`<success ${xmlns}>!</success>`)).toMatchObject([
      failed('sasl', 'incorrect-encoding'),
    ]);
  });

  it('a challenge to PLAIN ends the sign-in', () => {
    const { driven } = offered(['PLAIN']);
    expect(driven.say(challenge('more?'))).toMatchObject([failed('sasl', 'unexpected-challenge')]);
  });

  it.each([
    ['success', '<success/>'],
    ['challenge', '<challenge/>'],
    ['failure', "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"],
  ])('%s of another namespace is out of place', (_, text) => {
    const { driven } = offered(['PLAIN']);
    expect(driven.say(text)).toMatchObject([failed('stream', 'unexpected-element')]);
  });
});
