// SPDX-License-Identifier: MIT
//
// What a hostile server says to <authenticate/> (XEP-0388): a success that proves nothing, is for somebody
// else, or comes with a session that nobody asked for.

import { createHmac, pbkdf2Sync } from 'node:crypto';
import type { NegotiationOptions } from '../../src/core/negotiation-options.js';
import { fixedNonce, identity } from '../support/negotiating.js';
import type { Setting } from '../support/signing-in.js';
import {
  base64,
  before,
  inClear,
  r,
  salted,
  scram,
  secured,
  type Attack,
} from './hostile-sign-ins.js';

const SASL2 = "xmlns='urn:xmpp:sasl:2'";
const SM = "xmlns='urn:xmpp:sm:3'";
const OURS = 'alice@example.org';

export const wanted = {
  ...{ agent: 'd4565fa7-4d72-4749-b3d3-740edbf87770', bind: true, over: true, carbons: true },
};
export const bySasl2 = (more: Partial<NegotiationOptions> = {}): Pick<Setting, 'options'> => ({
  options: { sasl2: wanted, ...more },
});
/** Without Bind 2, as for an account whose archive was never read. */
const unbound = bySasl2({ sasl2: { ...wanted, bind: false } });

const names = (list: readonly string[]): string =>
  list.map((name) => `<mechanism>${name}</mechanism>`).join('');
const ABLE =
  `<sm ${SM}/><bind xmlns='urn:xmpp:bind:0'><inline><feature var='urn:xmpp:sm:3'/>` +
  "<feature var='urn:xmpp:carbons:2'/></inline></bind>";

/** Everything inline. */
export const offerSasl2 = (mechanisms: readonly string[], tokens: readonly string[] = []): string =>
  `<authentication ${SASL2}>${names(mechanisms)}<inline>${ABLE}` +
  `<fast xmlns='urn:xmpp:fast:0'>${names(tokens)}</fast></inline></authentication>`;

export const proving = (data: string): string => `<additional-data>${data}</additional-data>`;
export const letsIn = (inline = '', jid = OURS): string =>
  `<success ${SASL2}>${inline}<authorization-identifier>${jid}</authorization-identifier></success>`;
export const refuses2 = (condition: string): string =>
  `<failure ${SASL2}><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/></failure>`;
const asks = (text: string): string => `<challenge ${SASL2}>${base64(text)}</challenge>`;

const serverFirst = `r=${r},${salted},i=4096`;
/** RFC 5802 §3: what the server that knows the password says last. */
const signature = ((): string => {
  const salt = Buffer.from('salt');
  const mac = (key: Buffer, text: string): Buffer => createHmac('sha1', key).update(text).digest();
  const messages = `n=alice,r=${fixedNonce},${serverFirst},c=biws,r=${r}`;
  const key = mac(pbkdf2Sync('pencil', salt, 4096, 20, 'sha1'), 'Server Key');
  return `v=${mac(key, messages).toString('base64')}`;
})();
export const right = proving(base64(signature));

/** As far as the server's last word. */
export const proved: readonly string[] = [...secured(offerSasl2([scram])), asks(serverFirst)];
export const provedWrote = [...before, `authenticate ${scram}`, 'response', '/stream:stream'];
const unproved = [...before, `authenticate ${scram}`, '/stream:stream'];

const enabled = `<enabled ${SM} id='another' resume='true'/>`;
const bound = `<bound xmlns='urn:xmpp:bind:0'>${enabled}</bound>`;
const DESK = `${OURS}/desk`;

/** It was never asked for its proof, or its proof is none. */
const unbelieved: readonly Attack[] = [
  ...(
    [
      ['before it was shown the proof', letsIn()],
      ['before it was shown the proof, with a signature of its own,', letsIn(proving('dj1BQUFB'))],
      ['before it was shown the proof, with the session resumed,', letsIn(`<resumed ${SM}/>`)],
      ['before it was shown the proof, with a session bound,', letsIn(bound, DESK)],
    ] as const
  ).map(([what, says]) => ({
    what: `lets us in ${what}`,
    ...bySasl2(),
    says: [...secured(offerSasl2([scram])), says],
    ...{ comesTo: ['down sasl server-signature'], wrote: unproved },
  })),
  ...(
    [
      ['without a signature', letsIn(bound, DESK)],
      ['with an empty signature', letsIn(proving(base64('v=')) + bound, DESK)],
      ['with the signature of another', letsIn(proving(base64(`v=${'A'.repeat(27)}=`)), DESK)],
      ['with a signature that is cut short', letsIn(proving(base64(signature.slice(0, 20))), DESK)],
      ['with our own proof', letsIn(proving(base64(signature.replace('v=', 'p='))), DESK)],
      ['with an empty answer', letsIn(proving('='), DESK)],
      ['with a wrong signature before the right one', letsIn(proving('dj1BQUFB') + right, DESK)],
      [
        'with the right signature where nobody looks',
        letsIn(`<x xmlns='urn:x'>${right}</x>` + bound, DESK),
      ],
      [
        'with the right signature in another namespace',
        letsIn(right.replace('>', " xmlns='urn:x'>") + bound, DESK),
      ],
    ] as const
  ).map(([what, says]) => ({
    what: `lets us in ${what}`,
    ...bySasl2(),
    says: [...proved, says],
    ...{ comesTo: ['down sasl server-signature'], wrote: provedWrote },
  })),
  {
    what: 'lets us in with what is no base64',
    ...bySasl2(),
    says: [...proved, letsIn(proving('v=!'))],
    ...{ comesTo: ['down sasl incorrect-encoding'], wrote: provedWrote },
  },
];

/** Words that answer something else. */
const misplaced: readonly Attack[] = [
  ...(
    [
      ['lets us in by the old word', "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"],
      ['asks by the old word', "<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"],
      ['refuses by the old word', "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"],
      ['lets us in by a word of no namespace', '<success/>'],
      ['binds without letting us in', bound],
      ['goes on with the session without letting us in', `<resumed ${SM} previd='kept' h='0'/>`],
    ] as const
  ).map(([what, says]) => ({
    what,
    ...bySasl2(),
    says: [...secured(offerSasl2([scram])), says],
    ...{ comesTo: ['down stream unexpected-element'], wrote: unproved },
  })),
  {
    what: 'sets a second task in place of letting us in',
    ...bySasl2(),
    says: [
      ...proved,
      `<continue ${SASL2}>${right}<tasks><task>X-TELL-MORE</task></tasks></continue>`,
    ],
    ...{ comesTo: ['down sasl additional-task'], wrote: provedWrote },
  },
  {
    what: 'offers it in clear, without STARTTLS',
    ...bySasl2(),
    says: [inClear(offerSasl2(['PLAIN', scram]))],
    ...{ comesTo: ['down tls starttls-missing'], wrote: ['header'] },
  },
  {
    what: 'offers it in clear, where TLS is not required,',
    ...bySasl2({ security: 'opportunistic_tls' }),
    says: [inClear(offerSasl2(['PLAIN', scram]))],
    ...{ comesTo: ['down sasl no-mechanism'], wrote: ['header', '/stream:stream'] },
  },
];

/** The proof is right, and what comes with it is not. */
const somebodyElse: readonly Attack[] = [
  ...(
    [
      ['as nobody', `<success ${SASL2}>${right}</success>`],
      ['under an empty name', letsIn(right, '')],
      ['as somebody else', letsIn(right, 'bob@example.org')],
      ['as one of another domain', letsIn(right + bound, 'alice@evil.example/desk')],
      ['as one of a domain that begins like ours', letsIn(right, 'alice@example.org.evil')],
      ['as one who looks alike', letsIn(right, '\u0430lice@example.org')],
      ['as the server itself', letsIn(right + bound, 'example.org/desk')],
      ['as what is no address', letsIn(right + bound, 'alice@@example.org/desk')],
      ['bound to no resource', letsIn(right + bound)],
    ] as const
  ).map(([what, says]) => ({
    what: `lets us in ${what}`,
    ...bySasl2(),
    says: [...proved, says],
    ...{ comesTo: ['down stream bind-invalid'], wrote: provedWrote },
  })),
  {
    what: 'binds a session that was not asked for',
    ...unbound,
    says: [...proved, letsIn(right + bound, DESK)],
    ...{ comesTo: ['down stream bind-invalid'], wrote: provedWrote },
  },
  {
    what: 'goes on with a session where there was none',
    ...bySasl2(),
    says: [...proved, letsIn(`${right}<resumed ${SM} previd='kept' h='0'/>`, DESK)],
    ...{ comesTo: ['down stream resumed-wrongly'], wrote: provedWrote },
  },
];

export const saved: Setting['saved'] & object = {
  ...{ id: 'kept', jid: DESK, sent: 2, acked: 1, handled: 3 },
  tracked: [{ number: 2, kind: 'message', handle: 'm' }],
};
const goesOn = (attributes: string): string => `<resumed ${SM} ${attributes}/>`;

/** We ask for the former session, and are given something else. */
const notOurs: readonly Attack[] = [
  ...(
    [
      ['with a session of another', goesOn("previd='foreign' h='1'"), DESK],
      ['with a session without a name', goesOn("h='1'"), DESK],
      ['without a count', goesOn("previd='kept'"), DESK],
      ['with a count that is none', goesOn("previd='kept' h='x'"), DESK],
      ['with a count below nothing', goesOn("previd='kept' h='-1'"), DESK],
      ['with a count of 2^32', goesOn("previd='kept' h='4294967296'"), DESK],
      ['under another resource', goesOn("previd='kept' h='1'"), `${OURS}/tablet`],
      ['and binds another one', goesOn("previd='kept' h='1'") + bound, DESK],
      ['and says that it is gone', `${goesOn("previd='kept' h='1'")}<failed ${SM}/>`, DESK],
      [
        'twice, with two counts',
        goesOn("previd='kept' h='1'") + goesOn("previd='kept' h='2'"),
        DESK,
      ],
    ] as const
  ).map(([what, inline, jid]) => ({
    what: `goes on ${what}`,
    ...{ ...bySasl2(), saved },
    says: [...proved, letsIn(right + inline, jid)],
    ...{ comesTo: ['down stream resumed-wrongly'], wrote: provedWrote },
  })),
  {
    what: 'goes on, and has got more than was ever sent',
    ...{ ...bySasl2(), saved },
    says: [...proved, letsIn(right + goesOn("previd='kept' h='3'"), DESK)],
    comesTo: ['down stream handled-count-too-high'],
    wrote: [...provedWrote.slice(0, -1), 'stream:error undefined-condition', '/stream:stream'],
  },
];

/** A certificate is an account's one way in. */
const withCertificate2: readonly Attack[] = [
  ...[
    ['account-disabled', 'account-disabled'],
    ['not-authorized', 'not-authorized'],
    ['credentials-expired', 'certificate-expired'],
  ].map(([condition = '', told = '']) => ({
    what: `refuses the certificate as ${condition}, and offers passwords`,
    ...bySasl2({ identity }),
    says: [
      ...secured(offerSasl2(['EXTERNAL', 'PLAIN', scram], ['HT-SHA-256-NONE'])),
      refuses2(condition),
    ],
    comesTo: [`down sasl ${told}`],
    wrote: [...before, 'authenticate EXTERNAL', '/stream:stream'],
  })),
  {
    what: 'lets a certificate in as another account',
    ...bySasl2({ identity }),
    says: [...secured(offerSasl2(['EXTERNAL'])), letsIn(bound, 'bob@example.org/desk')],
    comesTo: ['down stream bind-invalid'],
    wrote: [...before, 'authenticate EXTERNAL', '/stream:stream'],
  },
];

export const bySasl2Alone: readonly Attack[] = [
  ...[...unbelieved, ...misplaced, ...somebodyElse, ...notOurs, ...withCertificate2],
];
