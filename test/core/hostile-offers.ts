// SPDX-License-Identifier: MIT
//
// A server, or somebody between who has a certificate that we trust, offers less than before, or less
// than the server does.

import { createHash } from 'node:crypto';
import type { NegotiationOptions } from '../../src/core/negotiation-options.js';
import { offerSasl } from '../support/negotiating.js';
import { before, challenge, r, refuses, salted, secured, type Attack } from './hostile-sign-ins.js';

const bindings = { 'tls-exporter': Uint8Array.of(1), 'tls-unique': Uint8Array.of(2) };
const able = { tls: { bindings } };
const pinned = (
  mechanism: string,
  binding?: 'tls-exporter',
): Pick<NegotiationOptions, 'before'> => ({
  before: { pin: { mechanism, authMethod: 'auto', ...(binding === undefined ? {} : { binding }) } },
});
const bound = pinned('SCRAM-SHA-256-PLUS', 'tls-exporter');

const first = (mechanism: string): string[] => [...before, `auth ${mechanism}`, '/stream:stream'];
const nothing = [...before, '/stream:stream'];
const serverFirst = `r=${r},${salted},i=4096`;

const types = (...names: string[]): string =>
  "<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'>" +
  names.map((name) => `<channel-binding type='${name}'/>`).join('') +
  '</sasl-channel-binding>';

/** XEP-0474 §5.1, of mechanisms alone. */
const wordFor = (...names: string[]): string =>
  createHash('sha256')
    .update([...names].sort().join('\x1e'))
    .digest('base64');

export const weakerOffers: readonly Attack[] = [
  ...(
    [
      ['SCRAM', pinned('SCRAM-SHA-1')],
      ['a bound SCRAM', bound],
      ['a certificate', pinned('EXTERNAL')],
    ] as const
  ).map(([what, options]) => ({
    what: `offers PLAIN alone after ${what} was used once`,
    options,
    says: secured(offerSasl('PLAIN')),
    comesTo: ['down sasl downgrade'],
    wrote: nothing,
  })),
  {
    what: 'offers LOGIN and DIGEST-MD5 alone after SCRAM was used once',
    ...{ options: pinned('SCRAM-SHA-1'), says: secured(offerSasl('LOGIN', 'DIGEST-MD5')) },
    ...{ comesTo: ['down sasl no-mechanism'], wrote: nothing },
  },
  {
    what: 'has every -PLUS taken out after one was used',
    ...{ ...able, options: bound },
    says: [...secured(offerSasl('SCRAM-SHA-256')), challenge(serverFirst)],
    comesTo: ['down sasl downgrade'],
    wrote: first('SCRAM-SHA-256'),
  },
  {
    what: 'has the stronger hash taken out after it was used',
    options: pinned('SCRAM-SHA-256'),
    says: [...secured(offerSasl('SCRAM-SHA-1')), challenge(serverFirst)],
    comesTo: ['down sasl downgrade'],
    wrote: first('SCRAM-SHA-1'),
  },
  {
    what: 'has the binding refused that worked before',
    ...{ ...able, options: bound },
    says: [...secured(offerSasl('SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256')), refuses('not-authorized')],
    comesTo: ['down sasl not-authorized'],
    wrote: first('SCRAM-SHA-256-PLUS'),
  },
  {
    what: 'has mechanisms taken out of the offer that the server vouches for',
    says: [
      ...secured(offerSasl('SCRAM-SHA-256')),
      challenge(`${serverFirst},h=${wordFor('SCRAM-SHA-256', 'SCRAM-SHA-512')}`),
    ],
    comesTo: ['down sasl offer-changed'],
    wrote: first('SCRAM-SHA-256'),
  },
  {
    what: 'has every -PLUS taken out, and the list of bindings left in',
    ...able,
    says: secured(offerSasl('SCRAM-SHA-256') + types('tls-exporter')),
    ...{ comesTo: ['down sasl channel-binding-changed'], wrote: nothing },
  },
  {
    what: 'lists nothing but bindings that nobody knows',
    ...able,
    says: [
      ...secured(offerSasl('SCRAM-SHA-256', 'SCRAM-SHA-256-PLUS') + types('tls-made-up')),
      challenge(serverFirst),
    ],
    ...{ comesTo: ['down sasl channel-binding-changed'], wrote: first('SCRAM-SHA-256') },
  },
];
