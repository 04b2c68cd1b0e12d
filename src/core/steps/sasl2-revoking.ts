// SPDX-License-Identifier: MIT
//
// How a link ends on which nothing was wanted but the end of a token (XEP-0484 §3.6).

import { fault } from '../errors.js';
import type { Fault } from '../errors.js';
import { NS } from '../namespaces.js';
import type { Exchange } from '../sasl/mechanism.js';
import type { Tools } from '../tools.js';
import { childText, elements, is, localName, namespaceOf } from '../xml.js';
import type { Element } from '../xml.js';

/** The server takes the token no more. That is no failure of a sign-in. */
export const TOKEN_REVOKED = 'token-revoked';

/** It may. */
export const TOKEN_LEFT = 'token-left';

export const revoked = fault('sasl', TOKEN_REVOKED, 'The token of this account is given up.');

export const notShown = left(
  'The server does not offer to take tokens any more, or not in a way in which this one may be shown.',
);

/** It is forgotten by now, so that the next link begins without. */
export const inTheWay = left('The server refused the token, and took nothing else behind it.');

/** What is said of one that is too old, whatever it is bound to (§4.2). */
const EXPIRED = 'credentials-expired';

/** How a server says that it does not know a token (§4.1). */
const unknown: ReadonlySet<string> = new Set(['not-authorized', EXPIRED]);

const unproved = left(
  'The server refused it when it was shown for the first time, bound to the connection: that may be for the ' +
    'binding alone, so the token may still be good.',
);

/**
 * @param untried whether the token is bound, and was never shown before
 * @returns what became of the token, by the answer to `<fast invalidate='true'/>`
 */
export function revocation(
  answer: Element,
  exchange: Exchange | undefined,
  tools: Tools,
  untried: boolean,
): Fault {
  if (is(answer, 'success', NS.sasl2)) {
    const said = childText(answer, 'additional-data', NS.sasl2)?.trim() ?? '';
    const data = tools.fromBase64(said);
    const proved = data !== undefined && exchange?.success(data) === undefined;
    return proved ? revoked : left('The server could not prove that it knows the token.');
  }
  if (!is(answer, 'failure', NS.sasl2)) return left('The server asked for more than the token.');
  const said = elements(answer).filter((el) => namespaceOf(el) === NS.sasl);
  const words = said.map((el) => localName(el));
  if (!words.some((word) => unknown.has(word))) return left('The server refused it.');
  return untried && !words.includes(EXPIRED) ? unproved : revoked;
}

function left(text: string): Fault {
  return fault('sasl', TOKEN_LEFT, text, { retry: 'never' });
}
