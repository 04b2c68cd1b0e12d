// SPDX-License-Identifier: MIT
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { derValue, derValues } from '../../src/transport/der.js';
import { certificateNames } from '../../src/transport/names.js';
import { Authority } from '../support/certificates.js';

const oid = { xmppAddr: [6, 8, 0x2b, 6, 1, 5, 5, 7, 8, 5], srv: [6, 8, 0x2b, 6, 1, 5, 5, 7, 8, 7] };

function tlv(tag: number, content: readonly number[]): number[] {
  const { length } = content;
  if (length < 0x80) return [tag, length, ...content];
  if (length < 0x100) return [tag, 0x81, length, ...content];
  return [tag, 0x82, length >> 8, length & 255, ...content];
}

const bytes = (text: string): number[] => [...Buffer.from(text)];
const dns = (name: string): number[] => tlv(0x82, bytes(name));
const other = (id: readonly number[], value: readonly number[]): number[] =>
  tlv(0xa0, [...id, ...tlv(0xa0, value)]);
const jid = (name: string): number[] => other(oid.xmppAddr, tlv(0x0c, bytes(name)));

/** As much of a certificate as has names (RFC 5280 §4.1), around these alternative names. */
function certificate(names: readonly number[][]): Uint8Array {
  const value = tlv(0x04, tlv(0x30, names.flat()));
  const extension = tlv(0x30, [6, 3, 0x55, 0x1d, 0x11, ...value]);
  const body = tlv(0x30, [...tlv(2, [1]), ...tlv(0xa3, tlv(0x30, extension))]);
  return Uint8Array.from(tlv(0x30, [...body, ...tlv(0x30, []), ...tlv(3, [0])]));
}

describe('the names in a certificate made by OpenSSL', () => {
  const folder = mkdtempSync(join(tmpdir(), 'steadfast-names-'));
  let der: Uint8Array;

  beforeAll(async () => {
    const ca = await Authority.create(folder);
    const made = await ca.server({
      dns: ['example.org', '*.example.org'],
      srv: ['example.org'],
      xmpp: ['example.org'],
    });
    der = new X509Certificate(readFileSync(made.certFile)).raw;
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('are DNS-IDs, SRV-IDs and xmppAddr, never the common name', () => {
    expect(certificateNames(der)).toEqual({
      dns: ['example.org', '*.example.org'],
      srv: ['_xmpp-client.example.org'],
      xmppAddr: ['example.org'],
    });
  });

  it('are none, without an exception, when it is cut at any byte', () => {
    for (let length = 0; length < der.length; length++) {
      expect(certificateNames(der.subarray(0, length)).dns).toEqual([]);
    }
  });
});

describe('odd names in a certificate', () => {
  it('are read as they stand when they are sound', () => {
    const srv = other(oid.srv, tlv(0x16, bytes('_xmpp-client.a.example')));
    expect(certificateNames(certificate([dns('a.example'), jid('jörg@a.example'), srv]))).toEqual({
      dns: ['a.example'],
      srv: ['_xmpp-client.a.example'],
      xmppAddr: ['jörg@a.example'],
    });
  });

  it.each([
    ['NUL', 'good.example\0.evil.example'],
    ['a comma and a second name', 'good.example, DNS:evil.example'],
    ['a quote', 'good.example"'],
    ['a line feed', 'good.example\n'],
    ['a letter outside ASCII', 'gööd.example'],
    ['nothing', ''],
  ])('are dropped as DNS-ID with %s (CVE-2021-44532)', (_title, name) => {
    const names = certificateNames(certificate([dns(name), dns('other.example')]));
    expect(names.dns).toEqual(['other.example']);
  });

  it.each([
    ['NUL', 'alice@good.example\0.evil.example'],
    ['a quote', 'alice"@good.example'],
    ['a space', 'alice @good.example'],
    ['a line feed', 'alice@good.example\n'],
  ])('are dropped as xmppAddr with %s', (_title, name) => {
    const names = certificateNames(certificate([jid(name), jid('bob@good.example')]));
    expect(names.xmppAddr).toEqual(['bob@good.example']);
  });

  it.each([
    ['xmppAddr that is not UTF-8', other(oid.xmppAddr, tlv(0x0c, [0x61, 0xff]))],
    ['xmppAddr of another string type', other(oid.xmppAddr, tlv(0x16, bytes('a@b')))],
    ['a value behind the value', other(oid.xmppAddr, [...tlv(0x0c, bytes('a@b')), 5, 0])],
  ])('make the whole list worthless: %s', (_title, name) => {
    expect(certificateNames(certificate([dns('good.example'), name]))).toEqual({
      dns: [],
      srv: [],
      xmppAddr: [],
    });
  });
});

describe('the DER reader', () => {
  it.each([
    ['an indefinite length', [0x30, 0x80, 0, 0]],
    ['a length padded to a longer form', [0x04, 0x81, 1, 0]],
    ['a length padded by a zero octet', [0x04, 0x82, 0, 0x81, ...new Array<number>(0x81).fill(0)]],
    ['a length beyond the end', [0x04, 5, 1]],
    ['a length of four octets', [0x04, 0x84, 0, 0, 0, 1, 1]],
    ['a tag of several octets', [0x1f, 0x81, 0, 0]],
    ['a tag without a length', [0x04]],
  ])('refuses %s', (_title, input) => {
    expect(() => derValues(Uint8Array.from(input))).toThrow(RangeError);
  });

  it('refuses a second value where one is due', () => {
    expect(() => derValue(Uint8Array.from([5, 0, 5, 0]), 5)).toThrow(RangeError);
  });
});
