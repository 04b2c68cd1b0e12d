// SPDX-License-Identifier: MIT
//
// XEP-0478: what the server takes on a stream, as its features say.

import { NS } from './namespaces.js';
import { child, childText } from './xml.js';
import type { Element } from './xml.js';

/** Absent for what the server did not say. */
export interface StreamLimits {
  /** Bytes of a stanza as it is on the wire. */
  readonly maxBytes?: number;
  /** When it may take a stream for idle that it heard nothing on. */
  readonly idleSeconds?: number;
}

/** @param features the newest: limits may change with each (XEP-0478 §4) */
export function readLimits(features: Element): StreamLimits {
  const limits = child(features, 'limits', NS.streamLimits);
  if (limits === undefined) return {};
  const maxBytes = readCount(childText(limits, 'max-bytes', NS.streamLimits));
  const idleSeconds = readCount(childText(limits, 'idle-seconds', NS.streamLimits));
  return {
    ...(maxBytes === undefined ? {} : { maxBytes }),
    ...(idleSeconds === undefined ? {} : { idleSeconds }),
  };
}

/** An XML Schema unsignedInt. Zero would forbid everything, so that it cannot be meant. */
function readCount(text: string | undefined): number | undefined {
  if (text === undefined || !/^\s*\d{1,10}\s*$/.test(text)) return undefined;
  const count = Number(text);
  return count > 0 && count < 2 ** 32 ? count : undefined;
}
