// SPDX-License-Identifier: MIT
//
// How strongly an account signed in, and what a weaker offer means later. The policy is in
// docs/design/0010-sign-in.md.

import { fault } from '../errors.js';
import type { Fault } from '../errors.js';
import { bindingTypes } from './channel-binding.js';
import type { BindingType } from './channel-binding.js';
import type { Method } from './mechanism.js';

export type AuthMethod = 'auto' | Method;

/** A way in: the mechanism, and what it was bound to if it was. */
export interface SignedIn {
  readonly mechanism: string;
  readonly binding?: BindingType;
}

/** The way in that an account took last, and the setting under which it did. Never by PLAIN. */
export interface Pin extends SignedIn {
  readonly authMethod: AuthMethod;
}

/** How much a binding shows: nothing, a stranger with another certificate, or any stranger. */
export function bindingRank(binding: BindingType | undefined): number {
  if (binding === undefined) return 0;
  return binding === 'tls-server-end-point' ? 1 : 2;
}

/**
 * Binding counts before the hash. The two larger hashes are alike, and so are the two bindings to the
 * channel itself: a server may change between them.
 */
function rank({ mechanism, binding }: SignedIn): number {
  return bindingRank(binding) * 2 + (mechanism.startsWith('SCRAM-SHA-1') ? 0 : 1);
}

/**
 * A password in clear is never a way back from where it was not seen (XEP-0474 §6), unless the person
 * says so by the setting.
 */
export function refusesPlain(pin: Pin | undefined, authMethod: AuthMethod): boolean {
  return pin !== undefined && authMethod !== 'plain';
}

/** Among SCRAM: less than before, under the same setting. */
export function isWeaker(now: SignedIn, pin: Pin | undefined, authMethod: AuthMethod): pin is Pin {
  if (!holds(pin, authMethod) || !pin.mechanism.startsWith('SCRAM-')) return false;
  return rank(now) < rank(pin);
}

/** A change of the setting is the person's word that things have changed. */
function holds(pin: Pin | undefined, authMethod: AuthMethod): pin is Pin {
  return pin?.authMethod === authMethod;
}

/** The binding that has worked here, so that one which is refused is no sign of a server that gets it wrong. */
export function boundBefore(pin: Pin | undefined, authMethod: AuthMethod): BindingType | undefined {
  return holds(pin, authMethod) ? pin.binding : undefined;
}

/** What is kept of a sign-in. A certificate says nothing of how strong the password’s way in was. */
export function nextPin(
  now: SignedIn,
  method: 'scram' | 'external',
  pin: Pin | undefined,
  authMethod: AuthMethod,
): Pin {
  if (method === 'external' && pin !== undefined) return pin;
  const { mechanism, binding } = now;
  return { mechanism, authMethod, ...(binding === undefined ? {} : { binding }) };
}

/** Words for a way in: `SCRAM-SHA-256-PLUS, bound to the connection (tls-exporter)`. */
export function wordsFor({ mechanism, binding }: SignedIn): string {
  return binding === undefined ? mechanism : `${mechanism}, bound to the connection (${binding})`;
}

/** The server offers less than before, and does not prove that this is its own doing. */
export function downgrade(now: SignedIn, pin: Pin): Fault {
  const plain = now.mechanism === 'PLAIN';
  const other = plain ? '“Password (PLAIN)”' : otherThan(pin.authMethod);
  const text =
    `The server offers a weaker way to sign in than before: it was ${wordsFor(pin)}, now it is ` +
    `${wordsFor(now)}. Somebody may be between you and the server, so the password was not used. ` +
    `If the server was changed on purpose, choose ${other} under “Sign in with” (auth_method) in the ` +
    'account’s settings.';
  const cause = fault('sasl', 'downgrade', text, { retry: 'never' });
  const bound = !plain && pin.binding !== undefined && now.binding === undefined;
  return bound ? { ...cause, unbound: true } : cause;
}

/** @returns the choice under which the strength of SCRAM starts anew */
export function otherThan(authMethod: AuthMethod): string {
  return authMethod === 'auto' ? '“Password (SCRAM)”' : 'another way';
}

/** Reads what was kept; undefined for anything else. */
export function readPin(value: unknown): Pin | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { mechanism, binding, authMethod } = value as Record<string, unknown>;
  const type = bindingTypes.find((known) => known === binding);
  const setting = authMethods.find((known) => known === authMethod);
  const name = typeof mechanism === 'string' && /^[A-Z0-9_-]{1,20}$/.test(mechanism);
  if (!name || setting === undefined || (binding !== undefined && type === undefined)) {
    return undefined;
  }
  return { mechanism, authMethod: setting, ...(type === undefined ? {} : { binding: type }) };
}

const authMethods: readonly AuthMethod[] = ['auto', 'external', 'scram', 'plain'];
