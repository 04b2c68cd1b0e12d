// SPDX-License-Identifier: MIT
//
// Is this the server of our domain? Names are compared by RFC 6125 and RFC 7590 against the account's
// domain, whatever host DNS led to (RFC 6120 §13.7.2); the chain itself was judged by the platform.

import type { CertificateNames, TlsFacts } from './effects.js';
import type { Jid } from './jid.js';
import type { Tools } from './tools.js';

export type Verdict =
  | { readonly trusted: true }
  /** `reasons` has at least one; the words of the contract's AskTrust. */
  | { readonly trusted: false; readonly reasons: readonly string[]; readonly text: string };

type Ascii = Pick<Tools, 'domainToAscii'>;

/** Reasons in the order they are told, with the half sentence for each. */
const words: ReadonlyMap<string, string> = new Map([
  ['wrong-pin', 'it is not the certificate that this account is set to accept'],
  ['wrong-name', 'it was not issued for this domain'],
  ['self-signed', 'it vouches only for itself'],
  ['unknown-ca', 'it was issued by an authority unknown here'],
  ['expired', 'it has expired'],
  ['not-yet-valid', 'it is not valid yet, or the clock of this computer is wrong'],
  ['revoked', 'it was revoked'],
  ['bad-purpose', 'it was not issued for a server'],
  ['bad-signature', 'its signature is wrong'],
  ['weak-key', 'its key is too weak'],
  ['not-trusted', 'it could not be verified'],
]);

/** OpenSSL's words for what is wrong with a chain; all others are `not-trusted`. */
const chainReasons: ReadonlyMap<string, string> = new Map([
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'unknown-ca'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'unknown-ca'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'unknown-ca'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unknown-ca'],
  ['CERT_UNTRUSTED', 'unknown-ca'],
  ['CERT_HAS_EXPIRED', 'expired'],
  ['CERT_NOT_YET_VALID', 'not-yet-valid'],
  ['CERT_REVOKED', 'revoked'],
  ['INVALID_PURPOSE', 'bad-purpose'],
  ['INVALID_CA', 'bad-purpose'],
  ['PATH_LENGTH_EXCEEDED', 'bad-purpose'],
  ['CERT_SIGNATURE_FAILURE', 'bad-signature'],
  ['EE_KEY_TOO_SMALL', 'weak-key'],
  ['CA_KEY_TOO_SMALL', 'weak-key'],
  ['CA_MD_TOO_WEAK', 'weak-key'],
]);

/**
 * Judges the server's certificate before anything is sent to it.
 * @param account `jid` gives the domain; `pin` (lower-case hex) accepts that one certificate, with all
 *        its faults, and no other
 * @param wall milliseconds since the Unix epoch
 */
export function judgeCertificate(
  facts: TlsFacts,
  account: { readonly jid: Pick<Jid, 'domain'>; readonly pin?: string },
  wall: number,
  tools: Ascii,
): Verdict {
  const { domain } = account.jid;
  if (account.pin !== undefined && account.pin === facts.sha256) return { trusted: true };
  const found = new Set<string>();
  if (account.pin !== undefined) found.add('wrong-pin');
  if (!namesMatch(facts.names, domain, tools)) found.add('wrong-name');
  if (facts.chainError !== undefined) {
    found.add(chainReasons.get(facts.chainError) ?? 'not-trusted');
  }
  // Asked this way round, so that a date that could not be read counts as out of range.
  if (!(wall <= facts.notAfter)) found.add('expired');
  if (!(wall >= facts.notBefore)) found.add('not-yet-valid');
  if (found.size === 0) return { trusted: true };
  const reasons = [...words.keys()].filter((reason) => found.has(reason));
  return { trusted: false, reasons, text: sentence(domain, reasons) };
}

function sentence(domain: string, reasons: readonly string[]): string {
  const causes = reasons.map((reason) => words.get(reason) ?? reason).join('; ');
  return `The certificate shown for ${domain} is not trusted: ${causes}. Nothing was sent to the server.`;
}

/**
 * Does a certificate name this domain as a DNS-ID, SRV-ID or xmppAddr? A common name never counts.
 * @param domain U-labels or A-labels
 * @see RFC 6125 §6, RFC 6120 §13.7.1.2, RFC 7590 §3.4
 */
export function namesMatch(names: CertificateNames, domain: string, tools: Ascii): boolean {
  const ours = tools.domainToAscii(domain).toLowerCase();
  if (!isHostName(ours)) return false;
  return (
    names.dns.some((name) => dnsIdMatches(name.toLowerCase(), ours)) ||
    names.srv.some((name) => srvIdMatches(name.toLowerCase(), ours)) ||
    names.xmppAddr.some((name) => xmppAddrMatches(name, ours, tools))
  );
}

/** Dotted letters, digits and hyphens, and not an address: RFC 6125 compares names of hosts only. */
function isHostName(name: string): boolean {
  return /^(?:[a-z0-9_-]+\.)*[a-z0-9_-]*[a-z_-][a-z0-9_-]*$/.test(name);
}

/**
 * A wildcard is the whole left-most label and stands for exactly one (RFC 6125 §6.4.3); what it hangs
 * on must itself have two, or `*.org` would do for everybody.
 */
function dnsIdMatches(name: string, ours: string): boolean {
  if (!name.startsWith('*.')) return isHostName(name) && name === ours;
  const parent = name.slice(2);
  if (!isHostName(parent) || !parent.includes('.')) return false;
  const dot = ours.indexOf('.');
  return dot > 0 && ours.slice(dot + 1) === parent;
}

/** RFC 4985; the two services of RFC 6120 §3.2.1 and XEP-0368 §3 for clients, and no wildcard. */
function srvIdMatches(name: string, ours: string): boolean {
  return name === `_xmpp-client.${ours}` || name === `_xmpps-client.${ours}`;
}

/** RFC 6120 §13.7.1.4: a JID, here that of a server. It may be written in U-labels. */
function xmppAddrMatches(name: string, ours: string, tools: Ascii): boolean {
  // IDNA would map or drop more than letters; of ASCII only what a host name has is let through.
  if (!/^(?:[A-Za-z0-9._-]|[^\p{ASCII}\p{C}\p{Z}])+$/u.test(name)) return false;
  return tools.domainToAscii(name).toLowerCase() === ours;
}
