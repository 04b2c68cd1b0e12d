// SPDX-License-Identifier: MIT

export type HashName = 'sha1' | 'sha256' | 'sha512';

/** Decodes UTF-8 that arrives in pieces. Throws on anything that is not UTF-8 (RFC 6120 §11.6). */
export interface Utf8Decoder {
  /** @param last no more bytes follow; a character cut short throws */
  decode(bytes: Uint8Array, last?: boolean): string;
}

/**
 * What the sans-I/O rooms need of the platform, as pure functions: the same arguments always give
 * the same result. The driver gives Node's; tests and the simulator give the same or fakes.
 */
export interface Tools {
  newUtf8Decoder(): Utf8Decoder;
  utf8(text: string): Uint8Array;
  hash(name: HashName, bytes: Uint8Array): Uint8Array;
  hmac(name: HashName, key: Uint8Array, bytes: Uint8Array): Uint8Array;
  base64(bytes: Uint8Array): string;
  /** `undefined` for anything that is not canonical base64 (RFC 4648 §4). */
  fromBase64(text: string): Uint8Array | undefined;
  /** IDNA A-labels, lower case; an empty string if the name is not a valid one. */
  domainToAscii(domain: string): string;
  /** RFC 4013, as a query: unassigned characters are taken. Throws on a prohibited one. */
  saslprep(text: string): string;
}

/** Chance, injected: `n` bytes that nobody can guess (or, in the simulator, seeded ones). */
export type Random = (n: number) => Uint8Array;
