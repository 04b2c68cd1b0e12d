// SPDX-License-Identifier: MIT
//
// The names in a certificate, read from its DER form: the text Node prints for them quotes and joins
// values that the certificate's maker chose (CVE-2021-44532), and differs between builds.

import type { DerValue } from './der.js';
import { DER, derValue, derValues } from './der.js';
import type { CertificateNames } from './types.js';
import { extension } from './usage.js';

const subjectAltName = '551d11';
/** id-on-xmppAddr, 1.3.6.1.5.5.7.8.5 (RFC 6120 §13.7.1.4). */
const xmppAddr = '2b06010505070805';
/** id-on-dnsSRV, 1.3.6.1.5.5.7.8.7 (RFC 4985). */
const dnsSrv = '2b06010505070807';

const noNames: CertificateNames = { dns: [], srv: [], xmppAddr: [] };
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * @param der a whole certificate
 * @returns its names; none at all when it is not strict DER, and never one with a character that no
 *          such name can have (NUL, a space, a comma …)
 */
export function certificateNames(der: Uint8Array): CertificateNames {
  try {
    const san = extension(der, subjectAltName);
    return san === undefined ? noNames : readNames(derValues(derValue(san, DER.sequence)));
  } catch {
    return noNames;
  }
}

function readNames(values: readonly DerValue[]): CertificateNames {
  const names = { dns: [] as string[], srv: [] as string[], xmppAddr: [] as string[] };
  for (const value of values) {
    if (value.tag === DER.implicit(2)) add(names.dns, ascii(value.content), /^[A-Za-z0-9*._-]+$/);
    if (value.tag === DER.explicit(0)) readOtherName(value.content, names);
  }
  return names;
}

/** RFC 5280 §4.2.1.6: OtherName { type-id, [0] EXPLICIT value }. */
function readOtherName(content: Uint8Array, names: { srv: string[]; xmppAddr: string[] }): void {
  const [type, wrapped] = derValues(content);
  if (wrapped?.tag !== DER.explicit(0)) return;
  if (isOid(type, xmppAddr)) {
    // Of the ASCII punctuation a JID part cannot hold, and no control (RFC 7622 §3.3.1).
    add(
      names.xmppAddr,
      utf8.decode(derValue(wrapped.content, DER.utf8String)),
      /^[^\p{C}\s"&'<>]+$/u,
    );
  }
  if (isOid(type, dnsSrv)) {
    add(
      names.srv,
      ascii(derValue(wrapped.content, DER.ia5String)),
      /^_[A-Za-z0-9-]+\.[A-Za-z0-9._-]+$/,
    );
  }
}

function add(list: string[], name: string, allowed: RegExp): void {
  if (allowed.test(name)) list.push(name);
}

function isOid(value: DerValue | undefined, hex: string): boolean {
  return value?.tag === DER.oid && Buffer.from(value.content).toString('hex') === hex;
}

/** One character an octet, so that nothing outside ASCII can turn into something inside it. */
function ascii(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
