// SPDX-License-Identifier: MIT
//
// Extensions of a certificate, read from its DER form, and what they let its key be used for.

import { DER, derValue, derValues } from './der.js';

const keyUsageId = '551d0f';

/**
 * RFC 5280 §4.2.1.3.
 * @param der a whole certificate
 * @returns nothing when the extension is not there or cannot be read: it then forbids nothing
 */
export function keyUsage(der: Uint8Array): { readonly digitalSignature: boolean } | undefined {
  try {
    const value = extension(der, keyUsageId);
    if (value === undefined) return undefined;
    const [, first = 0] = derValue(value, DER.bitString);
    return { digitalSignature: (first & 0x80) !== 0 };
  } catch {
    return undefined;
  }
}

/**
 * RFC 5280 §4.1: Certificate > tbsCertificate > [3] extensions > Extension { id, critical?, value }.
 * @param id the octets of its object identifier, lower-case hex
 * @throws RangeError for what is not DER
 */
export function extension(der: Uint8Array, id: string): Uint8Array | undefined {
  const [body] = derValues(derValue(der, DER.sequence));
  if (body?.tag !== DER.sequence) return undefined;
  const wrapped = derValues(body.content).find((v) => v.tag === DER.explicit(3));
  if (wrapped === undefined) return undefined;
  for (const found of derValues(derValue(wrapped.content, DER.sequence))) {
    const [oid, ...rest] = derValues(found.content);
    const value = rest.at(-1);
    const ours = oid?.tag === DER.oid && Buffer.from(oid.content).toString('hex') === id;
    if (ours && value?.tag === DER.octetString) return value.content;
  }
  return undefined;
}
