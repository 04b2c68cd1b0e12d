// SPDX-License-Identifier: MIT
//
// What a hostile server makes of tokens (XEP-0484): of one that we have, and of one that it would give.

import { createHmac } from 'node:crypto';
import { identity } from '../support/negotiating.js';
import {
  bySasl2,
  letsIn,
  offerSasl2,
  proved,
  provedWrote,
  proving,
  refuses2,
  right,
  wanted,
} from './hostile-sasl2.js';
import { before, scram, secured, type Attack } from './hostile-sign-ins.js';

export const TOKEN = 'canary-token';
const NONE = 'HT-SHA-256-NONE';
const EXPR = 'HT-SHA-256-EXPR';
export const token = { mechanism: NONE, token: TOKEN, count: 1 };

export const proof = (role: string, binding = ''): string =>
  createHmac('sha256', TOKEN).update(role).update(binding).digest('base64');

const having = bySasl2({ sasl2: { ...wanted, fast: { token } } });
const wanting = bySasl2({ sasl2: { ...wanted, fast: {} } });
const shown = [...before, `authenticate ${NONE}`];
const CLOSE = '</stream:stream>';
const offer = secured(offerSasl2(['PLAIN', scram], [NONE]));
const gives = (text: string, xmlns = 'urn:xmpp:fast:0'): string =>
  `<token xmlns='${xmlns}' expiry='2030-01-01T00:00:00Z' token='${text}'/>`;

/** It lets the token in without having given it. */
const impostors: readonly Attack[] = (
  [
    ['nothing', letsIn()],
    ['nothing, and gives another one', letsIn(gives('planted'))],
    ['our own proof', letsIn(proving(proof('Initiator')))],
    ['a proof for another channel', letsIn(proving(proof('Responder', 'channel')))],
    ['a proof that is cut short', letsIn(proving(proof('Responder').slice(0, 40)))],
    ['a proof in another namespace', letsIn(`<x xmlns='urn:x'>${proof('Responder')}</x>`)],
  ] as const
).map(([what, says]) => ({
  what: `lets a token in and proves itself by ${what}`,
  ...having,
  says: [...offer, says],
  comesTo: ['down sasl server-not-verified'],
  wrote: [...shown, '/stream:stream'],
  tokens: ['none'],
}));

/** It has the right proof, and then goes wrong. */
const turned: readonly Attack[] = [
  {
    what: 'lets a token in as somebody else, and gives another one',
    ...having,
    says: [...offer, letsIn(proving(proof('Responder')) + gives('planted'), 'bob@example.org')],
    ...{ comesTo: ['down stream bind-invalid'], wrote: [...shown, '/stream:stream'] },
  },
  {
    what: 'asks for more than a token has',
    ...having,
    says: [...offer, "<challenge xmlns='urn:xmpp:sasl:2'>AAAA</challenge>"],
    comesTo: ['down sasl unexpected-challenge'],
    wrote: [...shown, '/stream:stream'],
  },
  {
    what: 'has a token refused, to be shown the password in clear in its place',
    ...bySasl2({
      before: { pin: { mechanism: scram, authMethod: 'auto' } },
      sasl2: { ...wanted, fast: { token } },
    }),
    says: [
      ...secured(offerSasl2(['PLAIN', scram], [NONE])),
      refuses2('credentials-expired'),
      letsIn(),
    ],
    comesTo: ['down sasl server-signature'],
    wrote: [...shown, `authenticate ${scram}`, '/stream:stream'],
    tokens: ['none'],
  },
  {
    what: 'has a token refused twice',
    ...having,
    says: [...offer, refuses2('credentials-expired'), refuses2('credentials-expired')],
    comesTo: ['down sasl credentials-expired'],
    wrote: [...shown, `authenticate ${scram}`, '/stream:stream'],
    tokens: ['none'],
  },
  {
    what: 'offers a token under another mechanism alone',
    ...having,
    says: [...secured(offerSasl2([scram], [EXPR, 'HT-SHA-512-NONE'])), letsIn()],
    comesTo: ['down sasl server-signature'],
    wrote: [...before, `authenticate ${scram}`, '/stream:stream'],
  },
  {
    what: 'offers what would let a token in, and passwords in clear alone, after SCRAM was used once',
    ...bySasl2({
      before: { pin: { mechanism: scram, authMethod: 'auto' } },
      sasl2: { ...wanted, fast: { token } },
    }),
    says: secured(offerSasl2(['PLAIN'], [NONE])),
    ...{ comesTo: ['down sasl downgrade'], wrote: [...before, '/stream:stream'] },
  },
  {
    what: 'is asked to end a token, and lets us in in its place',
    ...bySasl2({ sasl2: { ...wanted, revoke: token } }),
    says: [...offer, letsIn(proving(proof('Responder')) + gives('planted'))],
    comesTo: ['down sasl token-revoked'],
    wrote: [...shown, '/stream:stream'],
  },
];

/** What is given to whom it should not be, or by whom. */
const planted: readonly Attack[] = [
  {
    what: 'gives a token before it has proved itself',
    ...wanting,
    says: [...secured(offerSasl2([scram], [NONE])), letsIn(gives('planted'))],
    comesTo: ['down sasl server-signature'],
    wrote: [...before, `authenticate ${scram}`, '/stream:stream'],
  },
  ...(
    [
      ['that nobody asked for', bySasl2(), gives('planted')],
      ['for which it offered no mechanism', wanting, gives('planted')],
    ] as const
  ).map(([what, setting, inline]) => ({
    what: `gives a token ${what}`,
    ...setting,
    says: [...proved, letsIn(right + inline) + CLOSE],
    ...{ comesTo: ['down stream closed'], wrote: provedWrote },
  })),
  ...(
    [
      ['an empty one', gives('')],
      ['none', "<token xmlns='urn:xmpp:fast:0'/>"],
      ['one in another namespace', gives('planted', 'urn:x')],
    ] as const
  ).map(([what, inline]) => ({
    what: `is asked for a token, and gives ${what}`,
    ...wanting,
    says: [
      ...secured(offerSasl2([scram], [NONE])),
      ...proved.slice(-1),
      letsIn(right + inline) + CLOSE,
    ],
    ...{ comesTo: ['down stream closed'], wrote: provedWrote },
  })),
  {
    what: 'gives a token to an account with a certificate',
    ...bySasl2({ identity }),
    says: [
      ...secured(offerSasl2(['EXTERNAL', scram], [NONE, EXPR])),
      letsIn(gives('planted')) + CLOSE,
    ],
    comesTo: ['down stream closed'],
    wrote: [...before, 'authenticate EXTERNAL', '/stream:stream'],
  },
];

export const byToken: readonly Attack[] = [...impostors, ...turned, ...planted];
