// SPDX-License-Identifier: MIT

import { Buffer } from 'node:buffer';
import type { Step } from './step-disk.js';

const FRAME_HEAD = 8;
/** Torn at each of these, and no more often than this in one write. */
const TORN_EVERY = 64;
const TORN_AT_MOST = 12;

/** What is found on the disk after a crash in this moment, in words for the failure's message. */
export interface Outcome {
  readonly title: string;
  readonly content: Uint8Array;
}

/** What a crash can leave: all, nothing, whole frames, torn ones, and a length without its bytes. */
export function outcomes({ name, base, unflushed, instead }: Step): Outcome[] {
  if (instead !== undefined) {
    return [
      { title: 'the new file', content: base },
      { title: 'the old file', content: instead },
    ];
  }
  if (unflushed.length === 0) {
    return [{ title: 'as it is', content: base }];
  }
  const { length } = unflushed;
  // Every cut is tried while the disk syncs, which is when the world has heard most.
  const cuts =
    name === 'write' ? [0, length >> 1, length] : [...tornAt(unflushed)].sort((a, b) => a - b);
  return [
    ...cuts.map((cut) => ({
      title: `${String(cut)} of ${String(length)} bytes`,
      content: Buffer.concat([base, unflushed.subarray(0, cut)]),
    })),
    // Some file systems write the length down before the bytes.
    { title: 'zeros', content: Buffer.concat([base, Buffer.alloc(length)]) },
  ];
}

function tornAt(unflushed: Uint8Array): Set<number> {
  const cuts = new Set<number>();
  const add = (length: number): void => {
    if (length >= 0 && length <= unflushed.length) {
      cuts.add(length);
    }
  };
  const view = new DataView(unflushed.buffer, unflushed.byteOffset, unflushed.length);
  let at = 0;
  while (at + FRAME_HEAD <= unflushed.length) {
    add(at - 1);
    add(at);
    add(at + 1);
    at += FRAME_HEAD + view.getUint32(at, true);
  }
  add(unflushed.length - 1);
  add(unflushed.length);
  const stride = Math.max(TORN_EVERY, Math.ceil(unflushed.length / TORN_AT_MOST));
  for (let torn = stride; torn < unflushed.length; torn += stride) {
    add(torn);
  }
  return cuts;
}
