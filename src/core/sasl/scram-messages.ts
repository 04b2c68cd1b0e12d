// SPDX-License-Identifier: MIT
//
// RFC 5802 §5.1 and §7: what a SCRAM server says, read as strictly as it is written.

import { fault } from '../errors.js';
import type { Fault } from '../errors.js';
import type { Tools } from '../tools.js';

export interface ServerFirst {
  /** The whole message, as it goes into the signatures. */
  readonly text: string;
  /** Ours and the server's. */
  readonly nonce: string;
  readonly salt: Uint8Array;
  readonly iterations: number;
  /** XEP-0474 `h`: what the server says that it offered. */
  readonly offerHash?: string;
}

/** RFC 5802 §5.1 and RFC 7677 §4 set the least; a million take a third of a second. */
const minIterations = 4096;
const maxIterations = 1_000_000;
const maxSalt = 1024;
const maxMessage = 64 * 1024;

const invalid = (text: string): Fault =>
  fault('sasl', 'scram-invalid', `${text} The connection was closed, no password was sent.`, {
    retry: 'never',
  });

/**
 * Reads `r=…,s=…,i=…` (RFC 5802 §7 server-first-message). Of the extensions behind `i`
 * only XEP-0474's `h` is known, the others are ignored; a mandatory one (`m=`) is refused.
 * @param ours the nonce that we sent
 */
export function parseServerFirst(
  data: Uint8Array,
  ours: string,
  tools: Tools,
): ServerFirst | Fault {
  const text = decode(data, tools);
  const parts = /^r=([^,]*),s=([^,]*),i=([^,]*)((?:,[A-Za-z]=[^,]*)*)$/.exec(text ?? '');
  const [, nonce, salt64, count, more] = parts ?? [];
  if (text === undefined || nonce === undefined || salt64 === undefined || count === undefined) {
    return invalid('The server answered the sign-in with something unreadable.');
  }
  // RFC 5802 §5.1, "r" and §7 printable: without a part of its own an old answer could be replayed.
  if (!nonce.startsWith(ours) || nonce.length === ours.length || !/^[!-+\--~]+$/.test(nonce)) {
    return invalid('The server answered another sign-in than this one.');
  }
  const salt = tools.fromBase64(salt64);
  if (salt === undefined || salt.length === 0 || salt.length > maxSalt) {
    return invalid('The server answered the sign-in with something unreadable.');
  }
  const iterations = /^[1-9][0-9]{0,9}$/.test(count) ? Number(count) : 0;
  if (iterations < minIterations || iterations > maxIterations) {
    return invalid('The server asks for a password hash that is too weak or too costly.');
  }
  const offerHash = /,h=([^,]*)/.exec(more ?? '')?.[1];
  return { text, nonce, salt, iterations, ...(offerHash === undefined ? {} : { offerHash }) };
}

/**
 * Reads `v=…` or `e=…` (RFC 5802 §7 server-final-message).
 * @returns the server's signature, the error it tells, or undefined for anything else
 */
export function parseServerFinal(data: Uint8Array, tools: Tools): Uint8Array | Fault | undefined {
  const text = decode(data, tools) ?? '';
  const parts = /^(?:v=([^,]*)|e=([^,]*))(?:,[A-Za-z]=[^,]*)*$/.exec(text);
  const [, signature, error] = parts ?? [];
  if (signature !== undefined) return tools.fromBase64(signature);
  if (error === undefined) return undefined;
  if (error === 'invalid-proof' || error === 'unknown-user') {
    const words = 'Wrong password, or no such account.';
    return fault('sasl', 'not-authorized', words, { retry: 'never' });
  }
  return fault('sasl', 'temporary-auth-failure', 'The server could not complete the sign-in.');
}

function decode(data: Uint8Array, tools: Tools): string | undefined {
  if (data.length > maxMessage) return undefined;
  try {
    return tools.newUtf8Decoder().decode(data, true);
  } catch {
    return undefined;
  }
}
