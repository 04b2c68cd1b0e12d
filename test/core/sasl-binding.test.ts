// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import type { ChannelBindings } from '../../src/core/effects.js';
import { chooseMechanism } from '../../src/core/sasl/index.js';
import type { ChoiceContext } from '../../src/core/sasl/index.js';
import type { Offer } from '../../src/core/sasl/offer.js';
import type { Pin } from '../../src/core/sasl/strength.js';
import { fixed, jid } from '../support/negotiating.js';
import { nodeTools } from '../support/tools.js';

const bytes = (text: string): Uint8Array => nodeTools.utf8(text);
const exporter = { 'tls-exporter': bytes('of 1.3') };
const unique = { 'tls-unique': bytes('of 1.2') };
const endPoint = { 'tls-server-end-point': bytes('certificate') };

const tls13 = { tlsVersion: 'TLSv1.3', bindings: { ...exporter, ...endPoint } };
const tls12 = { tlsVersion: 'TLSv1.2', bindings: { ...exporter, ...unique, ...endPoint } };
const clear = { tlsVersion: undefined, bindings: {} };

const one = ['SCRAM-SHA-1'];
const plus = ['SCRAM-SHA-1', 'SCRAM-SHA-1-PLUS'];
const all = ['1', '256', '512'].flatMap((n) => [`SCRAM-SHA-${n}`, `SCRAM-SHA-${n}-PLUS`]);

function choose(offer: Offer, more: Partial<ChoiceContext>): ReturnType<typeof chooseMechanism> {
  const context = {
    authMethod: 'auto',
    certificate: false,
    plainInClear: false,
    ...tls13,
  } as const;
  return chooseMechanism(offer, { ...context, ...more });
}

/** The mechanism and the GS2 header, as the first message says it; or the condition of the fault. */
function begins(offer: Offer, more: Partial<ChoiceContext>): string {
  const choice = choose(offer, more);
  if ('condition' in choice) return choice.condition;
  const credentials = { jid: jid('alice@example.org'), password: 'pencil' };
  const move = choice.begin(credentials, nodeTools, fixed).first();
  if (move.type !== 'send') throw new Error(move.type);
  const [header] = /^[^,]*,,/.exec(Buffer.from(move.data).toString()) ?? [];
  return `${choice.name} ${header ?? ''}`;
}

const listed = (mechanisms: string[], ...bindings: string[]): Offer => ({ mechanisms, bindings });

describe('the binding of a sign-in (RFC 5802 §6, XEP-0440)', () => {
  it.each<[string, Offer, Partial<ChoiceContext>, string]>([
    ['TLS 1.3, no list', { mechanisms: plus }, tls13, 'SCRAM-SHA-1-PLUS p=tls-exporter,,'],
    ['TLS 1.2, no list', { mechanisms: plus }, tls12, 'SCRAM-SHA-1-PLUS p=tls-unique,,'],
    ['every hash', { mechanisms: all }, tls13, 'SCRAM-SHA-512-PLUS p=tls-exporter,,'],
    [
      'a bound smaller hash before an unbound larger one',
      { mechanisms: [...plus, 'SCRAM-SHA-512'] },
      tls13,
      'SCRAM-SHA-1-PLUS p=tls-exporter,,',
    ],
    [
      '-PLUS alone',
      { mechanisms: ['SCRAM-SHA-256-PLUS'] },
      tls13,
      'SCRAM-SHA-256-PLUS p=tls-exporter,,',
    ],
    [
      'the strongest of a list',
      listed(plus, 'tls-server-end-point', 'tls-exporter'),
      tls13,
      'SCRAM-SHA-1-PLUS p=tls-exporter,,',
    ],
    [
      'tls-exporter under TLS 1.2 where it is safe',
      listed(plus, 'tls-unique', 'tls-exporter'),
      tls12,
      'SCRAM-SHA-1-PLUS p=tls-exporter,,',
    ],
    [
      'tls-unique where tls-exporter is not',
      listed(plus, 'tls-unique', 'tls-exporter'),
      { ...tls12, bindings: { ...unique, ...endPoint } },
      'SCRAM-SHA-1-PLUS p=tls-unique,,',
    ],
    [
      'the certificate where nothing else fits',
      listed(plus, 'tls-unique', 'tls-server-end-point'),
      tls13,
      'SCRAM-SHA-1-PLUS p=tls-server-end-point,,',
    ],
    ['nothing offered binds', { mechanisms: one }, tls13, 'SCRAM-SHA-1 y,,'],
    ['nothing offered binds, TLS 1.2', { mechanisms: one }, tls12, 'SCRAM-SHA-1 y,,'],
    ['in clear', { mechanisms: plus }, clear, 'SCRAM-SHA-1 n,,'],
    ['in clear, nothing offered binds', { mechanisms: one }, clear, 'SCRAM-SHA-1 n,,'],
    ['a channel without bindings', { mechanisms: one }, { bindings: {} }, 'SCRAM-SHA-1 n,,'],
    ['left out, and -PLUS offered', { mechanisms: plus }, { unbound: true }, 'SCRAM-SHA-1 n,,'],
    [
      'left out, and nothing offered binds',
      { mechanisms: one },
      { unbound: true },
      'SCRAM-SHA-1 y,,',
    ],
    [
      'left out, and nothing else',
      { mechanisms: ['SCRAM-SHA-1-PLUS'] },
      { unbound: true },
      'no-mechanism',
    ],
    ['types without mechanisms', listed(one, 'tls-exporter'), {}, 'channel-binding-changed'],
    [
      'types without mechanisms, SASL2',
      listed(one, 'tls-exporter'),
      { sasl2: true },
      'channel-binding-changed',
    ],
    [
      'mechanisms without types, SASL2',
      { mechanisms: plus },
      { sasl2: true },
      'channel-binding-changed',
    ],
    ['nothing of it, SASL2', { mechanisms: one }, { sasl2: true }, 'SCRAM-SHA-1 y,,'],
    [
      'only types that we do not have, and the certificate',
      listed(plus, 'tls-new', 'tls-server-end-point'),
      { bindings: exporter },
      'SCRAM-SHA-1 n,,',
    ],
  ])('%s', (_, offer, more, expected) => {
    expect(begins(offer, more)).toBe(expected);
  });
});

/** What becomes of the server's first message: derived, or the condition of the fault. */
function answer(offer: Offer, more: Partial<ChoiceContext>, hash?: string): string {
  const choice = choose(offer, more);
  if ('condition' in choice) return choice.condition;
  const credentials = { jid: jid('alice@example.org'), password: 'pencil' };
  const exchange = choice.begin(credentials, nodeTools, fixed);
  const nonce = nodeTools.base64(fixed(24));
  exchange.first();
  const move = exchange.challenge(
    bytes(`r=${nonce}srv,s=AAAA,i=4096${hash === undefined ? '' : `,h=${hash}`}`),
  );
  return move.type === 'fault' ? move.fault.condition : move.type;
}

const sha1 = (text: string): string => nodeTools.base64(nodeTools.hash('sha1', bytes(text)));

describe('what the server says of its own offer (XEP-0474)', () => {
  const onlyNew = listed(plus, 'tls-new');
  const newHash = sha1('SCRAM-SHA-1\x1eSCRAM-SHA-1-PLUS\x1ftls-new');
  const strong: Pin = {
    mechanism: 'SCRAM-SHA-1-PLUS',
    binding: 'tls-exporter',
    authMethod: 'auto',
  };
  it.each<[string, Offer, Partial<ChoiceContext>, string | undefined, string]>([
    ['nothing', { mechanisms: one }, {}, undefined, 'derive'],
    ['the same', { mechanisms: one }, {}, sha1('SCRAM-SHA-1'), 'derive'],
    [
      'in another order',
      { mechanisms: ['PLAIN', ...one] },
      {},
      sha1('PLAIN\x1eSCRAM-SHA-1'),
      'derive',
    ],
    ['more', { mechanisms: one }, {}, sha1('SCRAM-SHA-1\x1eSCRAM-SHA-1-PLUS'), 'offer-changed'],
    ['types beside', { mechanisms: one }, {}, sha1('SCRAM-SHA-1\x1ftls-unique'), 'offer-changed'],
    ['an empty value', { mechanisms: one }, {}, '', 'offer-changed'],
    ['no base64', { mechanisms: one }, {}, '!', 'offer-changed'],
    ['nothing, of unknown types only', onlyNew, {}, undefined, 'channel-binding-changed'],
    ['the same, of unknown types only', onlyNew, {}, newHash, 'derive'],
    ['other, of unknown types only', onlyNew, {}, sha1('x'), 'offer-changed'],
    ['nothing, of less than before', { mechanisms: one }, { pin: strong }, undefined, 'downgrade'],
    [
      'the same, of less than before',
      { mechanisms: one },
      { pin: strong },
      sha1('SCRAM-SHA-1'),
      'derive',
    ],
  ])('%s', (_, offer, more, hash, expected) => {
    expect(answer(offer, more, hash)).toBe(expected);
  });
});

describe('less than before', () => {
  const pin = (mechanism: string, binding?: keyof ChannelBindings, authMethod = 'auto'): Pin => ({
    mechanism,
    authMethod: authMethod as Pin['authMethod'],
    ...(binding === undefined ? {} : { binding }),
  });
  const endOnly = listed(plus, 'tls-server-end-point');
  it.each<[string, Pin, Offer, Partial<ChoiceContext>, string]>([
    ['PLAIN after SCRAM', pin('SCRAM-SHA-1'), { mechanisms: ['PLAIN'] }, {}, 'downgrade'],
    ['PLAIN after a certificate', pin('EXTERNAL'), { mechanisms: ['PLAIN'] }, {}, 'downgrade'],
    [
      'PLAIN after SCRAM under another setting',
      pin('SCRAM-SHA-1', undefined, 'scram'),
      { mechanisms: ['PLAIN'] },
      {},
      'downgrade',
    ],
    [
      'PLAIN, chosen by the person',
      pin('SCRAM-SHA-512-PLUS', 'tls-exporter'),
      { mechanisms: ['PLAIN'] },
      { authMethod: 'plain' },
      'send',
    ],
    [
      'no binding after one',
      pin('SCRAM-SHA-1-PLUS', 'tls-exporter'),
      { mechanisms: one },
      {},
      'downgrade',
    ],
    [
      'no binding after one, and a larger hash',
      pin('SCRAM-SHA-1-PLUS', 'tls-exporter'),
      { mechanisms: ['SCRAM-SHA-512'] },
      {},
      'downgrade',
    ],
    [
      'no binding after one, the setting changed',
      pin('SCRAM-SHA-1-PLUS', 'tls-exporter'),
      { mechanisms: one },
      { authMethod: 'scram' },
      'derive',
    ],
    ['the certificate only', pin('SCRAM-SHA-1-PLUS', 'tls-exporter'), endOnly, {}, 'downgrade'],
    [
      'the certificate again',
      pin('SCRAM-SHA-1-PLUS', 'tls-server-end-point'),
      endOnly,
      {},
      'derive',
    ],
    [
      'the other binding to the channel',
      pin('SCRAM-SHA-1-PLUS', 'tls-exporter'),
      { mechanisms: plus },
      tls12,
      'derive',
    ],
    ['SHA-1 after SHA-256', pin('SCRAM-SHA-256'), { mechanisms: one }, {}, 'downgrade'],
    [
      'SHA-256 after SHA-512',
      pin('SCRAM-SHA-512'),
      { mechanisms: ['SCRAM-SHA-256'] },
      {},
      'derive',
    ],
    [
      'a bound SHA-1 after an unbound SHA-512',
      pin('SCRAM-SHA-512'),
      { mechanisms: [...plus, 'SCRAM-SHA-512'] },
      {},
      'derive',
    ],
    ['SCRAM after a certificate', pin('EXTERNAL'), { mechanisms: one }, {}, 'derive'],
    ['more than before', pin('SCRAM-SHA-1'), { mechanisms: all }, {}, 'derive'],
  ])('%s', (_, before, offer, more, expected) => {
    const choice = choose(offer, { ...more, pin: before });
    if (expected === 'send') expect(begins(offer, { ...more, pin: before })).toMatch(/^PLAIN/);
    else expect(answer(offer, { ...more, pin: before })).toBe(expected);
    if ('condition' in choice) expect(choice).toMatchObject({ by: 'peer', retry: 'never' });
  });

  it('is told with what it was, what it is and how to allow it', () => {
    const before = pin('SCRAM-SHA-256-PLUS', 'tls-exporter');
    const fault = choose({ mechanisms: ['PLAIN'] }, { pin: before });
    expect('text' in fault && fault.text).toMatch(
      /it was SCRAM-SHA-256-PLUS, bound to the connection \(tls-exporter\), now it is PLAIN\..*choose “Password \(PLAIN\)” under “Sign in with”/,
    );
  });
});
