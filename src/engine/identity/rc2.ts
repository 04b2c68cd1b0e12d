// SPDX-License-Identifier: MIT
//
// RC2 in CBC mode (RFC 2268), which OpenSSL 3 has put away into its legacy provider. Old PKCS#12 files
// lock their certificates with it. It only opens: nothing is ever locked by it here.

/** RFC 2268 §2: a permutation of the octets. */
const piTable = Buffer.from(
  [
    'd978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2',
    '179a59f587b34f1361456d8d09817d32bd8f40eb86b77b0bf09521225c6b4e82',
    '54d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb626',
    '6fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed7',
    '08e8eade8052eef784aa72ac354d6a2a961ad2715a1549744b9fd05e0418a4ec',
    'c2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731',
    '2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a9',
    '0d38341bab33ffb0bb480c5fb9b1cd2ec5f3db47e5a59c770aa62068fe7fc1ad',
  ].join(''),
  'hex',
);

const rotations = [1, 2, 3, 5] as const;

/**
 * @param key its length in bits is also the effective one
 * @param data whole blocks of eight octets
 * @returns the text with its padding
 */
export function decryptRc2(key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array {
  const words = expand(key);
  const text = new Uint8Array(data.length);
  let chain = iv;
  for (let at = 0; at + 8 <= data.length; at += 8) {
    const block = data.subarray(at, at + 8);
    decryptBlock(words, block).forEach((octet, i) => {
      text[at + i] = octet ^ (chain[i] ?? 0);
    });
    chain = block;
  }
  return text;
}

/** RFC 2268 §2, with as many effective bits as the key has. */
function expand(key: Uint8Array): Uint16Array {
  const size = key.length;
  const octets = new Uint8Array(128);
  octets.set(key);
  const pi = (index: number): number => piTable[index & 0xff] ?? 0;
  const at = (index: number): number => octets[index] ?? 0;
  for (let i = size; i < 128; i++) octets[i] = pi(at(i - 1) + at(i - size));
  octets[128 - size] = pi(at(128 - size));
  for (let i = 127 - size; i >= 0; i--) octets[i] = pi(at(i + 1) ^ at(i + size));
  return Uint16Array.from({ length: 64 }, (_, i) => at(2 * i) + 256 * at(2 * i + 1));
}

/** RFC 2268 §4: five, six and five rounds of mixing undone, a round of mashing between them. */
function decryptBlock(words: Uint16Array, block: Uint8Array): Uint8Array {
  const view = new DataView(block.buffer, block.byteOffset, 8);
  const r = [0, 2, 4, 6].map((at) => view.getUint16(at, true));
  const word = (index: number): number => r[index & 3] ?? 0;
  for (let round = 15; round >= 0; round--) {
    for (let i = 3; i >= 0; i--) {
      const mixed = rotatedRight(word(i), rotations[i] ?? 0);
      const f = (word(i + 3) & word(i + 2)) + (~word(i + 3) & word(i + 1));
      r[i] = (mixed - (words[4 * round + i] ?? 0) - f) & 0xffff;
    }
    if (round === 5 || round === 11) {
      for (let i = 3; i >= 0; i--) r[i] = (word(i) - (words[word(i + 3) & 63] ?? 0)) & 0xffff;
    }
  }
  return Uint8Array.from(r.flatMap((value) => [value & 0xff, value >> 8]));
}

function rotatedRight(value: number, by: number): number {
  return ((value >> by) | (value << (16 - by))) & 0xffff;
}
