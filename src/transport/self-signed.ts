// SPDX-License-Identifier: MIT
//
// A key and a certificate with which one account signs in (XEP-0257 §3). Nobody vouches for it: the
// server knows it because it was uploaded.

import { generateKeyPair, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { DER } from './der.js';
import {
  bitString,
  integer,
  isTrue,
  octetString,
  oid,
  sequence,
  setOf,
  time,
  utf8String,
  wrap,
} from './der-writer.js';

const OID = {
  commonName: '2.5.4.3',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  extendedKeyUsage: '2.5.29.37',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  xmppAddr: '1.3.6.1.5.5.7.8.5',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
} as const;

/** RFC 5280 §4.1.2.2 allows twenty octets and wants a number above zero. */
const SERIAL_BYTES = 16;
/** ub-common-name of RFC 5280 appendix A. */
const LONGEST_NAME = 64;
/** RFC 5280 §4.2.1.3: digitalSignature, the first of the bits. */
const DIGITAL_SIGNATURE = Buffer.of(0x80);

export interface SelfSigned {
  /** The certificate. */
  readonly der: Uint8Array;
  /** The certificate and, unencrypted, its key (PKCS#8). Secret. */
  readonly pem: string;
}

/**
 * Makes a key on P-256 and a certificate for it.
 * @param account bare JID, its one name (RFC 6120 §13.7.1.4)
 * @param notBefore Unix ms, as is notAfter; both are cut to seconds
 */
export async function selfSigned(
  account: string,
  notBefore: number,
  notAfter: number,
): Promise<SelfSigned> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
  const body = toBeSigned(account, sequence(time(notBefore), time(notAfter)), publicKey);
  const signature = sign('sha256', body, privateKey);
  const der = sequence(body, sequence(oid(OID.ecdsaWithSha256)), bitString(signature));
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { der, pem: pemOf(der) + key };
}

/** RFC 7468 §5.1. */
function pemOf(der: Uint8Array): string {
  const lines = Buffer.from(der).toString('base64').replace(/.{64}/g, '$&\n').trimEnd();
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

/** RFC 5280 §4.1, version 3. */
function toBeSigned(account: string, validity: Uint8Array, publicKey: KeyObject): Uint8Array {
  const serial = randomBytes(SERIAL_BYTES);
  serial.writeUInt8((serial.readUInt8(0) & 0x7f) | 0x01, 0);
  const cut = [...account].slice(0, LONGEST_NAME).join('');
  const name = sequence(setOf(sequence(oid(OID.commonName), utf8String(cut))));
  return sequence(
    wrap(DER.explicit(0), integer(Buffer.of(2))),
    integer(serial),
    sequence(oid(OID.ecdsaWithSha256)),
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    wrap(DER.explicit(3), extensions(account)),
  );
}

function extensions(account: string): Uint8Array {
  const address = wrap(DER.explicit(0), utf8String(account));
  return sequence(
    extension(OID.basicConstraints, sequence(), 'critical'),
    extension(OID.keyUsage, bitString(DIGITAL_SIGNATURE, 7), 'critical'),
    extension(OID.extendedKeyUsage, sequence(oid(OID.clientAuth))),
    // RFC 5280 §4.2.1.6: an otherName is [0] of the names.
    extension(OID.subjectAltName, sequence(wrap(DER.explicit(0), oid(OID.xmppAddr), address))),
  );
}

function extension(id: string, value: Uint8Array, critical?: 'critical'): Uint8Array {
  const flag = critical === undefined ? [] : [isTrue()];
  return sequence(oid(id), ...flag, octetString(value));
}
