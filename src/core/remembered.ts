// SPDX-License-Identifier: MIT
//
// What a server offered the last time, by the stage at which it did: what is to be written there can be
// written before it is offered again.

import { NS } from './namespaces.js';
import type { Tools } from './tools.js';
import { is, parseFragment, serialise } from './xml.js';
import type { Element } from './xml.js';

/** Before TLS; inside TLS; behind the sign-in. */
export type Stage = 'clear' | 'tls' | 'session';
export const STAGES: readonly Stage[] = ['clear', 'tls', 'session'];

export interface Remembered {
  /** `<stream:features/>`. */
  readonly offers: Readonly<Partial<Record<Stage, Element>>>;
  /** SHA-256 of the certificate inside whose channel they were read, lower-case hex. */
  readonly sha256: string;
}

/** Longer ones are not kept: they are nothing that a server offers. */
const LONGEST = 8 * 1024;

/** @returns the features as text, for {@link readOffer}; undefined for what is not worth keeping */
export function writeOffer(features: Element): string | undefined {
  const text = serialise(features);
  return text.length > LONGEST ? undefined : text;
}

/** @returns undefined for a text that {@link writeOffer} cannot have written */
export function readOffer(text: string, tools: Tools): Element | undefined {
  const [features, ...more] = parseFragment(text, tools) ?? [];
  return features !== undefined && more.length === 0 && is(features, 'features', NS.stream)
    ? features
    : undefined;
}
