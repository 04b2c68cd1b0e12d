// SPDX-License-Identifier: MIT
//
// What a hostile server, or a network between, says while we sign in, and what has to come of it.

import {
  features,
  fixedNonce,
  header,
  identity,
  offerBind,
  offerSasl,
  offerSm,
  offerTls,
  proceed,
  success,
} from '../support/negotiating.js';
import type { Setting } from '../support/signing-in.js';

export interface Attack extends Setting {
  /** What the hostile side does. */
  readonly what: string;
  /** Each in one go. */
  readonly says: readonly string[];
  /** And then nothing for so long. */
  readonly silentMs?: number;
  readonly comesTo: readonly string[];
  readonly wrote: readonly string[];
  /** Tokens that are kept of it, `none` where one is thrown away; without any if not given. */
  readonly tokens?: readonly string[];
}

const SASL = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'";
export const base64 = (text: string): string => Buffer.from(text).toString('base64');
export const challenge = (text: string): string => `<challenge ${SASL}>${base64(text)}</challenge>`;
const succeeds = (text: string): string => `<success ${SASL}>${base64(text)}</success>`;
export const refuses = (condition: string): string => `<failure ${SASL}><${condition}/></failure>`;

const opening = header + features(offerTls);
export const inClear = (...offers: string[]): string => header + features(...offers);
export const everything = offerSasl('PLAIN', 'LOGIN', 'DIGEST-MD5', 'SCRAM-SHA-1', 'EXTERNAL');

/** What would follow if the attack had worked; it comes behind each of them and must do nothing. */
export const more = header + features(everything, offerBind, offerSm) + success + '<message/>';

const closed = ['stream:error policy-violation', '/stream:stream'];

export const inTheClear: readonly Attack[] = [
  ...(
    [
      ['PLAIN', offerSasl('PLAIN')],
      ['SCRAM', offerSasl('SCRAM-SHA-1', 'SCRAM-SHA-256')],
      ['EXTERNAL', offerSasl('EXTERNAL')],
      ['every mechanism', everything],
      ['resource binding, as if we were signed in,', offerBind + offerSm],
      ['nothing', ''],
      ['STARTTLS of another namespace', "<starttls xmlns='urn:x'/>"],
    ] as const
  ).map(([what, offers]) => ({
    what: `offers ${what} and no STARTTLS`,
    says: [inClear(offers)],
    comesTo: ['down tls starttls-missing'],
    wrote: ['header'],
  })),
  {
    what: 'offers no STARTTLS to an account with a certificate',
    ...{ options: { identity }, says: [inClear(everything)] },
    ...{ comesTo: ['down tls starttls-missing'], wrote: ['header'] },
  },
  {
    what: 'offers no STARTTLS to an account whose session could go on',
    says: [inClear(everything, offerSm)],
    saved: {
      ...{ id: 'canary-session', jid: 'alice@example.org/desk' },
      ...{ sent: 0, acked: 0, handled: 0, tracked: [] },
    },
    ...{ comesTo: ['down tls starttls-missing'], wrote: ['header'] },
  },
  {
    what: 'offers PLAIN in clear, although STARTTLS is not required,',
    ...{ options: { security: 'opportunistic_tls' }, says: [inClear(offerSasl('PLAIN'))] },
    ...{ comesTo: ['down sasl no-mechanism'], wrote: ['header', '/stream:stream'] },
  },
  {
    what: 'says that TLS failed',
    says: [opening, "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"],
    ...{ comesTo: ['down tls starttls-failed'], wrote: ['header', 'starttls'] },
  },
  {
    what: 'says that TLS failed, where it is not required,',
    options: { security: 'opportunistic_tls', plainInClear: true, authMethod: 'plain' },
    says: [opening, "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"],
    ...{ comesTo: ['down tls starttls-failed'], wrote: ['header', 'starttls'] },
  },
  ...[
    ['<proceed/> of no namespace', '<proceed/>'],
    ['<proceed/> of SASL', `<proceed ${SASL}/>`],
    ['<proceed/> of another namespace', "<proceed xmlns='urn:x'/>"],
    ['<success/> of SASL', success],
    ['features without STARTTLS', features(offerSasl('PLAIN'))],
  ].map(([what = '', says = '']) => ({
    what: `answers <starttls/> with ${what}`,
    says: [opening, says],
    comesTo: ['down stream unexpected-element'],
    wrote: ['header', 'starttls', '/stream:stream'],
  })),
  {
    what: 'says nothing behind <starttls/>',
    ...{ says: [opening], silentMs: 30_000 },
    ...{ comesTo: ['down timeout no-answer'], wrote: ['header', 'starttls'] },
  },
  {
    what: 'says nothing at all',
    ...{ says: [], silentMs: 3_000, comesTo: ['down timeout no-answer'], wrote: ['header'] },
  },
  ...[
    ['features', features(offerSasl('PLAIN'))],
    ['success', success],
    ['a whole sign-in with a message', more],
    ['a space', ' '],
  ].map(([what = '', injected = '']) => ({
    what: `puts ${what} behind <proceed/>, before TLS,`,
    says: [opening, proceed + injected],
    comesTo: ['down stream policy-violation'],
    wrote: ['header', 'starttls', ...closed],
  })),
];

/** Up to the features inside TLS. */
export const secured = (...offers: string[]): string[] => [opening, proceed, inClear(...offers)];
export const before = ['header', 'starttls', 'header from us'];
export const scram = 'SCRAM-SHA-1';
export const r = `${fixedNonce}srv`;
export const salted = 's=c2FsdA==';

const certificates: readonly [what: string, tls: Setting['tls'] & object, reason: string][] = [
  ['one that vouches for itself', { chainError: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, 'self-signed'],
  ['one of an unknown authority', { chainError: 'SELF_SIGNED_CERT_IN_CHAIN' }, 'unknown-ca'],
  ['one that has expired', { notAfter: 1 }, 'expired'],
  ['one of tomorrow', { notBefore: 8.64e15 }, 'not-yet-valid'],
  ['one issued by a leaf', { chainError: 'INVALID_CA' }, 'bad-purpose'],
  ['one for clients', { chainError: 'INVALID_PURPOSE' }, 'bad-purpose'],
  ['one with a short key', { chainError: 'EE_KEY_TOO_SMALL' }, 'weak-key'],
  [
    'a good one of another domain',
    { names: { dns: ['evil.example'], srv: [], xmppAddr: [] } },
    'wrong-name',
  ],
];

export const impersonations: readonly Attack[] = certificates.flatMap(([what, tls, reason]) =>
  [false, true].map((direct) => ({
    what: `shows ${what} as its certificate over ${direct ? 'direct TLS' : 'STARTTLS'}`,
    ...{ direct, tls, options: { identity } },
    saved: {
      ...{ id: 'canary-session', jid: 'alice@example.org/desk' },
      ...{ sent: 0, acked: 0, handled: 0, tracked: [] },
    },
    says: direct ? [more] : [opening, proceed, more],
    comesTo: [`untrusted ${reason}`, 'down'],
    wrote: direct ? [] : ['header', 'starttls'],
  })),
);

export const withPassword: readonly Attack[] = [
  ...(
    [
      ['LOGIN and DIGEST-MD5', ['LOGIN', 'DIGEST-MD5', 'CRAM-MD5']],
      ['EXTERNAL', ['EXTERNAL']],
      ['PLAIN by another spelling', ['plain', 'PLAIN '.repeat(2)]],
      ['no mechanism', []],
    ] as const
  ).map(([what, names]) => ({
    what: `offers ${what} alone`,
    says: secured(offerSasl(...names)),
    comesTo: ['down sasl no-mechanism'],
    wrote: [...before, '/stream:stream'],
  })),
  {
    what: 'offers PLAIN alone to an account that is set to SCRAM',
    ...{ options: { authMethod: 'scram' }, says: secured(offerSasl('PLAIN', 'LOGIN')) },
    ...{ comesTo: ['down sasl no-mechanism'], wrote: [...before, '/stream:stream'] },
  },
  {
    what: 'lets us in before it was shown the proof',
    says: [...secured(offerSasl(scram)), success],
    comesTo: ['down sasl server-signature'],
    wrote: [...before, `auth ${scram}`, '/stream:stream'],
  },
  {
    what: 'lets us in before it was shown the proof, with a signature of its own,',
    says: [...secured(offerSasl(scram)), succeeds('v=AAAA')],
    comesTo: ['down sasl server-signature'],
    wrote: [...before, `auth ${scram}`, '/stream:stream'],
  },
  ...[
    ['without a signature', success],
    ['with an empty signature', succeeds('v=')],
    ['with the signature of another', succeeds('v=rmF9pqV8S7suAoZWja4dJRkFsKQ=')],
    ['with a signature that is cut short', succeeds('v=rmF9pqV8')],
    ['with something else than a signature', succeeds('w=rmF9pqV8S7suAoZWja4dJRkFsKQ=')],
  ].map(([what = '', says = '']) => ({
    what: `lets us in ${what}`,
    says: [...secured(offerSasl(scram)), challenge(`r=${r},${salted},i=4096`), says],
    comesTo: ['down sasl server-signature'],
    wrote: [...before, `auth ${scram}`, 'response', '/stream:stream'],
  })),
  {
    what: 'lets us in with what is no base64',
    says: [
      ...secured(offerSasl(scram)),
      challenge(`r=${r},${salted},i=4096`),
      `<success ${SASL}>v=!</success>`,
    ],
    comesTo: ['down sasl incorrect-encoding'],
    wrote: [...before, `auth ${scram}`, 'response', '/stream:stream'],
  },
  ...[
    ['a nonce that is not ours', `r=x${r.slice(1)},${salted},i=4096`],
    ['our nonce and nothing of its own', `r=${fixedNonce},${salted},i=4096`],
    ['the answer of an old sign-in', `r=fyko+d2lbbFgONRv9qkxdawL3rfc,${salted},i=4096`],
    ['a comma in its nonce', `r=${r},x,${salted},i=4096`],
    ['a control character in its nonce', `r=${r}\u0001,${salted},i=4096`],
    ['a NUL in its nonce', `r=${r}\0,${salted},i=4096`],
    ['no salt', `r=${r},i=4096`],
    ['a salt that is no base64', `r=${r},s=&,i=4096`],
    ['a salt of 1025 bytes', `r=${r},s=${Buffer.alloc(1025).toString('base64')},i=4096`],
    ['an extension that we must know', `m=x,r=${r},${salted},i=4096`],
    ['no count', `r=${r},${salted}`],
    ...['0', '1', '4095', '1000001', '2147483648', '4294967297', '1e5', '4096x', '-4096', ''].map(
      (count) => [`a count of “${count}”`, `r=${r},${salted},i=${count}`],
    ),
  ].map(([what = '', first = '']) => ({
    what: `answers SCRAM with ${what}`,
    says: [...secured(offerSasl(scram)), challenge(first)],
    comesTo: ['down sasl scram-invalid'],
    wrote: [...before, `auth ${scram}`, '/stream:stream'],
  })),
  {
    what: 'goes on asking when it had its proof',
    says: [
      ...secured(offerSasl(scram)),
      challenge(`r=${r},${salted},i=4096`),
      challenge(`r=${r},${salted},i=4096`),
    ],
    comesTo: ['down sasl server-signature'],
    wrote: [...before, `auth ${scram}`, 'response', '/stream:stream'],
  },
  {
    what: 'asks for more than PLAIN has',
    says: [...secured(offerSasl('PLAIN')), challenge('more?')],
    options: { authMethod: 'plain' },
    comesTo: ['down sasl unexpected-challenge'],
    wrote: [...before, 'auth PLAIN', '/stream:stream'],
  },
];

export const withCertificate: readonly Attack[] = [
  ...[
    ['account-disabled', 'account-disabled'],
    ['not-authorized', 'not-authorized'],
    ['credentials-expired', 'certificate-expired'],
  ].map(([condition = '', told = '']) => ({
    what: `refuses the certificate as ${condition}`,
    options: { identity },
    says: [...secured(everything), refuses(condition)],
    comesTo: [`down sasl ${told}`],
    wrote: [...before, 'auth EXTERNAL', '/stream:stream'],
  })),
  {
    what: 'offers passwords alone to an account with a certificate',
    ...{ options: { identity }, says: secured(offerSasl('PLAIN', scram)) },
    ...{ comesTo: ['down sasl no-mechanism'], wrote: [...before, '/stream:stream'] },
  },
  {
    what: 'speaks TLS 1.2 to an account with a certificate',
    ...{ options: { identity }, tls: { protocol: 'TLSv1.2' }, says: secured(everything) },
    comesTo: ['down tls certificate-needs-tls13'],
    wrote: before,
  },
  {
    what: 'asks for more than EXTERNAL has',
    options: { identity },
    says: [...secured(everything), challenge('')],
    comesTo: ['down sasl unexpected-challenge'],
    wrote: [...before, 'auth EXTERNAL', '/stream:stream'],
  },
];
