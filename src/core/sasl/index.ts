// SPDX-License-Identifier: MIT
//
// The mechanisms, best first, and which of them an account may use. Those that prove a token (XEP-0484) are
// chosen by the token they belong to: fast.ts.

import { fault } from '../errors.js';
import type { Fault } from '../errors.js';
import type { Random, Tools } from '../tools.js';
import { chooseBinding, unboundFlag } from './channel-binding.js';
import type { Binding, BindingType, Channel } from './channel-binding.js';
import { external } from './external.js';
import type { Credentials, Exchange, Mechanism, Method } from './mechanism.js';
import { offersBinding } from './offer.js';
import type { Offer } from './offer.js';
import { plain } from './plain.js';
import { noMechanism, strippedMechanisms, strippedTypes, unknownTypes } from './refusals.js';
import { scram } from './scram.js';
import { downgrade, isWeaker, refusesPlain } from './strength.js';
import type { AuthMethod, Pin, SignedIn } from './strength.js';

const mechanisms: readonly Mechanism[] = [
  external,
  scram('SCRAM-SHA-512-PLUS', 'sha512'),
  scram('SCRAM-SHA-256-PLUS', 'sha256'),
  scram('SCRAM-SHA-1-PLUS', 'sha1'),
  scram('SCRAM-SHA-512', 'sha512'),
  scram('SCRAM-SHA-256', 'sha256'),
  scram('SCRAM-SHA-1', 'sha1'),
  plain,
];

export interface ChoiceContext extends Channel {
  readonly authMethod: AuthMethod;
  /** The account has a client certificate. */
  readonly certificate: boolean;
  readonly plainInClear: boolean;
  /** The server was verified before our certificate could go out, on TLS 1.2 too. */
  readonly verifiedBefore?: boolean;
  /** How the account signed in before. */
  readonly pin?: Pin;
  /** Binding went wrong with this server, and is left out. */
  readonly unbound?: boolean;
  /** The offer is that of XEP-0388, where XEP-0440 is stricter. */
  readonly sasl2?: boolean;
}

/** A mechanism that may be used, ready to begin. */
export interface Choice {
  readonly name: string;
  readonly method: Method;
  /** What the sign-in is bound to. */
  readonly binding?: BindingType;
  /** Why the offer is not believed before the server has proved it, within the exchange (XEP-0474). */
  readonly doubt?: Fault;
  begin(credentials: Credentials, tools: Tools, random: Random): Exchange;
}

/**
 * Chooses the best mechanism that both sides allow.
 * @returns the mechanism, or the fault that says why there is none
 */
export function chooseMechanism(offer: Offer, context: ChoiceContext): Choice | Fault {
  const methods = allowedMethods(context);
  if (methods.includes('external')) {
    const problem = externalFault(context);
    if (problem !== undefined) return problem;
  }
  const binding = context.unbound === true ? undefined : chooseBinding(offer, context);
  const found = mechanisms.find(
    ({ name, method }) =>
      methods.includes(method) &&
      offer.mechanisms.includes(name) &&
      (binding !== undefined || !name.endsWith('-PLUS')),
  );
  if (found === undefined) return noMechanism(offer.mechanisms, context);
  return found.method === 'scram'
    ? scramChoice(found, offer, context, binding)
    : otherChoice(found, offer, context);
}

function otherChoice(found: Mechanism, offer: Offer, context: ChoiceContext): Choice | Fault {
  const { name, method } = found;
  const { pin, authMethod } = context;
  if (method === 'plain' && pin !== undefined && refusesPlain(pin, authMethod)) {
    return downgrade({ mechanism: name }, pin);
  }
  const setting = { offer, gs2: 'n' } as const;
  return { name, method, begin: (...rest) => found.begin(...rest, setting) };
}

function scramChoice(
  found: Mechanism,
  offer: Offer,
  context: ChoiceContext,
  available: Binding | undefined,
): Choice | Fault {
  const { name, method } = found;
  const binding = name.endsWith('-PLUS') ? available : undefined;
  const bound = binding === undefined ? {} : { binding: binding.type };
  if (context.tlsVersion !== undefined) {
    const problem = strippedFault(offer, context);
    if (problem !== undefined) return problem;
  }
  const doubt = doubtOf({ mechanism: name, ...bound }, offer, context);
  const gs2 = binding ?? unboundFlag(offer, context);
  const doubted = doubt === undefined ? {} : { doubt };
  const setting = { offer, gs2, ...doubted };
  return { name, method, ...bound, ...doubted, begin: (...rest) => found.begin(...rest, setting) };
}

/** XEP-0440 §3, rules 4 and 5: one of the two lists is missing. */
function strippedFault(offer: Offer, context: ChoiceContext): Fault | undefined {
  const binds = offersBinding(offer);
  if (binds && offer.bindings === undefined && context.sasl2 === true) return strippedTypes;
  return !binds && offer.bindings !== undefined ? strippedMechanisms : undefined;
}

/** What only the server's own word for its offer can clear up (XEP-0474 §6, new rule 6). */
function doubtOf(now: SignedIn, offer: Offer, context: ChoiceContext): Fault | undefined {
  const { pin, authMethod, tlsVersion } = context;
  if (isWeaker(now, pin, authMethod)) return downgrade(now, pin);
  const listed = offer.bindings;
  if (tlsVersion === undefined || listed === undefined || now.binding !== undefined) return;
  const known = chooseBinding(offer, context) !== undefined;
  return known || listed.includes('tls-server-end-point') ? undefined : unknownTypes(listed);
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
  if (context.tlsVersion === 'TLSv1.2' && context.verifiedBefore === true) return undefined;
  const have = context.tlsVersion ?? 'none';
  const text =
    `Signing in by certificate needs TLS 1.3, but the encryption here is ${have}. ` +
    'The certificate was refused to this connection, and no password was sent in its place.';
  return fault('tls', 'certificate-needs-tls13', text, local);
}
