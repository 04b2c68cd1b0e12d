// SPDX-License-Identifier: MIT
//
// What follows when a server refuses a sign-in that was bound to the channel.

import { createHmac, pbkdf2Sync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { NegotiationOptions } from '../../src/core/negotiation-options.js';
import type { NegotiationOutput } from '../../src/core/negotiation-output.js';
import type { SignInMemory } from '../../src/core/sasl/memory.js';
import {
  facts,
  features,
  fixedNonce,
  fixedTicket,
  negotiate,
  offerSasl,
  wall,
} from '../support/negotiating.js';
import type { Driven } from '../support/negotiating.js';

const xmlns = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'";
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const bound = { ...facts, bindings: { 'tls-exporter': Buffer.from('channel') } };
const plus = ['SCRAM-SHA-1-PLUS', 'SCRAM-SHA-1', 'PLAIN'];

function offered(
  mechanisms: string[],
  options: Partial<NegotiationOptions> = {},
): { driven: Driven; outputs: NegotiationOutput[] } {
  const driven = negotiate(options);
  driven.negotiation.start(true);
  driven.negotiation.tlsReady(bound, wall);
  driven.take();
  const [, ...outputs] = driven.say(features(offerSasl(...mechanisms)));
  return { driven, outputs };
}

const auth = (mechanism: string, header: string): object => ({
  type: 'write',
  text: `<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="${mechanism}">${base64(`${header}n=alice,r=${fixedNonce}`)}</auth>`,
});
const withBinding = auth('SCRAM-SHA-1-PLUS', 'p=tls-exporter,,');
const withoutBinding = auth('SCRAM-SHA-1', 'n,,');
const refusal = (condition: string): string => `<failure ${xmlns}><${condition}/></failure>`;

/** Goes on to the end of an exchange that the server takes part in as it should. */
function letIn({ say, negotiation, take }: Driven, gs2: string): NegotiationOutput[] {
  const salt = Buffer.from('salt');
  const first = `r=${fixedNonce}srv,s=${salt.toString('base64')},i=4096`;
  say(`<challenge ${xmlns}>${base64(first)}</challenge>`);
  const key = pbkdf2Sync('pencil', salt, 4096, 20, 'sha1');
  negotiation.derived(fixedTicket, key);
  take();
  const mac = (secret: Uint8Array, text: string): Buffer =>
    createHmac('sha1', secret).update(text).digest();
  const message = `n=alice,r=${fixedNonce},${first},c=${base64(gs2)},r=${fixedNonce}srv`;
  const signature = mac(mac(key, 'Server Key'), message).toString('base64');
  return say(`<success ${xmlns}>${base64(`v=${signature}`)}</success>`);
}

/** What is to be kept of a sign-in. */
function kept(outputs: NegotiationOutput[]): SignInMemory | undefined {
  const news = outputs.flatMap((output) => (output.type === 'sign-in' ? [output.news] : []));
  return news.flatMap((each) => (each.what === 'signed-in' ? [each.after] : []))[0];
}

/** The name of the case in which binding was refused just now. */
function caseOf(outputs: NegotiationOutput[]): string {
  const [first] = outputs;
  if (first?.type !== 'sign-in' || first.news.what !== 'unbound') throw new Error('not told');
  return first.news.at;
}

describe('a sign-in that is bound to the channel', () => {
  it('is kept as what it was', () => {
    const { driven, outputs } = offered(plus);
    expect(outputs).toEqual([withBinding]);
    expect(kept(letIn(driven, 'p=tls-exporter,,channel'))).toEqual({
      pin: { mechanism: 'SCRAM-SHA-1-PLUS', binding: 'tls-exporter', authMethod: 'auto' },
    });
  });

  it.each([
    'not-authorized',
    'malformed-request',
    'incorrect-encoding',
    'invalid-mechanism',
    'new',
  ])('and refused with %s is tried once without, which is told', (condition) => {
    const { driven } = offered(plus);
    const outputs = driven.say(refusal(condition));
    expect(outputs).toMatchObject([{ type: 'sign-in', news: { what: 'unbound' } }, withoutBinding]);
    expect(JSON.stringify(outputs[0])).toMatch(
      /refused SCRAM-SHA-1-PLUS, bound to the connection \(tls-exporter\): .*once more without/,
    );
    const unbound = caseOf(outputs);
    expect(kept(letIn(driven, 'n,,'))).toEqual({
      pin: { mechanism: 'SCRAM-SHA-1', authMethod: 'auto' },
      unbound,
    });
  });

  it('and refused without binding, too, is a wrong password', () => {
    const { driven } = offered(plus);
    driven.say(refusal('not-authorized'));
    const outputs = driven.say(refusal('not-authorized'));
    expect(outputs).toMatchObject([
      {
        type: 'failed',
        fault: {
          condition: 'not-authorized',
          text: expect.stringMatching(/^Wrong password/) as string,
        },
      },
    ]);
    expect(driven.say(refusal('not-authorized'))).toEqual([]);
  });

  it.each([
    'account-disabled',
    'credentials-expired',
    'temporary-auth-failure',
    'encryption-required',
    'mechanism-too-weak',
    'aborted',
  ])('and refused with %s is not tried again', (condition) => {
    const { driven } = offered(plus);
    expect(driven.say(refusal(condition))).toMatchObject([
      { type: 'failed', fault: { condition } },
    ]);
  });

  it('is never followed by PLAIN', () => {
    const { driven } = offered(['SCRAM-SHA-1-PLUS', 'PLAIN']);
    expect(driven.say(refusal('not-authorized'))).toMatchObject([
      { type: 'failed', fault: { condition: 'not-authorized' } },
    ]);
  });

  it('and worked before is not tried without, and the words say what else it may be', () => {
    const pin = {
      mechanism: 'SCRAM-SHA-1-PLUS',
      binding: 'tls-exporter',
      authMethod: 'auto',
    } as const;
    const { driven } = offered(plus, { before: { pin } });
    const [output, ...more] = driven.say(refusal('not-authorized'));
    expect(more).toEqual([]);
    expect(output).toMatchObject({ type: 'failed', fault: { condition: 'not-authorized' } });
    expect(JSON.stringify(output)).toMatch(/Wrong password.*somebody may be between you/);
  });

  it('is tried without all the same once the person has changed the setting', () => {
    const pin = {
      mechanism: 'SCRAM-SHA-1-PLUS',
      binding: 'tls-exporter',
      authMethod: 'auto',
    } as const;
    const { driven } = offered(plus, { before: { pin }, authMethod: 'scram' });
    expect(driven.say(refusal('not-authorized'))[1]).toEqual(withoutBinding);
  });
});

describe('a sign-in that says that nothing was offered to bind by', () => {
  it.each([
    ['malformed-request', 'channel-binding-changed', /somebody has taken the stronger ways/],
    ['not-authorized', 'not-authorized', /^Wrong password/],
    ['aborted', 'aborted', /^Signing in was broken off/],
  ])('and is refused with %s is told as %s', (said, condition, text) => {
    const { driven, outputs } = offered(['SCRAM-SHA-1', 'PLAIN']);
    expect(outputs).toEqual([auth('SCRAM-SHA-1', 'y,,')]);
    expect(driven.say(refusal(said))).toMatchObject([
      { type: 'failed', fault: { condition, text: expect.stringMatching(text) as string } },
    ]);
  });
});

describe('where binding is known to go wrong', () => {
  const first = offered(plus);
  const unbound = caseOf(first.driven.say(refusal('not-authorized')));

  it('it is left out at once, and that is kept', () => {
    const { driven, outputs } = offered(plus, { before: { unbound } });
    expect(outputs).toEqual([withoutBinding]);
    expect(kept(letIn(driven, 'n,,'))).toMatchObject({ unbound });
  });

  it('a refusal is one', () => {
    const { driven } = offered(plus, { before: { unbound } });
    expect(driven.say(refusal('not-authorized'))).toMatchObject([{ type: 'failed' }]);
  });

  it('it is tried anew when the server offers something else, and forgotten if it works', () => {
    const { driven, outputs } = offered(plus.slice(0, 2), { before: { unbound } });
    expect(outputs).toEqual([withBinding]);
    expect(kept(letIn(driven, 'p=tls-exporter,,channel'))).not.toHaveProperty('unbound');
  });
});
