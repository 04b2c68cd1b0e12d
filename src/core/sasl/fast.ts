// SPDX-License-Identifier: MIT
//
// The mechanisms of tokens (XEP-0484; draft-schmaus-kitten-sasl-ht): one message each way, each proving that
// its sender has the token.

import type { ChannelBindings } from '../effects.js';
import { fault } from '../errors.js';
import type { Jid } from '../jid.js';
import type { Tools } from '../tools.js';
import type { BindingType } from './channel-binding.js';
import { unexpectedChallenge } from './mechanism.js';
import type { Exchange } from './mechanism.js';
import { bindingRank } from './strength.js';

export interface Token {
  /** The mechanism that it was given for; it is good for no other (XEP-0484 §3.4). */
  readonly mechanism: string;
  /** Secret. */
  readonly token: string;
  /** How often it was shown, this time included. */
  readonly count: number;
}

/**
 * Those that we have, and what their proofs are bound to: the strongest first, and none last (XEP-0484 §6 wants
 * the bound ones preferred).
 */
const mechanisms: ReadonlyMap<string, BindingType | ''> = new Map([
  ['HT-SHA-256-EXPR', 'tls-exporter'],
  // There in TLS 1.2 only.
  ['HT-SHA-256-UNIQ', 'tls-unique'],
  ['HT-SHA-256-ENDP', 'tls-server-end-point'],
  ['HT-SHA-256-NONE', ''],
]);

/** Where a token is to be shown. */
export interface FastChannel {
  readonly bindings: ChannelBindings | undefined;
  /**
   * What the account's sign-in is bound to, or was. A token is bound no less: the proof of one that is not, or to
   * the certificate alone, is the same each time, so whoever gets it in between would have what the better
   * binding keeps from him.
   */
  readonly pinned: BindingType | undefined;
}

/** @returns what a proof by this mechanism is bound to, empty for nothing; undefined where it may not be used */
export function fastBinding(
  mechanism: string,
  { bindings, pinned }: FastChannel,
): BindingType | '' | undefined {
  const type = mechanisms.get(mechanism);
  if (type === undefined || type === '') return pinned === undefined ? type : undefined;
  const enough = bindingRank(type) >= bindingRank(pinned);
  return enough && bindings?.[type] !== undefined ? type : undefined;
}

/**
 * @param broken a mechanism that this server offers and does not take
 * @returns the one to ask a token for, or undefined where none is offered that may be used
 */
export function chooseFast(
  offered: readonly string[],
  channel: FastChannel,
  broken?: string,
): string | undefined {
  const usable = [...mechanisms.keys()].filter((name) => fastBinding(name, channel) !== undefined);
  return usable.find((name) => name !== broken && offered.includes(name));
}

const impostor = fault(
  'sasl',
  'server-not-verified',
  'The server let this account in, but could not prove that it has given it its token. ' +
    'The connection was closed; the next sign-in is by password.',
);

/** `authcid NUL HMAC(token, "Initiator" || binding)`, answered by `HMAC(token, "Responder" || binding)`. */
export function fastExchange(
  { mechanism, token }: Token,
  { jid, tools, binding }: { jid: Jid; tools: Tools; binding: Uint8Array | undefined },
): Exchange {
  const proof = (role: string): Uint8Array =>
    tools.hmac(
      'sha256',
      tools.utf8(token),
      Uint8Array.from([...tools.utf8(role), ...(binding ?? [])]),
    );
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
