// SPDX-License-Identifier: MIT
//
// The one certificate out of a file that its key belongs to, the way from it to its authority, and
// whether anybody could accept it.

import type { KeyObject, X509Certificate } from 'node:crypto';
import type { ClientIdentity } from '../../core/effects.js';
import { certificateNames } from '../../transport/names.js';
import { keyUsage } from '../../transport/usage.js';
import { isWeakKey, tlsContext, validity } from '../../transport/tls.js';
import type { ClientMaterial } from '../../transport/types.js';
import { refuse, words } from './refusals.js';

export interface OpenIdentity {
  readonly identity: ClientIdentity;
  readonly material: ClientMaterial;
}

export interface Found {
  /** For the words of a refusal. */
  readonly certPath: string;
  readonly keyPath: string;
  /** At least one, in any order. */
  readonly certificates: readonly X509Certificate[];
  /** At least one. */
  readonly keys: readonly KeyObject[];
}

/** id-kp-clientAuth and anyExtendedKeyUsage (RFC 5280 §4.2.1.12). */
const forClients = ['1.3.6.1.5.5.7.3.2', '2.5.29.37.0'];

/** @throws IdentityError */
export function ownCertificate(found: Found): OpenIdentity {
  const { certPath, keyPath } = found;
  const pair = matching(found);
  if (pair === undefined) {
    return refuse(
      'key-mismatch',
      `The key in ${keyPath} does not belong to the certificate in ${certPath}.`,
    );
  }
  const { leaf, key } = pair;
  checkUse(certPath, leaf);
  const chain = [leaf, ...issuersOf(leaf, found.certificates)];
  const material = {
    cert: Buffer.from(chain.map((certificate) => certificate.toString()).join('')),
    key: Buffer.from(key.export({ type: 'pkcs8', format: 'pem' })),
  };
  try {
    tlsContext({ client: material });
  } catch (error) {
    const text = `TLS cannot use the certificate in ${certPath}: ${words(error)}.`;
    refuse('certificate-unusable', text);
  }
  const sha256 = leaf.fingerprint256.replaceAll(':', '').toLowerCase();
  const { xmppAddr } = certificateNames(leaf.raw);
  const identity = { xmppAddr, sha256, ...validity(leaf) };
  return { identity, material };
}

function matching(found: Found): { leaf: X509Certificate; key: KeyObject } | undefined {
  for (const leaf of found.certificates) {
    const key = found.keys.find((candidate) => leaf.checkPrivateKey(candidate));
    if (key !== undefined) return { leaf, key };
  }
  return undefined;
}

/**
 * The intermediates in the order in which TLS sends them, whatever their order in the file. An
 * authority that vouches for itself is left out: who trusts it has it (RFC 8446 §4.4.2).
 */
function issuersOf(leaf: X509Certificate, all: readonly X509Certificate[]): X509Certificate[] {
  const chain: X509Certificate[] = [];
  let next = issuerOf(leaf, all);
  while (next !== undefined && !isIssuedBy(next, next) && !chain.includes(next)) {
    chain.push(next);
    next = issuerOf(next, all);
  }
  return chain;
}

function issuerOf(
  certificate: X509Certificate,
  all: readonly X509Certificate[],
): X509Certificate | undefined {
  return all.find((issuer) => issuer !== certificate && isIssuedBy(certificate, issuer));
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

/** What every server would refuse, said here in words and before anybody is dialled. */
function checkUse(path: string, leaf: X509Certificate): void {
  // Node's types say a list always; without the extension there is none.
  const extended = leaf.keyUsage as string[] | undefined;
  if (extended !== undefined && !extended.some((use) => forClients.includes(use))) {
    refuse(
      'certificate-wrong-purpose',
      `The certificate in ${path} was not issued to sign in with: its extended key usage has no clientAuth. Nothing was sent.`,
    );
  }
  if (keyUsage(leaf.raw)?.digitalSignature === false) {
    refuse(
      'certificate-wrong-purpose',
      `The certificate in ${path} was not issued to sign in with: its key usage has no digitalSignature. Nothing was sent.`,
    );
  }
  if (isWeakKey(leaf.publicKey)) {
    refuse(
      'certificate-weak-key',
      `The key of the certificate in ${path} is too short to be safe: an RSA key has 2048 bits at least. Nothing was sent.`,
    );
  }
  if (!canSign(leaf.publicKey)) {
    refuse(
      'certificate-unusable',
      `TLS cannot sign with the key of the certificate in ${path}${kindOf(leaf.publicKey)}. It takes RSA, Ed25519, and ECDSA on P-256, P-384 or P-521. Nothing was sent.`,
    );
  }
}

/**
 * RFC 8446 §4.2.3 has no schemes for other keys. With another one OpenSSL sends no certificate in TLS 1.3, and
 * the server says of that what it likes; in TLS 1.2 its curve is refused.
 */
function canSign({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  if (asymmetricKeyType !== 'ec') return kinds.includes(asymmetricKeyType ?? '');
  return curves.includes(asymmetricKeyDetails?.namedCurve ?? '');
}

const kinds: readonly string[] = ['rsa', 'rsa-pss', 'ed25519', 'ed448'];
/** P-256, P-384 and P-521 by OpenSSL's names. */
const curves = ['prime256v1', 'secp384r1', 'secp521r1'];

/** As words behind others; empty where it has no name. */
function kindOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string {
  const name = asymmetricKeyDetails?.namedCurve ?? asymmetricKeyType;
  return name === undefined ? '' : ` (${name})`;
}
