// SPDX-License-Identifier: MIT
//
// Words for offers that are not taken.

import { fault } from '../errors.js';
import type { Fault } from '../errors.js';
import type { AuthMethod } from './strength.js';

const lasting = { retry: 'never' } as const;

/** RFC 4422 §3.1: nothing else is a name, and nothing else is shown. */
function shown(names: readonly string[]): string {
  const safe = names.filter((name) => /^[A-Za-z0-9_.-]{1,40}$/.test(name)).slice(0, 10);
  return safe.length === 0 ? 'none' : safe.join(', ');
}

/** XEP-0440 §3, rule 4. */
export const strippedTypes = fault(
  'sasl',
  'channel-binding-changed',
  'The server can bind the sign-in to the connection, but does not say how. Somebody may have taken that out on the way, so no secret was sent.',
  lasting,
);

/** XEP-0440 §3, rule 5. */
export const strippedMechanisms = fault(
  'sasl',
  'channel-binding-changed',
  'The server says how a sign-in is bound to the connection, but offers no way to sign in that is. Somebody may have taken those out on the way, so no secret was sent.',
  lasting,
);

/** RFC 5802 §6: the server offers to bind, and its offer came without. */
export const strippedOffer = fault(
  'sasl',
  'channel-binding-changed',
  'The server refused the sign-in as one from whose offers somebody has taken the stronger ways on the way here. The password was not used.',
  lasting,
);

/** XEP-0440 §3, rule 6. */
export function unknownTypes(types: readonly string[]): Fault {
  const text =
    `The server binds the sign-in to the connection only in ways that are unknown here (${shown(types)}), ` +
    'and does not prove that this list is its own. Somebody may have changed it on the way, so the password was not used.';
  return fault('sasl', 'channel-binding-changed', text, lasting);
}

interface Wish {
  readonly authMethod: AuthMethod;
  readonly certificate: boolean;
  readonly tlsVersion: string | undefined;
}

export function noMechanism(offered: readonly string[], wish: Wish): Fault {
  const names = shown(offered.filter((name) => /^[A-Z0-9_-]{1,20}$/.test(name)));
  const text = `${reason(offered, wish)} Ways offered by the server: ${names}. No secret was sent.`;
  return fault('sasl', 'no-mechanism', text, lasting);
}

function reason(offered: readonly string[], wish: Wish): string {
  if (wish.certificate && ['auto', 'external'].includes(wish.authMethod)) {
    return 'The server does not let this account sign in by certificate, and a password is not used in its place.';
  }
  if (offered.includes('PLAIN') && wish.tlsVersion === undefined) {
    return 'The server wants the password in clear over a connection without encryption.';
  }
  return 'The server offers no way to sign in that is safe and allowed by the account.';
}
