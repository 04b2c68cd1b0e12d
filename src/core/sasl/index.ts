// SPDX-License-Identifier: MIT
//
// The mechanisms, best first, and which of them an account may use.

import { fault } from '../errors.js';
import type { Fault } from '../errors.js';
import { external } from './external.js';
import type { Mechanism, Method } from './mechanism.js';
import { plain } from './plain.js';
import { scram } from './scram.js';

const mechanisms: readonly Mechanism[] = [
  external,
  scram('SCRAM-SHA-512', 'sha512'),
  scram('SCRAM-SHA-256', 'sha256'),
  scram('SCRAM-SHA-1', 'sha1'),
  plain,
];

export interface ChoiceContext {
  readonly authMethod: 'auto' | Method;
  /** The account has a client certificate. */
  readonly certificate: boolean;
  readonly plainInClear: boolean;
  /** As Node names it; undefined in clear. */
  readonly tlsVersion: string | undefined;
}

/**
 * Chooses the best mechanism that both sides allow.
 * @returns the mechanism, or the fault that says why there is none
 */
export function chooseMechanism(
  offered: readonly string[],
  context: ChoiceContext,
): Mechanism | Fault {
  const methods = allowedMethods(context);
  if (methods.includes('external')) {
    const problem = externalFault(context);
    if (problem !== undefined) return problem;
  }
  const found = mechanisms.find((m) => methods.includes(m.method) && offered.includes(m.name));
  return found ?? noMechanism(offered, context);
}

/** An account with a certificate never falls back to a password. */
function allowedMethods(context: ChoiceContext): readonly Method[] {
  const secure = context.tlsVersion !== undefined;
  switch (context.authMethod) {
    case 'auto':
      if (context.certificate) return ['external'];
      return secure ? ['scram', 'plain'] : ['scram'];
    case 'plain':
      return secure || context.plainInClear ? ['plain'] : [];
    default:
      return [context.authMethod];
  }
}

/**
 * Up to TLS 1.2 the certificate goes out before the server is verified, and in clear (RFC 5246 §7.4.6);
 * TLS 1.3 encrypts it and verifies first (RFC 8446 §4.4.2).
 */
function externalFault(context: ChoiceContext): Fault | undefined {
  const local = { by: 'us', retry: 'never' } as const;
  if (!context.certificate) {
    const text = 'This account is to sign in by certificate, but none is set.';
    return fault('sasl', 'certificate-missing', text, local);
  }
  if (context.tlsVersion === 'TLSv1.3') return undefined;
  const have = context.tlsVersion ?? 'none';
  const text =
    `Signing in by certificate needs TLS 1.3, but the encryption here is ${have}. ` +
    'The certificate was refused to this connection, and no password was sent in its place.';
  return fault('tls', 'certificate-needs-tls13', text, local);
}

function noMechanism(offered: readonly string[], context: ChoiceContext): Fault {
  // RFC 4422 §3.1: nothing else is a name, and nothing else is shown.
  const names = offered.filter((name) => /^[A-Z0-9_-]{1,20}$/.test(name)).slice(0, 10);
  const list = names.length === 0 ? 'none' : names.join(', ');
  const text = `${reason(offered, context)} Ways offered by the server: ${list}. No secret was sent.`;
  return fault('sasl', 'no-mechanism', text, { retry: 'never' });
}

function reason(offered: readonly string[], context: ChoiceContext): string {
  if (context.certificate && ['auto', 'external'].includes(context.authMethod)) {
    return 'The server does not let this account sign in by certificate, and a password is not used in its place.';
  }
  if (offered.includes('PLAIN') && context.tlsVersion === undefined) {
    return 'The server wants the password in clear over a connection without encryption.';
  }
  return 'The server offers no way to sign in that is safe and allowed by the account.';
}
