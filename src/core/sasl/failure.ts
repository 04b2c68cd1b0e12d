// SPDX-License-Identifier: MIT
//
// RFC 6120 §6.5: what a refused sign-in means to a person.

import { fault } from '../errors.js';
import type { Fault } from '../errors.js';
import { NS } from '../namespaces.js';
import { quoted } from '../stream-error.js';
import { childText, elements, localName, namespaceOf } from '../xml.js';
import type { Element } from '../xml.js';
import { externalFailure } from './external-failure.js';
import type { Method } from './mechanism.js';

const texts: ReadonlyMap<string, string> = new Map([
  ['aborted', 'Signing in was broken off.'],
  ['account-disabled', 'The server has disabled this account.'],
  ['credentials-expired', 'The password of this account has expired.'],
  ['encryption-required', 'The server lets nobody sign in without encryption.'],
  ['incorrect-encoding', 'The server could not read what was sent to sign in.'],
  ['invalid-authzid', 'The server does not let this sign-in act for this account.'],
  ['invalid-mechanism', 'The server does not offer this way to sign in.'],
  ['malformed-request', 'The server could not read what was sent to sign in.'],
  ['mechanism-too-weak', 'The server finds this way to sign in too weak for this account.'],
  ['not-authorized', 'Wrong password, or no such account.'],
  ['temporary-auth-failure', 'The server cannot check who you are just now.'],
]);

/**
 * COMPAT(Prosody, 0.12): its EXTERNAL names the element of its answer "false" where it means a failure with
 * credentials-expired.
 */
export const EXPIRED = 'false';

/**
 * Reads `<failure/>`, or what stands for it. An unknown condition is taken for not-authorized.
 * @param method the kind of mechanism that was refused
 */
export function saslFailure(failure: Element, method: Method): Fault {
  const named = localName(failure) === EXPIRED ? 'credentials-expired' : 'not-authorized';
  const said =
    elements(failure)
      .map((el) => (namespaceOf(el) === NS.sasl ? localName(el) : ''))
      .find((name) => texts.has(name)) ?? named;
  const words = childText(failure, 'text', NS.sasl) ?? childText(failure, 'text', NS.sasl2) ?? '';
  const quote = quoted(words);
  const own = method === 'external' ? externalFailure(said, words, quote) : undefined;
  if (own !== undefined) return own;
  const passing = said === 'temporary-auth-failure' || said === 'aborted';
  const text = (texts.get(said) ?? '') + quote;
  return fault('sasl', said, text, { retry: passing ? 'later' : 'never' });
}
