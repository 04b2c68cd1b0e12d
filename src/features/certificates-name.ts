// SPDX-License-Identifier: MIT
//
// Names of certificates at the server (XEP-0257 §2.1).

/** So much of its fingerprint makes a name unique, and lets people compare. */
const FINGERPRINT_CHARS = 8;
const ours = /, ([0-9a-f]{8})$/;

/**
 * @param label for people
 * @param sha256 of the certificate, lower-case hex
 */
export function certificateName(label: string, sha256: string): string {
  return `${label}, ${sha256.slice(0, FINGERPRINT_CHARS)}`;
}

/** @returns the beginning of the fingerprint in a name that we gave; nothing in another one */
export function fingerprintIn(name: string): string | undefined {
  return ours.exec(name)?.[1];
}
