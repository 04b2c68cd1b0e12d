// SPDX-License-Identifier: MIT

import type { Tools, Utf8Decoder } from './tools.js';

/** How many of the last bytes belong to a character that is not complete yet. */
function unfinished(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > back ? back : 0;
    }
    if (byte < 0x80) return 0;
  }
  return 0;
}

/**
 * Bytes to text, strictly. However the bytes are cut, the same text comes out before the same fault:
 * a decoder that throws tells nothing of the good bytes before the bad one, so they are found again.
 */
export class Utf8Input {
  private readonly decoder: Utf8Decoder;
  /** The last three bytes taken, or all if fewer. */
  private last = new Uint8Array(0);

  constructor(private readonly tools: Pick<Tools, 'newUtf8Decoder'>) {
    this.decoder = tools.newUtf8Decoder();
  }

  /** @returns what became complete, and whether all of it was UTF-8; after `false` no more may come */
  take(bytes: Uint8Array): { text: string; valid: boolean } {
    try {
      const text = this.decoder.decode(bytes);
      this.last = tail(this.last, bytes);
      return { text, valid: true };
    } catch {
      return { text: this.upToFault(bytes), valid: false };
    }
  }

  private upToFault(bytes: Uint8Array): string {
    const decoder = this.tools.newUtf8Decoder();
    let text = '';
    try {
      const held = unfinished(this.last);
      if (held > 0) decoder.decode(this.last.slice(-held));
      for (const byte of bytes) text += decoder.decode(Uint8Array.of(byte));
    } catch {
      return text;
    }
    return text;
  }
}

function tail(before: Uint8Array, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  if (bytes.length >= 3) return bytes.slice(-3);
  return Uint8Array.of(...before, ...bytes).slice(-3);
}
