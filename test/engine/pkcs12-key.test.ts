// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { berValues } from '../../src/engine/identity/ber.js';
import { bmpPassphrase, deriveKey } from '../../src/engine/identity/pkcs12-key.js';
import { decryptRc2 } from '../../src/engine/identity/rc2.js';
import { run } from '../support/processes.js';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytes = (text: string): Buffer => Buffer.from(text, 'hex');

describe('a key out of a passphrase (RFC 7292 appendix B) is the one that OpenSSL makes', () => {
  it.each([
    ['of one block', 'sha1', 'smeg', 1, 1, 24],
    ['of many blocks', 'sha1', 'smeg', 2, 3, 200],
    [
      'of SHA-256',
      'sha256',
      'ä long pässphrase, longer than one block of the hash is',
      3,
      2000,
      64,
    ],
    ['of SHA-512', 'sha512', 'x', 1, 7, 300],
    ['of an empty text', 'sha1', '', 3, 10, 20],
  ] as const)('%s', async (_title, hash, text, id, rounds, length) => {
    const salt = bytes('0a58cf64530d823f');
    const passphrase = bmpPassphrase(text);
    const expected = await run('openssl', [
      ...['kdf', '-keylen', String(length), '-kdfopt', `digest:${hash.toUpperCase()}`],
      ...['-kdfopt', `hexpass:${hex(passphrase)}`, '-kdfopt', `hexsalt:${hex(salt)}`],
      ...['-kdfopt', `id:${id}`, '-kdfopt', `iter:${rounds}`, 'PKCS12KDF'],
    ]);
    const key = await deriveKey({ hash, passphrase, salt, rounds, id, length });
    expect(hex(key)).toBe(expected.trim().replaceAll(':', '').toLowerCase());
  });

  it.each([0, 10_000_001])('and %d rounds are refused at once', async (rounds) => {
    const salt = bytes('00');
    const passphrase = bmpPassphrase('x');
    const asked = deriveKey({ hash: 'sha1', passphrase, salt, rounds, id: 1, length: 8 });
    await expect(asked).rejects.toThrow(RangeError);
  });
});

describe('RC2 (RFC 2268 §5)', () => {
  // Of the vectors there, those whose key is as long as it is effective.
  it.each([
    ['ffffffffffffffff', 'ffffffffffffffff', '278b27e42e2f0d49'],
    ['3000000000000000', '1000000000000001', '30649edf9be7d2c2'],
    ['88bca90e90875a7f0f79c384627bafb2', '0000000000000000', '2269552ab0f85ca6'],
  ])('with key %s opens to %s', (key, plain, locked) => {
    expect(hex(decryptRc2(bytes(key), new Uint8Array(8), bytes(locked)))).toBe(plain);
  });

  it('chains blocks as any cipher does in CBC', () => {
    const key = bytes('ffffffffffffffff');
    const block = '278b27e42e2f0d49';
    const opened = decryptRc2(key, bytes('00000000000000ff'), bytes(block + block));
    // All ones under the vector, and under the block before.
    expect(hex(opened)).toBe('ffffffffffffff00' + 'd874d81bd1d0f2b6');
  });
});

describe('BER', () => {
  it.each([
    ['cut in its header', '30'],
    ['cut in its length', '3082'],
    ['shorter than its length', '3003020101ff'.slice(0, 8)],
    ['open and never closed', '30800201'],
    ['a string in parts that are none', '24800201010000'],
    ['a length of five octets', '308500000000010500'],
    ['nested without an end', '3080'.repeat(40)],
  ])('that is %s is refused', (_title, input) => {
    expect(() => berValues(bytes(input))).toThrow(RangeError);
  });

  it('joins a string in parts, and reads on behind an open length', () => {
    const [value, next] = berValues(bytes('24800401aa0402bbcc0000020105'));
    expect(value).toMatchObject({ tag: 4 });
    expect(hex(value?.content ?? new Uint8Array())).toBe('aabbcc');
    expect(next?.tag).toBe(2);
  });
});
