// SPDX-License-Identifier: MIT
import { execFileSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { derValues } from '../../src/transport/der.js';
import { integer, oid, time, wrap } from '../../src/transport/der-writer.js';
import { certificateNames } from '../../src/transport/names.js';
import { selfSigned } from '../../src/transport/self-signed.js';
import { validity } from '../../src/transport/tls.js';

const START = Date.UTC(2026, 10, 26, 12, 0, 0);
const END = Date.UTC(2027, 10, 26, 12, 0, 0);

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('a certificate that is made here', () => {
  it('names its account alone, and its key fits', async () => {
    const { der, pem } = await selfSigned('romeo@montague.example', START, END);
    const certificate = new X509Certificate(der);
    expect(certificateNames(der)).toEqual({
      dns: [],
      srv: [],
      xmppAddr: ['romeo@montague.example'],
    });
    expect(certificate.checkPrivateKey(createPrivateKey(pem))).toBe(true);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.ca).toBe(false);
    expect(validity(certificate)).toEqual({ notBefore: START, notAfter: END });
    expect(new X509Certificate(pem).raw).toEqual(Buffer.from(der));
  });

  it('is what OpenSSL takes for a client certificate of version 3', async () => {
    const { pem } = await selfSigned('romeo@montague.example', START, END);
    const words = execFileSync('openssl', ['x509', '-noout', '-text', '-purpose'], { input: pem });
    const text = words.toString();
    expect(text).toContain('Version: 3 (0x2)');
    expect(text).toContain('ASN1 OID: prime256v1');
    expect(text).toContain('TLS Web Client Authentication');
    expect(text).toMatch(/Key Usage: critical\s+Digital Signature/);
    expect(text).toMatch(/Basic Constraints: critical\s+CA:FALSE/);
    expect(text).toContain('SSL client : Yes');
    expect(text).toContain('SSL server : No');
  });

  it('has another key and another number each time', async () => {
    const made = await Promise.all([1, 2, 3].map(() => selfSigned('a@b.example', START, END)));
    const numbers = made.map(({ der }) => new X509Certificate(der).serialNumber);
    expect(new Set(numbers).size).toBe(3);
    expect(numbers.every((number) => /^[0-7][0-9A-F]{31}$/.test(number))).toBe(true);
    expect(new Set(made.map(({ pem }) => pem)).size).toBe(3);
  });

  it.each([
    ['a name beyond ASCII', 'jérôme@café.example'],
    ['one that is too long for a common name', `${'x'.repeat(200)}@montague.example`],
  ])('takes %s', async (_, account) => {
    const { der } = await selfSigned(account, START, END);
    expect(certificateNames(der).xmppAddr).toEqual([account]);
  });
});

describe('DER as it is written', () => {
  it.each([
    ['an object identifier with large arcs', oid('1.2.840.10045.4.3.2'), '06082a8648ce3d040302'],
    ['zero', integer(Buffer.of(0, 0)), '020100'],
    ['a number whose first bit is set', integer(Buffer.of(0, 0x80)), '02020080'],
    [
      'a time before 2050',
      time(Date.UTC(2049, 11, 31, 23, 59, 59)),
      '170d3439313233313233353935395a',
    ],
    ['a time from 2050 on', time(Date.UTC(2050, 0, 1)), '180f32303530303130313030303030305a'],
  ])('has %s', (_, bytes, expected) => {
    expect(hex(bytes)).toBe(expected);
  });

  it.each([0, 1, 127, 128, 255, 256, 65_535, 65_536])(
    'is read back with a length of %i',
    (length) => {
      const [value, ...more] = derValues(wrap(0x04, new Uint8Array(length)));
      expect(value?.content.length).toBe(length);
      expect(more).toEqual([]);
    },
  );
});
