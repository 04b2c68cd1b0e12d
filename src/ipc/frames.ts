// SPDX-License-Identifier: MIT
//
// Frames of the contract: a 32-bit little-endian length, then that many bytes of one message.

/** No frame is longer; a longer one ends the connection before anything is allocated for it. */
export const largestFrame = 16 * 1024 * 1024;

const headLength = 4;

/** The two sides of the contract do not fit. */
export class ContractError extends Error {
  constructor(
    readonly condition: string,
    message: string,
  ) {
    super(message);
    this.name = 'ContractError';
  }
}

/** Cuts a byte stream, arriving in any pieces, into frames. */
export class FrameReader {
  #chunks: Uint8Array[] = [];
  #held = 0;

  /**
   * @returns the frames that are now whole, oldest first
   * @throws ContractError on a length of 0 or beyond {@link largestFrame}
   */
  push(bytes: Uint8Array): Uint8Array[] {
    this.#chunks.push(bytes);
    this.#held += bytes.length;
    const frames: Uint8Array[] = [];
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) frames.push(frame);
    return frames;
  }

  #next(): Uint8Array | undefined {
    if (this.#held < headLength) return undefined;
    const length = this.#length();
    if (length === 0 || length > largestFrame) {
      throw new ContractError('bad-frame', `a frame of ${String(length)} bytes is not allowed`);
    }
    if (this.#held < headLength + length) return undefined;
    const whole = this.#joined();
    const end = headLength + length;
    this.#chunks = whole.length > end ? [whole.subarray(end)] : [];
    this.#held = whole.length - end;
    return whole.subarray(headLength, end);
  }

  #length(): number {
    const first = this.#chunks[0];
    // Joined only for the head: a large frame in many pieces must not be copied once for each piece.
    const head = first !== undefined && first.length >= headLength ? first : this.#joined();
    return new DataView(head.buffer, head.byteOffset, headLength).getUint32(0, true);
  }

  #joined(): Uint8Array {
    const only = this.#chunks.length === 1 ? this.#chunks[0] : undefined;
    const whole = only ?? Buffer.concat(this.#chunks);
    this.#chunks = [whole];
    return whole;
  }
}

/** Puts the head before a message. */
export function frame(message: Uint8Array): Uint8Array {
  if (message.length === 0 || message.length > largestFrame) {
    throw new ContractError(
      'bad-frame',
      `a frame of ${String(message.length)} bytes is not allowed`,
    );
  }
  const bytes = Buffer.allocUnsafe(headLength + message.length);
  bytes.writeUInt32LE(message.length, 0);
  bytes.set(message, headLength);
  return bytes;
}
