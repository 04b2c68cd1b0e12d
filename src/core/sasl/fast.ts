// SPDX-License-Identifier: MIT
//
// The mechanisms of tokens (XEP-0484; draft-schmaus-kitten-sasl-ht): one message each way, each proving that
// its sender has the token.

import { fault } from '../errors.js';
import type { Jid } from '../jid.js';
import type { Tools } from '../tools.js';
import { unexpectedChallenge } from './mechanism.js';
import type { Exchange } from './mechanism.js';

export interface Token {
  /** The mechanism that it was given for; it is good for no other (XEP-0484 §3.4). */
  readonly mechanism: string;
  /** Secret. */
  readonly token: string;
  /** How often it was shown, this time included. */
  readonly count: number;
}

/** Those that we have, best first. */
const mechanisms: readonly string[] = ['HT-SHA-256-NONE'];

/** @returns the best one, or undefined where none is offered */
export function chooseFast(offered: readonly string[]): string | undefined {
  return mechanisms.find((name) => offered.includes(name));
}

const impostor = fault(
  'sasl',
  'server-not-verified',
  'The server let this account in, but could not prove that it has given it its token. ' +
    'The connection was closed; the next sign-in is by password.',
);

/** `authcid NUL HMAC(token, "Initiator" || binding)`, answered by `HMAC(token, "Responder" || binding)`. */
export function fastExchange({ mechanism, token }: Token, jid: Jid, tools: Tools): Exchange {
  const proof = (role: string): Uint8Array =>
    tools.hmac('sha256', tools.utf8(token), tools.utf8(role));
  return {
    name: mechanism,
    first: () => ({
      type: 'send',
      data: Uint8Array.from([...tools.utf8(`${jid.local}\0`), ...proof('Initiator')]),
    }),
    challenge: () => ({ type: 'fault', fault: unexpectedChallenge }),
    success: (data) =>
      tools.base64(data) === tools.base64(proof('Responder')) ? undefined : impostor,
  };
}
